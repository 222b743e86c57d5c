import type { WalPosition } from '../copies/index.ts';
import { mayDeleteCopy } from '../copies/index.ts';
import { parseLsn } from '../copies/lsn.ts';
import type {
  Obstacle,
  OwnDisk,
  ProvenLeader,
  RecloneEvidence,
  RecloneMemory,
  RecloneReason,
} from './reclone-view.ts';
import { isProvenContained, leaderCopy, type Relation, relate } from './relation.ts';

/** Another node that was seen to go first may be about to show it again. */
export const RIVAL_LINGER_MS = 15_000;

function obstacle(reason: RecloneReason, detail: string): Obstacle {
  return { reason, detail };
}

function text({ timeline, lsn }: WalPosition): string {
  return `${lsn} on timeline ${timeline}`;
}

/** Where the copy ends, by what is on disk, or by what the server told last. */
export function ownEnd(disk: OwnDisk | null, memory: RecloneMemory): WalPosition | null {
  return (disk?.kind === 'copy' ? disk.copy.walEnd : null) ?? memory.position;
}

/** How the copy on disk lies to the leader's; a copy that cannot be read to its end is where the server last told it to be. */
export function relationTo(leader: ProvenLeader, disk: OwnDisk, memory: RecloneMemory): Relation {
  // What a cut rewind left is of both branches: it never leads by itself, and nobody can tell what is in it.
  if (disk.kind === 'rewind') return { kind: 'tail', from: null };
  if (disk.kind !== 'copy') return { kind: 'unknown' };
  return relate({ ...disk.copy, walEnd: ownEnd(disk, memory) }, leader);
}

/**
 * Whether the leader is proven to hold all of this copy, so that it may be deleted rather than kept. While the server runs
 * this only tells whether it is worth to stop it; then the disk has to tell where the copy ends, and nothing else.
 */
export function mayBeReplaced(evidence: RecloneEvidence, memory: RecloneMemory): boolean {
  const { leader, disk, initialize } = evidence;
  const end = disk === null ? memory.position : disk.kind === 'copy' ? disk.copy.walEnd : null;
  if (leader === null || end === null || !isProvenContained(end, memory.followed, leader)) return false;
  if (disk?.kind !== 'copy') return true;
  const serving = { copy: { ...leaderCopy(leader), systemId: initialize ?? '' }, keyHeld: true };
  return mayDeleteCopy({ copy: disk.copy, leader: serving }).may;
}

function foreign({ leader, initialize, disk }: RecloneEvidence): Obstacle | null {
  const system = initialize ?? '';
  if (system === '') return obstacle('foreign-leader', 'the cluster has no system id');
  if (leader?.systemId !== null && leader?.systemId !== system) {
    return obstacle('foreign-leader', `the cluster is ${system}, the leader holds ${leader?.systemId}`);
  }
  if (disk?.kind !== 'copy' || disk.copy.systemId === system) return null;
  return obstacle('foreign-leader', `the cluster is ${system}, this volume holds ${disk.copy.systemId}`);
}

/**
 * A copy that is further than the leader's could lead instead of it, so it stays in its place. Not one of an earlier epoch:
 * the leader of this one was chosen without it, and by no failover does it lead again. Nor one that a person has moved aside.
 */
function mayStandBack({ isOfEarlierEpoch, order }: RecloneEvidence): boolean {
  return isOfEarlierEpoch || order === 'ordered';
}

function ahead(leader: ProvenLeader, evidence: RecloneEvidence, memory: RecloneMemory): Obstacle | null {
  const { disk } = evidence;
  const end = ownEnd(disk, memory);
  if (disk === null) {
    const [own, its] = [end && parseLsn(end.lsn), parseLsn(leader.lsn)];
    const isAhead = end?.timeline === leader.timeline && own !== null && its !== null && own > its;
    if (!isAhead || mayStandBack(evidence)) return null;
    return obstacle('copy-ahead-of-leader', `it reaches ${text(end)}`);
  }
  if (disk.kind === 'absent' || (disk.kind === 'copy' && disk.isReading)) return null;
  const { kind } = relationTo(leader, disk, memory);
  if (kind === 'unknown' && evidence.order !== 'ordered')
    return obstacle('copy-position-unknown', 'nobody can tell what only this copy holds');
  if (kind !== 'ahead' || mayStandBack(evidence)) return null;
  return obstacle('copy-ahead-of-leader', end === null ? '' : `it reaches ${text(end)}`);
}

/** Whether there is no room for a clone beside what is on the volume; unknown room is none. */
export function isSpaceShort({ space: { freeBytes, neededBytes } }: RecloneEvidence): boolean {
  return freeBytes === null || neededBytes === null || freeBytes < neededBytes;
}

/** Whether the copy on disk is further than the leader's, so that it is kept whoever moves it aside. */
export function isKeptWhole({ leader, disk }: RecloneEvidence, memory: RecloneMemory): boolean {
  if (leader === null || disk === null || disk.kind === 'absent') return false;
  return relationTo(leader, disk, memory).kind === 'ahead';
}

/** A copy is deleted only while everybody who is not gone answers; a silent one may be all that is left beside the leader. */
function space(evidence: RecloneEvidence, memory: RecloneMemory): Obstacle | null {
  if (evidence.disk?.kind === 'absent' || !isSpaceShort(evidence)) return null;
  // Whoever gives a copy up is told before that there is no room to keep it.
  if (evidence.order === 'ordered' && !isKeptWhole(evidence, memory)) return null;
  const { freeBytes, neededBytes } = evidence.space;
  const missing = `a clone may take ${neededBytes ?? 'unknown'} bytes, ${freeBytes ?? 'unknown'} are free`;
  if (!mayBeReplaced(evidence, memory)) {
    return obstacle('space-short', `${missing}, and only this copy may hold its last rows`);
  }
  if (evidence.silent.length === 0) return null;
  return obstacle('space-short', `${missing}, and ${evidence.silent.join(', ')} does not answer`);
}

/**
 * Why a copy that does not follow stays where it is; null where nothing stands in the way of a re-clone. Nothing is deleted
 * by a re-clone as long as there is room, and yet each copy set aside is one less that could lead at once. A person's word
 * stands for what nobody can prove. It gives up no copy that is further than the leader's, which is kept where there is room,
 * and makes nothing of one of another system.
 */
export function obstacleTo(memory: RecloneMemory, evidence: RecloneEvidence): Obstacle | null {
  const { nowMs, leader, rivals, disk } = evidence;
  if (leader === null) return obstacle('reclone-forbidden', 'nobody proves to lead');
  if (evidence.forbidden !== null) return obstacle('reclone-forbidden', evidence.forbidden);
  if (evidence.isSynchronous) return obstacle('synchronous-standby', 'commits may rest on this copy');
  const busy = rivals.filter(({ stage }) => stage !== 'none').map(({ nodeId }) => nodeId);
  if (memory.rivalAtMs !== null && nowMs - memory.rivalAtMs < RIVAL_LINGER_MS) {
    return obstacle('other-node-reclones', busy.join(', '));
  }
  if (disk?.kind === 'other' && evidence.order !== 'ordered')
    return obstacle('copy-position-unknown', 'PGDATA is no copy that can be judged');
  return foreign(evidence) ?? ahead(leader, evidence, memory) ?? space(evidence, memory);
}
