import { clashArea } from './clash.ts';
import { coldStartArea } from './cold-start.ts';
import { copiesArea } from './copies.ts';
import { databaseArea } from './database.ts';
import { etcdArea } from './etcd.ts';
import { foundingArea } from './founding.ts';
import { lostCopiesArea } from './lost-copies.ts';
import { membershipArea } from './membership.ts';
import { nodeArea } from './node.ts';
import type { Reason, ReasonArea } from './reason.ts';
import { recloneArea } from './reclone.ts';
import { recoveryArea } from './recovery.ts';
import { standingArea } from './standing.ts';
import { volumeArea } from './volume.ts';

/** All areas, in the order of a node's life. */
export const reasonAreas: readonly ReasonArea[] = [
  nodeArea,
  volumeArea,
  foundingArea,
  etcdArea,
  membershipArea,
  standingArea,
  recoveryArea,
  coldStartArea,
  lostCopiesArea,
  recloneArea,
  copiesArea,
  clashArea,
  databaseArea,
];

const all = new Map(reasonAreas.flatMap(({ reasons }) => Object.entries(reasons)));

/** What a code means; null for one that this version does not know. */
export function meaningOf(code: string): Reason | null {
  return all.get(code) ?? null;
}
