import { foundingSituations } from './founding-situations.ts';
import { recoverySituations } from './recovery-situations.ts';
import { restartSituations } from './restart-situations.ts';
import type { Situation } from './situation.ts';

/** All written situations: tests play each of them, the mutation check plays them with a mistake. */
export const situations: readonly Situation[] = [
  ...foundingSituations,
  ...recoverySituations,
  ...restartSituations,
];
