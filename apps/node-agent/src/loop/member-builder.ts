import { memberName } from '@flux-pg/etcd-membership';
import type { MemberRecord } from '../identity/member-record.ts';
import { type NodeState, newNodeState } from '../identity/node-state.ts';
import type { StatusDocument } from '../status/document.ts';
import type { ProcessState } from '../supervisor/index.ts';
import type { PostgresData } from '../volume/index.ts';
import type { Program } from './rules/process.ts';
import type { Peer, View } from './view.ts';
import { CLUSTER, NODE, OTHER } from './view-builder.ts';

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
  return {
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
    ...difference,
  };
}

/** The status of `OTHER` as a member of `CLUSTER` that runs etcd. */
export function aMemberDocument(difference: Partial<StatusDocument> = {}): StatusDocument {
  const nodeId = difference.nodeId ?? OTHER;
  const etcd = { memberName: memberName(nodeId, 'bbbbbbbb'), running: true, reading: null };
  return aDocument({ virgin: false, cluster: { id: CLUSTER, epoch: 1 }, etcd, ...difference });
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
export function processesIn(states: Partial<Record<Program, ProcessState>>): View['processes'] {
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
export function aVolume(postgres: PostgresData, difference: Partial<View['volume']> = {}): View['volume'] {
  return { postgres, atRoot: false, etcdData: false, ...difference };
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
    backupStartLsn: null,
  };
}

/** A clone that was cut short. */
export const unfinishedClone: PostgresData = {
  kind: 'unfinished',
  operation: 'clone',
  reason: 'a clone was cut short',
};

/** A reading of this tick. */
export function seen<T>(value: T) {
  return { ok: true as const, value, seenAtMs: 1_000_000 };
}
