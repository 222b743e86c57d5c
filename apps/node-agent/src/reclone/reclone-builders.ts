import { type CopyDifference, aCopy as diskCopy, lsnOf, nodeId } from '../copies/copy-builders.ts';
import {
  noReclone,
  type OwnDisk,
  type OwnPostgres,
  type ProvenLeader,
  type RecloneEvidence,
  type RecloneMemory,
} from './reclone-view.ts';

export const SYSTEM = '7000000000000000001';

/** Node 2 serves as primary at 200 on the first timeline. */
export function aLeader(difference: Partial<ProvenLeader> = {}): ProvenLeader {
  return { nodeId: nodeId(2), timeline: 1, lsn: lsnOf(200), systemId: SYSTEM, ancestors: [], ...difference };
}

/** Node 2 leads the second timeline, which it began at `switched`. */
export function aPromotedLeader(switched: number, at: number, ledBy: number = 2): ProvenLeader {
  const ancestors = [{ timeline: 1, switchLsn: lsnOf(switched), nextLedBy: nodeId(ledBy) }];
  return aLeader({ timeline: 2, lsn: lsnOf(at), ancestors });
}

/** A standby that runs and receives nothing. */
export function aStandby(difference: Partial<OwnPostgres> = {}): OwnPostgres {
  return {
    role: 'replica',
    state: 'running',
    timeline: 1,
    lsn: lsnOf(100),
    streaming: false,
    ...difference,
  };
}

/** The copy of node 1 as its disk shows it. */
export function aDisk(difference: CopyDifference = {}): OwnDisk {
  return { kind: 'copy', copy: diskCopy(1, difference), isReading: false };
}

/** Node 1 as a standby that receives nothing, beside node 2 that leads and node 3 that answers. */
export function anEvidence(difference: Partial<RecloneEvidence> = {}): RecloneEvidence {
  return {
    nowMs: 0,
    self: nodeId(1),
    patroniAlive: true,
    postgres: aStandby(),
    leader: aLeader(),
    initialize: SYSTEM,
    rivals: [
      { nodeId: nodeId(2), stage: 'none' },
      { nodeId: nodeId(3), stage: 'none' },
    ],
    silent: [],
    isSynchronous: false,
    order: null,
    isOfEarlierEpoch: false,
    forbidden: null,
    disk: null,
    space: { freeBytes: 100, neededBytes: 50 },
    setAside: false,
    ...difference,
  };
}

/** Node 1 with Patroni stopped. */
export function aStoppedEvidence(disk: OwnDisk, difference: Partial<RecloneEvidence> = {}): RecloneEvidence {
  return anEvidence({ patroniAlive: false, postgres: null, disk, ...difference });
}

/** A memory of a copy that has been due for a re-clone for long at the time 0. */
export function aDueMemory(difference: Partial<RecloneMemory> = {}): RecloneMemory {
  return {
    ...noReclone,
    leader: { nodeId: nodeId(2), timeline: 1, provenAtMs: 0 },
    unfollowedSinceMs: -1_000_000,
    unmovedSinceMs: -1_000_000,
    position: { timeline: 1, lsn: lsnOf(100) },
    wasRunning: true,
    dueSinceMs: -100_000,
    ...difference,
  };
}
