import { memberName } from '@flux-pg/etcd-membership';
import type { MemberRecord } from '../identity/member-record.ts';
import type { Mirror } from '../identity/mirror.ts';
import { type NodeState, newNodeState } from '../identity/node-state.ts';
import { type StatusDocument, statusDocumentSchema } from '../status/document.ts';
import type { POSTMASTER, ProcessState } from '../supervisor/index.ts';
import type { PostgresData } from '../volume/index.ts';
import type { VolumeInspection } from '../volume-state/volume-state.ts';
import type { Program } from './rules/process.ts';
import type { LocalPostgres, Peer, View } from './view.ts';
import { aVolumeInspection, CLUSTER, NODE, OTHER } from './view-builder.ts';

export const THIRD = '33333333-3333-4333-8333-333333333333';

/** The ports of the default configuration, as every node maps them. */
export const PORTS = { postgres: 5432, patroniApi: 8008, etcdClient: 2379, etcdPeer: 2380 } as const;

/** A member's record at the address that its number gives. */
export function aRecord(nodeId: string, address = '10.0.0.2'): MemberRecord {
  return { nodeId, address, ports: PORTS };
}

/** The state of `NODE` as a member of `CLUSTER`, which somebody else has founded. */
export function aMemberState(difference: Partial<NodeState> = {}): NodeState {
  const cluster = { id: CLUSTER, epoch: 1, founder: false };
  return { ...newNodeState(NODE, 'aaaaaaaa', 1_800_000_000_000), cluster, ...difference };
}

/** The status of `OTHER`, a virgin at 10.0.0.2. */
export function aDocument(difference: Partial<StatusDocument> = {}): StatusDocument {
  const nodeId = difference.nodeId ?? OTHER;
  const told = statusDocumentSchema.parse({
    protocol: 1,
    software: 'test',
    nodeId,
    address: '10.0.0.2',
    ports: PORTS,
    fingerprint: 'fingerprint',
    expectedNodes: 3,
    virgin: true,
    cluster: null,
    founding: { kind: 'none' },
    withdrawn: [],
    volume: { postgres: { kind: 'absent', systemId: null, timeline: null }, etcd: false },
    etcd: { memberName: memberName(nodeId, 'bbbbbbbb'), running: false, reading: null },
    postgres: null,
    heard: {},
    reason: 'test',
  });
  return { ...told, ...difference };
}

/** What a node tells of the cluster that it belongs to. */
export function aToldCluster(
  difference: Partial<NonNullable<StatusDocument['cluster']>> = {},
): NonNullable<StatusDocument['cluster']> {
  return {
    id: CLUSTER,
    epoch: 1,
    seededBy: null,
    foundedAtMs: null,
    userData: null,
    sealedBy: null,
    ...difference,
  };
}

/** The status of `OTHER` as a member of `CLUSTER` that runs etcd. */
export function aMemberDocument(difference: Partial<StatusDocument> = {}): StatusDocument {
  const nodeId = difference.nodeId ?? OTHER;
  const etcd = { memberName: memberName(nodeId, 'bbbbbbbb'), running: true, reading: null };
  return aDocument({ virgin: false, cluster: aToldCluster(), etcd, ...difference });
}

/** A listed peer at its document's address. */
export function aPeer(document: StatusDocument, difference: Partial<Peer> = {}): Peer {
  const heard = { kind: 'authenticated' as const, document };
  return { address: document.address ?? '10.0.0.99', listed: true, heard, ...difference };
}

/** A listed peer that has been silent. */
export function aSilentPeer(address: string, forMs = 0): Peer {
  return { address, listed: true, heard: { kind: 'silent', detail: 'refused', forMs } };
}

/** What supervisord says: the router runs, and the given programs are in the given states. */
export function processesIn(
  states: Partial<Record<Program | typeof POSTMASTER, ProcessState>>,
): View['processes'] {
  const programs = { router: 'running', etcd: 'stopped', patroni: 'stopped', ...states } as const;
  return {
    ok: true,
    seenAtMs: 1_000_000,
    value: Object.entries(programs).map(([name, state], index) => ({
      name,
      state,
      pid: state === 'running' ? 10 + index : null,
      startedAtMs: null,
      exitStatus: 0,
    })),
  };
}

/** A volume that holds the given PGDATA, and no etcd. */
export function aVolume(
  postgres: PostgresData,
  difference: Partial<VolumeInspection> = {},
): VolumeInspection {
  return aVolumeInspection({ postgres, ...difference });
}

/** A consistent copy of the given system. */
export function aCopy(systemId: string): PostgresData {
  return {
    kind: 'copy',
    majorVersion: 17,
    consistent: true,
    systemId,
    timeline: 1,
    checkpointLsn: '0/1000000',
    controlState: 'shut down',
    minRecoveryEnd: null,
    minRecoveryTimeline: null,
    walSegmentBytes: 16 * 1024 ** 2,
    backupStartLsn: null,
    walEnd: { timeline: 1, lsn: '0/1000078' },
    walEndUnknown: null,
    history: [],
  };
}

/** A clone that was cut short. */
export const unfinishedClone: PostgresData = {
  kind: 'unfinished',
  operation: 'clone',
  reason: 'a clone was cut short',
};

/** What Patroni says of a primary that nobody follows. */
export function aRunningPostgres(difference: Partial<LocalPostgres> = {}): LocalPostgres {
  return {
    role: 'primary',
    state: 'running',
    timeline: 1,
    lsn: null,
    streaming: false,
    replicating: [],
    ...difference,
  };
}

/** The promise to found `CLUSTER` with `OTHER`, which has proposed it. */
export function aJoin(
  difference: Partial<Extract<NodeState['founding'], { kind: 'joined' }>> = {},
): Extract<NodeState['founding'], { kind: 'joined' }> {
  return {
    kind: 'joined',
    clusterId: CLUSTER,
    expectedNodes: 3,
    shortHanded: false,
    systemId: null,
    proposerNodeId: OTHER,
    proposerAddress: '10.0.0.2',
    ...difference,
  };
}

/** The promise of who proposes `CLUSTER`. */
export function aProposal(
  difference: Partial<Extract<NodeState['founding'], { kind: 'proposed' }>> = {},
): Extract<NodeState['founding'], { kind: 'proposed' }> {
  return {
    kind: 'proposed',
    clusterId: CLUSTER,
    expectedNodes: 3,
    shortHanded: false,
    systemId: null,
    ...difference,
  };
}

/** The mirror of `CLUSTER` in its first epoch, with nothing in it. */
export function aMirror(difference: Partial<Mirror> = {}): Mirror {
  return {
    version: 1,
    clusterId: CLUSTER,
    epoch: 1,
    revision: 1,
    members: [],
    voters: [],
    lastPrimary: null,
    initialize: null,
    history: null,
    config: null,
    ...difference,
  };
}

/** A reading of this tick. */
export function seen<T>(value: T) {
  return { ok: true as const, value, seenAtMs: 1_000_000 };
}
