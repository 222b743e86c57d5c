import { givenUpName, provenName, tailName } from './aside-name.ts';
import { isKeptWhole, mayBeReplaced, obstacleTo, ownEnd, relationTo } from './obstacle.ts';
import type {
  Obstacle,
  ProvenLeader,
  RecloneEvidence,
  RecloneMemory,
  RecloneReason,
} from './reclone-view.ts';
import { ANNOUNCE_MS, isStalled } from './stall.ts';

/** What a node does about a copy that does not follow. */
export interface RecloneDecision {
  readonly step: /** Holds everything else back: it is announced, or the disk is being read with Patroni down. */
    | { readonly kind: 'wait' }
    | { readonly kind: 'stop-patroni' }
    /** Moves PGDATA into the quarantine under this part of a name; Patroni then clones into the empty place. */
    | { readonly kind: 'set-aside'; readonly why: string };
  readonly reason: RecloneReason;
  readonly detail: string;
}

function waiting(reason: RecloneReason, detail: string): RecloneDecision {
  return { step: { kind: 'wait' }, reason, detail };
}

function setAside(leader: ProvenLeader, memory: RecloneMemory, evidence: RecloneEvidence): RecloneDecision {
  const { disk } = evidence;
  const end = ownEnd(disk, memory);
  if (end !== null && mayBeReplaced(evidence, memory)) {
    const step = { kind: 'set-aside' as const, why: provenName(leader, end) };
    return { step, reason: 'reclone-set-aside', detail: `contained in the copy of ${leader.nodeId}` };
  }
  const relation = disk === null ? null : relationTo(leader, disk, memory);
  const from = relation?.kind === 'tail' ? relation.from : null;
  const unproven =
    relation?.kind === 'ahead'
      ? 'kept: it is further than the leader, which was chosen without it'
      : 'kept: its rows are not proven to be on the leader';
  const detail =
    from === null
      ? unproven
      : `kept: its WAL from ${from.lsn} on timeline ${from.timeline} on is not on the leader`;
  // What is further than all that is left is kept, also for a person who may not know that it is.
  const isGivenUp = evidence.order === 'ordered' && !isKeptWhole(evidence, memory);
  const why = isGivenUp ? givenUpName(end) : tailName(end);
  return { step: { kind: 'set-aside', why }, reason: 'reclone-set-aside', detail };
}

/**
 * Decides on the copy of a node that does not follow a leader which proves to serve: announces that it is to be cloned anew,
 * stops Patroni, looks at what the disk holds, and has it moved aside. Everything is judged again at each step, and nothing
 * is deleted here. Null where nothing is to be done. Pure.
 */
export function decideReclone(memory: RecloneMemory, evidence: RecloneEvidence): RecloneDecision | null {
  const { nowMs, leader, patroniAlive, disk } = evidence;
  if (memory.dueSinceMs === null || disk?.kind === 'absent') return null;
  if (leader === null || patroniAlive === null) return waiting('reclone-announced', 'nobody proves to lead');
  if (leader.nodeId === evidence.self || obstacleTo(memory, evidence) !== null) return null;
  if (nowMs - memory.dueSinceMs < ANNOUNCE_MS) {
    return waiting('reclone-announced', `this copy does not follow ${leader.nodeId}`);
  }
  if (patroniAlive) {
    const detail = `this copy does not follow ${leader.nodeId}`;
    return { step: { kind: 'stop-patroni' }, reason: 'reclone-stopping', detail };
  }
  if (disk === null || (disk.kind === 'copy' && disk.isReading)) {
    return waiting('reclone-reading-wal', 'what only this copy holds is looked for');
  }
  return setAside(leader, memory, evidence);
}

/** What keeps a copy that does not follow from being cloned anew; null where it follows, or the re-clone is on its way. */
export function explainReclone(memory: RecloneMemory, evidence: RecloneEvidence): Obstacle | null {
  if (memory.dueSinceMs !== null) return null;
  if (evidence.order === 'ordered') return obstacleTo(memory, evidence);
  if (evidence.patroniAlive !== true) return null;
  if (!isStalled(memory, evidence.nowMs)) return null;
  return memory.refused?.obstacle ?? obstacleTo(memory, evidence);
}
