import { persist, type Volume } from '../disk/volume.ts';
import type { EtcdHandle } from '../etcd/etcd-world.ts';
import { startEtcd } from '../etcd/start-etcd.ts';
import type { PatroniProcess } from '../kernel/contracts.ts';
import { launchPatroni } from '../patroni/launch-patroni.ts';
import { createSupervisorModel, type Process, type SupervisorPorts } from '../supervisor/supervisor.ts';
import type { World } from '../world/world.ts';
import { type Agent, startAgent } from './agent.ts';
import { type Files, noFiles, type RouterServers } from './files.ts';
import type { CrashPoint } from './life.ts';

/** What is wrong with a container's surroundings for a while. */
export interface ContainerFaults {
  /** Whether the answer of the write that was just applied gets lost. */
  readonly losesAnswer: () => boolean;
  readonly loseAnswers: (probability: number) => void;
}

/** A simulated container: its programs, its files, and the volume that it mounts. */
export interface Container {
  readonly key: string;
  readonly volume: Volume;
  readonly files: Files;
  readonly faults: ContainerFaults;
  readonly supervisor: SupervisorPorts;
  readonly isUp: () => boolean;
  readonly isPaused: () => boolean;
  /** Null unless the container is paused: resolves when it goes on. */
  readonly whileRunning: () => Promise<void> | null;
  /** Runs the work now, or when the container goes on; never once it is down. */
  readonly whenRunning: (work: () => void) => void;
  readonly runs: (program: 'router' | 'etcd' | 'patroni') => boolean;
  readonly agent: () => Agent | null;
  readonly etcd: () => EtcdHandle | null;
  readonly patroni: () => PatroniProcess | null;
  readonly routerServers: () => RouterServers | null;
  readonly wallMs: () => number;
  readonly skewWall: (ms: number) => void;
  readonly crashAgent: (where: string) => void;
  readonly armAgent: (point: CrashPoint) => void;
  readonly killProgram: (program: 'router' | 'etcd' | 'patroni') => void;
  readonly pause: () => void;
  readonly resume: () => void;
  /** SIGKILL to everything in it, or the end of its machine. The volume keeps what was durable. */
  readonly kill: () => void;
}

/** From the start of the process to the first tick: Node's own start. */
const AGENT_START_MS = { least: 300, most: 900 } as const;
const AGENT_RESTART_MS = { least: 1000, most: 2000 } as const;
const WALL_AT_START_MS = 1_800_000_000_000;

interface Parts {
  up: boolean;
  agent: Agent | null;
  etcd: EtcdHandle | null;
  patroni: PatroniProcess | null;
  resume: (() => void)[] | null;
  wallOffsetMs: number;
  lostAnswers: number;
}

function routerProcess(files: Files, exited: (status: number) => void): Process {
  files.routerServers = null;
  return { terminate: () => exited(0), kill: () => undefined };
}

function etcdProcess(
  world: World,
  container: Container,
  parts: Parts,
  exited: (status: number) => void,
): Process {
  const end = (status: number | null) => {
    const etcd = parts.etcd;
    if (etcd === null) return;
    parts.etcd = null;
    persist(container.volume, { etcd: etcd.dataDir() });
    etcd.end();
    if (status !== null) exited(status);
  };
  parts.etcd = startEtcd(world, container, (why) => {
    world.trace.add(container.key, `etcd gives up: ${why}`);
    end(1);
  });
  // The directory is there from the start on; what it holds in the end is what the process leaves.
  if (parts.etcd !== null) persist(container.volume, { etcd: parts.etcd.dataDir() });
  return {
    terminate: () => world.scheduler.at(world.scheduler.nowMs() + 100, () => end(0)),
    kill: () => end(null),
  };
}

function patroniProcess(
  world: World,
  container: Container,
  parts: Parts,
  exited: (status: number) => void,
): Process {
  const patroni = launchPatroni(world, container, (status) => {
    parts.patroni = null;
    exited(status);
  });
  parts.patroni = patroni;
  return {
    terminate: () => container.whenRunning(patroni.terminate),
    kill: () => {
      parts.patroni = null;
      patroni.kill();
    },
  };
}

function programsOf(world: World, container: () => Container, parts: Parts, files: Files) {
  return createSupervisorModel({
    scheduler: world.scheduler,
    nextPid: world.nextPid,
    wallMs: () => container().wallMs(),
    told: (event) => world.trace.add(container().key, event),
    programs: [
      {
        name: 'router',
        spawn: (exited) => routerProcess(files, exited),
        restarts: true,
        stopWaitMs: 1000,
      },
      {
        name: 'etcd',
        spawn: (exited) => etcdProcess(world, container(), parts, exited),
        restarts: false,
        stopWaitMs: 3000,
      },
      {
        name: 'patroni',
        spawn: (exited) => patroniProcess(world, container(), parts, exited),
        restarts: false,
        stopWaitMs: 7000,
      },
    ],
  });
}

/** What happens to a container from outside. */
function fate(world: World, container: () => Container, parts: Parts, killAll: () => void) {
  const { scheduler, random } = world;
  const startLater = (delay: { readonly least: number; readonly most: number }) => {
    scheduler.at(scheduler.nowMs() + random.int(delay.least, delay.most), () => {
      if (!parts.up || parts.agent !== null) return;
      // The start id comes first, and an agent that cannot write it ends.
      if (container().volume.full) startLater(AGENT_RESTART_MS);
      else parts.agent = startAgent(world, container());
    });
  };
  const proceed = () => {
    const waiting = parts.resume ?? [];
    parts.resume = null;
    for (const go of waiting) go();
  };
  return {
    boot: () => startLater(AGENT_START_MS),
    crashAgent: (where: string) => {
      if (parts.agent === null) return;
      world.trace.add(container().key, `agent dies ${where}`);
      parts.agent.kill();
      parts.agent = null;
      startLater(AGENT_RESTART_MS);
    },
    pause: () => {
      if (!parts.up || parts.resume !== null) return;
      parts.resume = [];
      parts.etcd?.setPaused(true);
    },
    resume: () => {
      if (!parts.up || parts.resume === null) return;
      parts.etcd?.setPaused(false);
      proceed();
    },
    kill: () => {
      if (!parts.up) return;
      parts.up = false;
      parts.agent?.kill();
      parts.agent = null;
      parts.resume = null;
      killAll();
    },
  };
}

/** Creates and boots a container on a volume. */
export function createContainer(world: World, key: string, volume: Volume): Container {
  const parts: Parts = {
    up: true,
    agent: null,
    etcd: null,
    patroni: null,
    resume: null,
    wallOffsetMs: 0,
    lostAnswers: 0,
  };
  const files = noFiles();
  const self = () => container;
  const programs = programsOf(world, self, parts, files);
  const { boot, ...hands } = fate(world, self, parts, programs.killAll);
  const container: Container = {
    key,
    volume,
    files,
    faults: {
      losesAnswer: () => parts.lostAnswers > 0 && world.random.chance(parts.lostAnswers),
      loseAnswers: (probability) => {
        parts.lostAnswers = probability;
      },
    },
    supervisor: programs.portFor,
    isUp: () => parts.up,
    isPaused: () => parts.resume !== null,
    whileRunning: () => {
      const { resume } = parts;
      return resume === null ? null : new Promise((resolve) => resume.push(resolve));
    },
    whenRunning: (work) => {
      if (!parts.up) return;
      if (parts.resume === null) work();
      else parts.resume.push(work);
    },
    runs: (program) => parts.up && programs.isRunning(program),
    agent: () => parts.agent,
    etcd: () => parts.etcd,
    patroni: () => parts.patroni,
    routerServers: () => files.routerServers,
    wallMs: () => WALL_AT_START_MS + Math.floor(world.scheduler.nowMs()) + parts.wallOffsetMs,
    skewWall: (ms) => {
      parts.wallOffsetMs = ms;
    },
    armAgent: (point) => parts.agent?.life.arm(point),
    killProgram: programs.killProgram,
    ...hands,
  };
  boot();
  return container;
}
