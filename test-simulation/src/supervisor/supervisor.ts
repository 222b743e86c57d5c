import type { ProcessInfo, ProcessState, Supervisor } from '@flux-pg/node-agent/loop';
import type { Scheduler } from '../kernel/contracts.ts';

/** A running process, as supervisord handles it. */
export interface Process {
  /** SIGTERM; it then calls `exited` when it is done. */
  readonly terminate: () => void;
  /** SIGKILL: it is gone at once and calls nothing. */
  readonly kill: () => void;
}

/** How a program is started; `exited` is called once when the process ends by itself or after SIGTERM. Throws to fail. */
export type Spawn = (exited: (status: number) => void) => Process;

/** A program as the configuration of supervisord has it. */
export interface Program {
  readonly name: 'router' | 'etcd' | 'patroni';
  readonly spawn: Spawn;
  readonly restarts: boolean;
  /** From SIGTERM to SIGKILL. */
  readonly stopWaitMs: number;
}

/** supervisord of one container, with the hands of fate on its children. */
export interface SupervisorModel {
  readonly port: Supervisor;
  readonly isRunning: (name: Program['name']) => boolean;
  /** SIGKILL to a child from outside; supervisord notices and restarts it if it is configured so. */
  readonly killProgram: (name: Program['name']) => void;
  /** The end of the container: everything dies at once. */
  readonly killAll: () => void;
}

interface Run {
  state: ProcessState;
  process: Process | null;
  pid: number | null;
  exitStatus: number;
  startedAtMs: number | null;
  /** Tells the present process from those before it. */
  number: number;
  cancelKill: () => void;
}

/** What each supervisord call of the agent costs and risks. */
type Effect = <T>(name: string, apply: () => T) => Promise<T>;

/** The port for one run of the agent, whose calls may be its last; the children outlive it. */
export type SupervisorPorts = (effect: Effect) => Supervisor;

const RESTART_MS = 1000;
const SIGKILL_STATUS = 137;

/** Makes supervisord with all programs stopped. */
export function createSupervisorModel(options: {
  readonly scheduler: Scheduler;
  readonly programs: readonly Program[];
  readonly nextPid: () => number;
  readonly wallMs: () => number;
  readonly told: (event: string) => void;
}): Omit<SupervisorModel, 'port'> & { readonly portFor: SupervisorPorts } {
  const { scheduler, nextPid, wallMs, told } = options;
  const programs = new Map(options.programs.map((program) => [program.name as string, program]));
  const runs = new Map<string, Run>(
    options.programs.map(({ name }) => [
      name,
      {
        state: 'stopped',
        process: null,
        pid: null,
        exitStatus: 0,
        startedAtMs: null,
        number: 0,
        cancelKill: () => undefined,
      },
    ]),
  );
  let dead = false;

  const find = (name: string) => {
    const program = programs.get(name);
    const run = runs.get(name);
    if (program === undefined || run === undefined) throw new Error(`BAD_NAME: ${name}`);
    return { program, run };
  };

  function ended(program: Program, run: Run, number: number, status: number): void {
    if (dead || run.number !== number || run.process === null) return;
    run.cancelKill();
    const stopping = run.state === 'stopping';
    Object.assign(run, { process: null, pid: null, exitStatus: status });
    run.state = stopping ? 'stopped' : 'exited';
    told(`${program.name} ended with ${status}`);
    if (!stopping && program.restarts) {
      scheduler.at(scheduler.nowMs() + RESTART_MS, () => {
        if (!dead && run.state === 'exited') launch(program, run);
      });
    }
  }

  function launch(program: Program, run: Run): void {
    run.number += 1;
    const { number } = run;
    run.pid = nextPid();
    run.startedAtMs = Math.floor(wallMs() / 1000) * 1000;
    run.state = 'running';
    told(`${program.name} starts`);
    try {
      run.process = program.spawn((status) => ended(program, run, number, status));
    } catch (error) {
      told(`${program.name} fails: ${error instanceof Error ? error.message : String(error)}`);
      run.process = { terminate: () => undefined, kill: () => undefined };
      scheduler.at(scheduler.nowMs() + 50, () => ended(program, run, number, 1));
    }
  }

  function stop(name: string): void {
    const { program, run } = find(name);
    const { process, number } = run;
    if (process === null || run.state === 'stopping') return;
    run.state = 'stopping';
    run.cancelKill = scheduler.at(scheduler.nowMs() + program.stopWaitMs, () => {
      process.kill();
      ended(program, run, number, SIGKILL_STATUS);
    });
    process.terminate();
  }

  const infos = (): readonly ProcessInfo[] =>
    [...runs].map(([name, { state, pid, startedAtMs, exitStatus }]) => ({
      name,
      state,
      pid,
      startedAtMs,
      exitStatus,
    }));

  return {
    isRunning: (name) => find(name).run.process !== null,
    killProgram: (name) => {
      const { program, run } = find(name);
      if (run.process === null) return;
      run.process.kill();
      ended(program, run, run.number, SIGKILL_STATUS);
    },
    killAll: () => {
      dead = true;
      for (const run of runs.values()) {
        run.cancelKill();
        run.process?.kill();
        run.process = null;
      }
    },
    portFor: (effect) => ({
      processes: async () => infos(),
      start: (name) =>
        effect(`supervisor.start ${name}`, () => {
          const { program, run } = find(name);
          if (run.process === null && run.state !== 'stopping') launch(program, run);
        }),
      stop: (name) => effect(`supervisor.stop ${name}`, () => stop(name)),
      signal: (name, signal) =>
        effect(`supervisor.signal ${name} ${signal}`, () => {
          if (find(name).run.process === null) throw new Error(`NOT_RUNNING: ${name}`);
        }),
    }),
  };
}
