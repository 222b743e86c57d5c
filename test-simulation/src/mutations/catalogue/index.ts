import type { Mutation } from '../mutation.ts';
import { foundingMutations } from './founding.ts';
import { membershipMutations } from './membership.ts';
import { recoveryMutations } from './recovery.ts';
import { restartMutations } from './restarts.ts';

/** All deliberate mistakes. */
export const mutations: readonly Mutation[] = [
  ...foundingMutations,
  ...membershipMutations,
  ...recoveryMutations,
  ...restartMutations,
];
