import { POSTMASTER } from '../../supervisor/index.ts';
import type { View } from '../view.ts';

/** The programs that the agent starts. */
export type Program = 'router' | 'etcd' | 'patroni';

/** What supervisord says of a program, or null when it could not be asked. */
export interface ProcessReading {
  /** Running, about to, or on its way down: in none of these may it be started again. */
  readonly alive: boolean;
  readonly running: boolean;
  readonly pid: number | null;
}

/** Reads one program's state out of the view. */
export function processState(
  view: Pick<View, 'processes'>,
  program: Program | typeof POSTMASTER,
): ProcessReading | null {
  if (!view.processes.ok) return null;
  const info = view.processes.value.find(({ name }) => name === program);
  if (info === undefined) return null;
  const alive = ['starting', 'running', 'stopping', 'backoff'].includes(info.state);
  return { alive, running: info.state === 'running' || info.state === 'starting', pid: info.pid };
}

/**
 * Whether Patroni runs, or a PostgreSQL that has outlived it; null where supervisord does not say. Without Patroni it serves
 * on without a lease, so nothing of the database has stopped before it has.
 */
export function databaseRuns(view: Pick<View, 'processes'>): boolean | null {
  const patroni = processState(view, 'patroni');
  if (patroni === null) return null;
  return patroni.alive || (processState(view, POSTMASTER)?.alive ?? false);
}
