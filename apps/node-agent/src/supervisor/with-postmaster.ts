import type { ProcessInfo, Supervisor } from './supervisor.ts';

/** The name under which a PostgreSQL that runs is listed beside supervisord's programs. */
export const POSTMASTER = 'postgres';
/** A fast shutdown ships what standbys lack and writes a checkpoint; one that takes longer is ended at once. */
const FAST_FOR_MS = 30_000;

/** How PostgreSQL is seen and told to end. */
export interface PostmasterPorts {
  /** The process id of the PostgreSQL that runs on this node's data, or null. */
  readonly find: () => Promise<number | null>;
  readonly signal: (pid: number, signal: NodeJS.Signals) => void;
  /** Monotonic milliseconds. */
  readonly nowMs: () => number;
}

const alive: ReadonlySet<ProcessInfo['state']> = new Set(['starting', 'running', 'backoff', 'stopping']);

/**
 * PostgreSQL outlives a Patroni that is killed, that hangs when it is to stop, or that is paused. It then takes writes
 * without a lease, so it is listed for itself, and to stop Patroni is to stop it, too.
 */
export function withPostmaster(supervisor: Supervisor, ports: PostmasterPorts): Supervisor {
  let told: { readonly pid: number; readonly sinceMs: number } | null = null;

  function end(pid: number): void {
    const nowMs = ports.nowMs();
    if (told?.pid !== pid) told = { pid, sinceMs: nowMs };
    ports.signal(pid, nowMs - told.sinceMs < FAST_FOR_MS ? 'SIGINT' : 'SIGQUIT');
  }

  return {
    ...supervisor,
    async processes() {
      const programs = await supervisor.processes();
      const pid = await ports.find();
      if (pid === null) return programs;
      return [...programs, { name: POSTMASTER, state: 'running', pid, startedAtMs: null, exitStatus: 0 }];
    },
    async stop(name) {
      await supervisor.stop(name);
      if (name !== 'patroni') return;
      // As long as it is there it stops PostgreSQL itself, and in order.
      const programs = await supervisor.processes();
      if (programs.some((program) => program.name === name && alive.has(program.state))) return;
      const pid = await ports.find();
      if (pid !== null) end(pid);
    },
  };
}
