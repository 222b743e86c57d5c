import { compareIds } from '@flux-pg/etcd-membership';
import { obstacleTo } from './obstacle.ts';
import type { Obstacle, RecloneEvidence, RecloneMemory, RecloneReason } from './reclone-view.ts';
import { followClocks, isCloning, isStalled, LEADER_GAP_MS } from './stall.ts';

/** What is found only once Patroni is stopped does not change soon: Patroni gets its copy back for this long. */
export const REFUSED_MS = 60 * 60_000;

/** Of two that announce a re-clone at the same time the one with the lower id goes first. */
function goesFirst({ rivals, self }: RecloneEvidence): boolean {
  return rivals.some(
    ({ nodeId, stage }) => stage === 'under-way' || (stage === 'announced' && compareIds(nodeId, self) < 0),
  );
}

/** What the disk showed, unlike what may have passed by the next tick. */
const LASTING: readonly RecloneReason[] = [
  'copy-ahead-of-leader',
  'copy-position-unknown',
  'foreign-leader',
  'space-short',
];

function refusedNow(
  before: RecloneMemory,
  { nowMs, patroniAlive, disk }: RecloneEvidence,
  found: Obstacle | null,
): RecloneMemory['refused'] {
  if (before.refused !== null && nowMs < before.refused.untilMs) return before.refused;
  const stoppedForNothing = before.dueSinceMs !== null && patroniAlive === false && disk?.kind !== 'absent';
  return stoppedForNothing && found !== null && LASTING.includes(found.reason)
    ? { obstacle: found, untilMs: nowMs + REFUSED_MS }
    : null;
}

/** Whether the leader was proven a moment ago: a tick without it decides nothing, and undoes nothing. */
function isGap({ leader: known }: RecloneMemory, { leader, nowMs }: RecloneEvidence): boolean {
  return leader === null && known !== null && nowMs - known.provenAtMs <= LEADER_GAP_MS;
}

/** Whether the copy has had its time: by the clocks while Patroni answered, or by a person's word. */
function isWanted(memory: RecloneMemory, { nowMs, patroniAlive, postgres, order }: RecloneEvidence): boolean {
  if (order === 'ordered') {
    const isWell = postgres !== null && (postgres.streaming || isCloning(postgres.state));
    return patroniAlive !== null && !isWell;
  }
  const answers = patroniAlive === true && postgres !== null && !postgres.streaming;
  return (memory.dueSinceMs !== null || answers) && isStalled(memory, nowMs) && memory.refused === null;
}

/**
 * What a tick adds to what is known of a copy that does not follow. It becomes due only while Patroni answers, so that
 * nothing is taken for stalled because Patroni was down; it stays due while the agent keeps Patroni down for it.
 */
export function rememberReclone(before: RecloneMemory, evidence: RecloneEvidence): RecloneMemory {
  const { nowMs, disk } = evidence;
  if (isGap(before, evidence)) return before;
  const clocks = followClocks(before, evidence);
  const memory = { ...clocks, rivalAtMs: goesFirst(evidence) ? nowMs : clocks.rivalAtMs };
  const found = obstacleTo(memory, evidence);
  const refused = refusedNow({ ...memory, dueSinceMs: before.dueSinceMs }, evidence, found);
  const isDue = isWanted({ ...memory, refused }, evidence) && found === null && disk?.kind !== 'absent';
  return { ...memory, refused, dueSinceMs: isDue ? (memory.dueSinceMs ?? nowMs) : null };
}
