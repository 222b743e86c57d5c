import { setTimeout as delay } from 'node:timers/promises';
import type { EtcdEndpoint } from '@flux-pg/etcd-membership';
import type { FluxReadings } from '../flux/flux-readings.ts';
import { noWitnesses } from '../flux/witnesses.ts';
import { newNodeState } from '../identity/node-state.ts';
import type { Ports } from './ports.ts';
import type { View } from './view.ts';
import { aView, aVolumeInspection, NODE } from './view-builder.ts';

/** One call of a port, as `port.method` with its parameters. */
export type Call = readonly [method: string, ...parameters: unknown[]];

type Recorder = (method: string) => (...parameters: unknown[]) => Promise<void>;

function recorder(calls: Call[]): Recorder {
  return (method) =>
    async (...parameters) => {
      calls.push([method, ...parameters]);
    };
}

/** Pauses for as long as it is asked to, in real time. */
export const realSleep: Ports['clock']['sleep'] = (ms, signal) =>
  delay(ms, undefined, { signal }).catch(() => undefined);

async function refuse(): Promise<never> {
  throw new Error('refused');
}

/** An etcd that records its writes and refuses every read; a test gives the reads that it needs. */
export function anEndpoint(
  name: string,
  calls: Call[],
  difference: Partial<EtcdEndpoint> = {},
): EtcdEndpoint {
  const done = recorder(calls);
  return {
    status: refuse,
    members: refuse,
    addLearner: async (peerUrl) => {
      calls.push([`${name}.addLearner`, peerUrl]);
      return { id: '1', name: '', peerUrls: [peerUrl], clientUrls: [], isLearner: true };
    },
    promote: done(`${name}.promote`),
    remove: done(`${name}.remove`),
    moveLeader: done(`${name}.moveLeader`),
    get: refuse,
    leaseOf: refuse,
    list: refuse,
    put: done(`${name}.put`),
    putIfUnchanged: async (...parameters) => {
      calls.push([`${name}.putIfUnchanged`, ...parameters]);
      return true;
    },
    delete: done(`${name}.delete`),
    alarms: refuse,
    disarmNoSpace: done(`${name}.disarmNoSpace`),
    defragment: done(`${name}.defragment`),
    close: () => undefined,
    ...difference,
  };
}

/** What the Flux API has told: nothing but this node's own address. */
export function someReadings(difference: Partial<FluxReadings> = {}): FluxReadings {
  return {
    listing: { ok: false, error: 'not asked yet' },
    latest: { ok: false, error: 'not asked yet' },
    expectedNodes: 3,
    ownAddress: { address: '10.0.0.1', source: 'interface' },
    witnesses: noWitnesses,
    proposedWitnesses: null,
    ...difference,
  };
}

/** Ports of a virgin node that record what they are told, read nothing, and find the volume of `aView`. */
export function somePorts(calls: Call[], difference: Partial<Ports> = {}): Ports {
  const done = recorder(calls);
  const view: View = aView();
  return {
    clock: { nowMs: () => view.nowMs, wallMs: () => view.wallMs, sleep: realSleep },
    facts: view.facts,
    newUuid: () => 'aaaaaaaa-aaaa-4aaa-8aaa-aaaaaaaaaaaa',
    newIncarnation: () => 'cccccccc',
    supervisor: {
      processes: async () => (view.processes.ok ? view.processes.value : []),
      start: done('supervisor.start'),
      stop: done('supervisor.stop'),
      signal: done('supervisor.signal'),
    },
    router: { servers: async () => [], apply: done('router.apply') },
    flux: { readings: () => someReadings() },
    askPeer: async () => ({ kind: 'silent', reason: 'refused', detail: 'refused', arrivedMsAgo: 0 }),
    callers: () => [],
    localEtcd: anEndpoint('local', calls),
    routedEtcd: anEndpoint('routed', calls),
    patroni: { status: refuse },
    operator: { pending: () => null, done: () => undefined },
    database: {
      hasUserData: async () => false,
      provision: done('database.provision'),
      ensureRoles: done('database.ensureRoles'),
      checkpoint: done('database.checkpoint'),
    },
    volume: {
      state: () => newNodeState(NODE, 'aaaaaaaa', view.wallMs),
      writeState: done('volume.writeState'),
      mirror: () => null,
      writeMirror: done('volume.writeMirror'),
      startId: () => '1-eeeeeeee',
      renewStartId: done('volume.renewStartId'),
      stampAtOpen: () => null,
      writeStamp: done('volume.writeStamp'),
      inspect: async () => aVolumeInspection(),
      setAsidePostgres: done('volume.setAsidePostgres'),
      quarantineEtcd: done('volume.quarantineEtcd'),
      adoptRootData: async () => {
        calls.push(['volume.adoptRootData']);
        return { ok: true };
      },
      quarantine: async () => [],
      markContained: done('volume.markContained'),
      releaseQuarantine: async (wanted) => {
        calls.push(['volume.releaseQuarantine', wanted]);
        return { released: [], kept: [], freeBytes: 0 };
      },
    },
    files: {
      writeRouterConfig: done('files.writeRouterConfig'),
      steerRouter: async (_router, servers) => {
        calls.push(['files.steerRouter', servers]);
      },
      writeHosts: done('files.writeHosts'),
      writeEtcdConfig: done('files.writeEtcdConfig'),
      writePatroniConfig: done('files.writePatroniConfig'),
    },
    ...difference,
  };
}
