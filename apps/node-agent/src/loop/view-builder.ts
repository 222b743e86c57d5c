import { type EtcdMember, startFencing } from '@flux-pg/etcd-membership';
import { type Config, parseConfig } from '../config.ts';
import { noWitnesses } from '../flux/witnesses.ts';
import { newNodeState } from '../identity/node-state.ts';
import type { VolumeInspection } from '../volume-state/volume-state.ts';
import { emptyMemory } from './remember.ts';
import type { EtcdContent, Memory, StandingMemory, View } from './view.ts';

export const NODE = '11111111-1111-4111-8111-111111111111';
export const OTHER = '22222222-2222-4222-8222-222222222222';
export const CLUSTER = '99999999-9999-4999-8999-999999999999';

/** A valid configuration; a test states only what is different about it. */
export function aConfig(environment: Readonly<Record<string, string>> = {}): Config {
  const parsed = parseConfig({
    POSTGRES_SUPERUSER_PASSWORD: 'superuser-password',
    POSTGRES_REPLICATION_PASSWORD: 'replication-password',
    CLUSTER_SIZE: '3',
    ...environment,
  });
  if (!parsed.ok) throw new Error(JSON.stringify(parsed.problems));
  return parsed.config;
}

/** An etcd that answers for a cluster that has been founded by `NODE` and not initialised yet. */
export function anEtcdContent(difference: Partial<EtcdContent> = {}): EtcdContent {
  return {
    members: [],
    cluster: { id: CLUSTER, epoch: 1, seededBy: null, superuser: 'postgres', foundedAtMs: 0 },
    revision: 1,
    bootstrap: NODE,
    provisioned: false,
    userData: null,
    witnesses: [],
    formerVoters: [],
    copyHolders: [],
    records: [],
    patroni: {
      initialize: null,
      leader: null,
      history: null,
      config: null,
      status: null,
      sync: null,
      failover: null,
      members: new Map(),
    },
    ...difference,
  };
}

/** A member of etcd by its name. */
export function anEtcdMember(name: string, difference: Partial<EtcdMember> = {}): EtcdMember {
  return {
    id: Buffer.from(name).toString('hex').slice(0, 16),
    name,
    peerUrls: [`https://${name}:2380`],
    clientUrls: [],
    isLearner: false,
    ...difference,
  };
}

/** A volume that holds nothing. */
export function aVolumeInspection(difference: Partial<VolumeInspection> = {}): VolumeInspection {
  return {
    postgres: { kind: 'absent' },
    atRoot: false,
    atRootMajorVersion: null,
    etcdData: false,
    setAside: false,
    freeBytes: 10 * 1024 ** 3,
    ...difference,
  };
}

/** The memory of an agent that has just started. */
export function aMemory(difference: Partial<Memory> = {}): Memory {
  const nowMs = 1_000_000;
  const at = { nowMs, wallMs: 1_800_000_000_000, fenceAfterMs: 300_000, witnessTotal: 0 };
  const standing: StandingMemory = {
    lastTick: null,
    fencing: startFencing(null, at),
    answers: {},
    notStaleSinceMs: nowMs,
    answeredAtMs: {},
  };
  return { ...emptyMemory(nowMs, standing), ...difference };
}

/** A node with a fresh volume whose router runs and whose address is known; nothing else has happened yet. */
export function aView(difference: Partial<View> = {}): View {
  const nowMs = 1_000_000;
  return {
    nowMs,
    lookedAtMs: nowMs,
    wallMs: 1_800_000_000_000,
    config: aConfig(),
    facts: {
      resources: { memoryBytes: 2 * 1024 ** 3, cpus: 2, volumeBytes: 20 * 1024 ** 3 },
      apiCredentials: { username: 'flux-pg', password: 'api-password' },
    },
    state: newNodeState(NODE, 'aaaaaaaa', 1_800_000_000_000),
    mirror: null,
    volume: aVolumeInspection(),
    processes: {
      ok: true,
      seenAtMs: nowMs,
      value: [
        { name: 'router', state: 'running', pid: 10, startedAtMs: null, exitStatus: 0 },
        { name: 'etcd', state: 'stopped', pid: null, startedAtMs: null, exitStatus: 0 },
        { name: 'patroni', state: 'stopped', pid: null, startedAtMs: null, exitStatus: 0 },
      ],
    },
    ownAddress: { address: '10.0.0.1', source: 'interface' },
    listing: { ok: false, error: 'not asked yet' },
    latestListing: { ok: false, error: 'not asked yet' },
    witnesses: noWitnesses,
    proposedWitnesses: null,
    operatorOrder: null,
    calledAtMs: {},
    expectedNodes: 3,
    peers: [],
    localEtcd: { ok: false, error: 'refused' },
    etcd: { ok: false, error: 'refused' },
    leaderLease: null,
    postgres: { ok: false, error: 'refused' },
    memory: aMemory(),
    applied: { foundingEtcd: false, hosts: null, routerServers: null, patroniConfig: null },
    ...difference,
  };
}
