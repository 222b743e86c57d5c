import {
  type Announcement,
  createPatientAsker,
  currentDocument,
  keepFluxReadings,
  type Loop,
  type LoopState,
  type NodeState,
  newNodeState,
  type Ports,
  promiseDigest,
  rememberCallers,
  runLoop,
  type StatusAnswer,
  type StatusDocument,
} from '@flux-pg/node-agent/loop';
import { type CachedListing, NO_ROOM } from '../disk/volume.ts';
import { createVolumePort, openVolume } from '../disk/volume-port.ts';
import { clientOf, localClient, routedClient } from '../etcd/clients.ts';
import { fluxCallsOf } from '../flux/flux-calls.ts';
import type { World } from '../world/world.ts';
import { askPeer } from './ask-peer.ts';
import type { Container } from './container.ts';
import { createFilesPort } from './files.ts';
import { beginLife, type Life } from './life.ts';

type Order = NonNullable<ReturnType<Ports['operator']['pending']>>;

/** The agent's process in a container. */
export interface Agent {
  readonly life: Life;
  readonly loop: Loop;
  readonly ownAddress: () => string | null;
  readonly announcement: () => Announcement;
  /** What the router's backend of the agent answers to an authenticated question. */
  readonly answer: (dialled: string, from: Announcement) => StatusAnswer<StatusDocument>;
  /** What a person asks for on this node; forgotten with the agent. */
  readonly give: (order: Order) => void;
  readonly kill: () => void;
}

const FACTS: Ports['facts'] = {
  resources: { memoryBytes: 2 * 1024 ** 3, cpus: 2, volumeBytes: 20 * 1024 ** 3 },
  apiCredentials: { username: 'flux-pg', password: 'api-password' },
};
const FINGERPRINT = 'simulated';

/** Told about each tick of one agent: changes go to the trace, everything to the coverage. */
function listenTo(world: World, container: Container): (state: LoopState) => void {
  let last = '';
  return ({ decision, failure }) => {
    if (decision === null) {
      if (failure !== null) world.agentFailed(container, failure.message);
      return;
    }
    world.coverage.decided(decision.action.kind, decision.reason);
    // A tick that throws is a bug of the agent; an action that fails is not, nor a stamp for which there is no room.
    if (failure?.kind === 'wait' && failure.message !== NO_ROOM)
      world.agentFailed(container, failure.message);
    const text = `${decision.action.kind} ${decision.reason}${failure === null ? '' : ' failed'}`;
    if (text === last) return;
    last = text;
    const why = failure === null ? decision.detail : failure.message;
    world.trace.add(container.key, why === '' ? text : `${text}: ${why.split('\n')[0]}`);
  };
}

function databasePort(world: World, container: Container, life: Life): Ports['database'] {
  const onPrimary = (name: string) =>
    life.effect(name, () => {
      const database = container.patroni()?.database() ?? null;
      if (database?.writable !== true) throw new Error('the server is not ready for writes');
    });
  return {
    provision: () => onPrimary('database.provision'),
    ensureRoles: () => onPrimary('database.ensureRoles'),
    hasUserData: async () => {
      const systemId = container.patroni()?.database()?.branch.systemId;
      return systemId !== undefined && world.userData.has(systemId);
    },
    checkpoint: () => onPrimary('database.checkpoint'),
  };
}

interface Wiring {
  readonly world: World;
  readonly container: Container;
  readonly life: Life;
  readonly flux: { readonly readings: Ports['flux']['readings'] };
  readonly callers: Ports['callers'];
  readonly announcement: () => Announcement;
  readonly orders: Order[];
  readonly wake: () => void;
}

function portsOf({ world, container, life, flux, callers, announcement, orders, wake }: Wiring): Ports {
  const { scheduler, config } = world;
  const through = (client: ReturnType<typeof localClient>) =>
    clientOf((call, writes) =>
      writes ? life.effect('etcd write', () => call(client)) : life.read(call(client)),
    );
  return {
    clock: {
      nowMs: scheduler.nowMs,
      wallMs: container.wallMs,
      sleep: (ms, signal) => life.read(scheduler.sleep(ms, signal)),
    },
    facts: FACTS,
    newUuid: world.random.uuid,
    newIncarnation: () => world.random.hex(8),
    supervisor: container.supervisor(life.effect),
    router: { servers: async () => [], apply: async () => undefined },
    flux,
    askPeer: createPatientAsker({
      ask: ({ host }) => life.read(askPeer(world, container, host, announcement())),
      nowMs: scheduler.nowMs,
      sleep: (ms, signal) => life.read(scheduler.sleep(ms, signal)),
      onLateAnswer: wake,
    }),
    callers,
    localEtcd: through(localClient(world, container)),
    routedEtcd: through(routedClient(world, container)),
    patroni: {
      status: async () => {
        const patroni = container.patroni();
        if (patroni === null) throw new Error('connection refused');
        return patroni.status();
      },
    },
    database: databasePort(world, container, life),
    operator: { pending: () => orders[0] ?? null, done: () => orders.shift() },
    volume: createVolumePort(container.volume, life.effect, () => world.random.hex(8)),
    files: createFilesPort(container.files, life.effect, {
      routerRuns: () => container.runs('router'),
      etcdHostsChanged: world.reachabilityChanged,
      settings: {
        appName: config.appName,
        ttlMs: config.patroni.ttlSeconds * 1000,
        loopWaitMs: config.patroni.loopWaitSeconds * 1000,
        retryTimeoutMs: config.patroni.retryTimeoutSeconds * 1000,
        synchronousMode: config.patroni.synchronousMode,
      },
    }),
  };
}

function cachedListing(cached: CachedListing | null) {
  return cached && { listing: { instances: cached.instances }, expectedNodes: cached.expectedNodes };
}

/** Every question carries the digest, and states are replaced rather than changed. */
function rememberedDigest(): (state: NodeState) => string {
  const digests = new WeakMap<NodeState, string>();
  return (state) => {
    const known = digests.get(state);
    if (known !== undefined) return known;
    const digest = promiseDigest(state);
    digests.set(state, digest);
    return digest;
  };
}

/** Starts the real loop on the models of everything that it touches. */
export function startAgent(world: World, container: Container): Agent {
  const { config, scheduler } = world;
  const { volume } = container;
  const life = beginLife({
    scheduler,
    whileRunning: container.whileRunning,
    crash: (where) => container.crashAgent(where),
  });
  openVolume(
    volume,
    () => newNodeState(world.random.uuid(), world.random.hex(8), container.wallMs()),
    world.random.hex(8),
  );
  const callers = rememberCallers(scheduler.nowMs);
  const orders: Order[] = [];
  let running: Loop | null = null;
  const wake = () => running?.wake();
  const flux = keepFluxReadings({
    calls: fluxCallsOf(world, {
      container,
      life,
      lastView: () => running?.state().view ?? null,
      changed: wake,
    }),
    cached: cachedListing(volume.content.listing),
    clusterSize: config.clusterSize,
    intervalMs: config.listingIntervalMs,
    founded: () => (volume.content.state?.cluster ?? null) !== null,
  });
  const ownAddress = () => flux.readings().ownAddress?.address ?? null;
  const digestOf = rememberedDigest();
  const ports = portsOf({
    world,
    container,
    life,
    flux,
    callers: callers.list,
    announcement: () => announcement(),
    orders,
    wake,
  });
  const announcement = (): Announcement => {
    const state = ports.volume.state();
    return {
      nodeId: state.nodeId,
      address: ownAddress(),
      ports: config.hostPorts,
      promises: digestOf(state),
    };
  };
  const loop = runLoop(ports, config, listenTo(world, container), world.pace);
  running = loop;
  const sources = {
    loop,
    volume: ports.volume,
    software: 'simulation',
    fingerprint: FINGERPRINT,
    nowMs: scheduler.nowMs,
  };
  return {
    life,
    loop,
    ownAddress,
    announcement,
    answer: (dialled, from) => {
      if (ownAddress() !== dialled) {
        return { kind: 'present', reason: 'misdirected', detail: 'the dialled address is not its own' };
      }
      if (loop.state().view === null) {
        return { kind: 'present', reason: 'unavailable', detail: 'HTTP status 503' };
      }
      const document = currentDocument(sources);
      if (from.nodeId !== document.nodeId && callers.add(from)) wake();
      return { kind: 'authenticated', document, roundTripMs: 0 };
    },
    give: (order) => {
      orders.push(order);
      wake();
    },
    kill: life.kill,
  };
}
