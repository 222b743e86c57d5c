import { type Config, DEFAULT_PACE, type Pace, parseConfig } from '@flux-pg/node-agent/loop';
import { type Coverage, createCoverage } from '../coverage/coverage.ts';
import type { Volume } from '../disk/volume.ts';
import { createEtcdWorld } from '../etcd/create-etcd-world.ts';
import type { EtcdWorld } from '../etcd/etcd-world.ts';
import { etcdSurroundings } from '../etcd/start-etcd.ts';
import { createFluxWorld, type FluxWorld } from '../flux/flux-world.ts';
import { createRandom, type Random, subSeed } from '../kernel/random.ts';
import { createScheduler, type RunningScheduler } from '../kernel/scheduler.ts';
import { createTrace, type Trace, type TraceEntry } from '../kernel/trace.ts';
import { createNetwork, type Network } from '../network/network.ts';
import type { Container } from '../node/container.ts';

/** What a run begins with. */
export interface WorldOptions {
  readonly seed: number;
  /** Variables of every container, as in the app specification. */
  readonly environment?: Readonly<Record<string, string>>;
  /** 1 stands for a private API. */
  readonly witnessCount?: number;
  /** The cluster agrees on nine of them, as it has to in reality; otherwise all nodes know all from the start. */
  readonly agreesOnWitnesses?: boolean;
  readonly expectedNodes: number;
  readonly pace?: Pace;
  /** Whether somebody uses the database; otherwise there is never any data of a user. */
  readonly client?: boolean;
  readonly fullTrace?: boolean;
  readonly watch?: (entry: TraceEntry) => void;
}

/** Everything outside of the agents' processes. */
export interface World {
  readonly scheduler: RunningScheduler;
  /** What the models draw from. Fault schedules have a source of their own. */
  readonly random: Random;
  readonly trace: Trace;
  readonly coverage: Coverage;
  readonly network: Network;
  readonly flux: FluxWorld;
  /** Requests of all agents to Flux. Checkers look for themselves, and are not counted. */
  readonly fluxRequests: { count: number };
  readonly etcd: EtcdWorld;
  readonly config: Config;
  readonly pace: Pace;
  /** The latest container of each instance, running or not. */
  readonly containers: Map<string, Container>;
  /** PostgreSQL systems to which a client has ever written. */
  readonly userData: Set<string>;
  /** All volumes that were ever made. */
  readonly volumes: Volume[];
  readonly nextPid: () => number;
  /** To be called when who reaches whom may have changed. */
  readonly reachabilityChanged: () => void;
  /** Called with each call to etcd: throws where somebody calls it without end while no time passes. */
  readonly spin: (who: string) => void;
  /** A tick threw: a bug of the agent, and the end of the run. */
  readonly agentFailed: (container: Container, message: string) => void;
  readonly agentFailures: readonly string[];
}

/** Times shortened so that a run of ten virtual minutes goes through all of them. */
export const SHORT_TIMES: Readonly<Record<string, string>> = {
  POSTGRES_SUPERUSER_PASSWORD: 'superuser-password',
  POSTGRES_REPLICATION_PASSWORD: 'replication-password',
  APP_NAME: 'simulated',
  UPDATE_INTERVAL_SECONDS: '15',
  FORMATION_TIMEOUT: '60',
  ABSENCE_GRACE: '40',
  ABSENCE_TIMEOUT: '90',
};

/** Nodes look less often than real ones: that makes formation somewhat slower, and a run four times as cheap. */
export const SIMULATED_PACE: Pace = {
  ...DEFAULT_PACE,
  waitingIntervalMs: 2000,
  busyIntervalMs: 1000,
  busyAfterActionMs: 4000,
};

function configOf(environment: Readonly<Record<string, string>>): Config {
  const parsed = parseConfig({ ...SHORT_TIMES, ...environment });
  if (!parsed.ok)
    throw new Error(parsed.problems.map(({ variable, problem }) => `${variable} ${problem}`).join());
  return parsed.config;
}

/** More calls than all programs of a run make within one instant. */
const MOST_CALLS_AT_ONCE = 5000;

/** A loop of promises in which no time passes cannot be ended from outside, so somebody within it has to notice. */
function spinGuard(nowMs: () => number): World['spin'] {
  let atMs = 0;
  let calls = 0;
  return (who) => {
    calls = nowMs() === atMs ? calls + 1 : 0;
    atMs = nowMs();
    if (calls > MOST_CALLS_AT_ONCE) throw new Error(`${who} calls etcd without end at ${atMs} ms`);
  };
}

/** Makes a world without instances. */
export function createWorld(options: WorldOptions): World {
  const { seed, watch } = options;
  const random = createRandom(subSeed(seed, 'world'));
  const scheduler = createScheduler(random.next);
  const network = createNetwork(createRandom(subSeed(seed, 'network')));
  const agentFailures: string[] = [];
  const trace = createTrace(scheduler.nowMs, options.fullTrace ?? false, watch);
  let pid = 100;
  const etcd = createEtcdWorld({
    scheduler,
    surroundings: etcdSurroundings(() => world),
  });
  const world: World = {
    scheduler,
    random,
    trace,
    coverage: createCoverage(),
    network,
    fluxRequests: { count: 0 },
    flux: createFluxWorld({
      nowMs: scheduler.nowMs,
      wallMs: () => 1_800_000_000_000 + Math.floor(scheduler.nowMs()),
      random: createRandom(subSeed(seed, 'flux')),
      witnessCount: options.witnessCount ?? 9,
      agreed: options.agreesOnWitnesses ?? false,
      expectedNodes: options.expectedNodes,
    }),
    etcd,
    config: configOf({
      // An address that leads nowhere: it only says that there is one database.
      ...(options.witnessCount === 1 ? { FLUX_API_URL: 'http://flux.invalid' } : {}),
      ...options.environment,
    }),
    pace: options.pace ?? SIMULATED_PACE,
    containers: new Map(),
    userData: new Set(),
    volumes: [],
    nextPid: () => {
      pid += 1;
      return pid;
    },
    reachabilityChanged: etcd.reachabilityChanged,
    spin: spinGuard(scheduler.nowMs),
    agentFailed: (container, message) => {
      trace.add(container.key, `TICK FAILED: ${message.split('\n')[0]}`);
      agentFailures.push(message);
    },
    agentFailures,
  };
  return world;
}
