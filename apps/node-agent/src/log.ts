import { type Logger, pino } from 'pino';
import type { ConfigProblem } from './config.ts';
import { waiting } from './loop/action.ts';
import type { LoopState } from './loop/loop.ts';

/** JSON lines on stdout, which supervisord keeps; written synchronously, so that a crash loses no line. */
export function createLog(): Logger {
  return pino({
    base: null,
    timestamp: pino.stdTimeFunctions.isoTime,
    formatters: { level: (level) => ({ level }) },
  });
}

/** One line for each problem or warning of the environment. Values are never printed: they may be secrets. */
export function logProblems(log: Logger, level: 'error' | 'warn', problems: readonly ConfigProblem[]): void {
  for (const { variable, problem } of problems) log[level]({ variable }, `${variable} ${problem}`);
}

/** A failure that goes on is told again after this long. */
const REPEAT_FAILURE_MS = 10 * 60_000;

/**
 * Logs a tick when what the node does, why, or how it failed differs from the tick before. A detail may hold counters
 * that change with every tick, so it is not compared. An action that goes on failing is tried every other second, with
 * waits in between; neither is news.
 */
export function tickLogger(log: Logger, nowMs: () => number): (state: LoopState) => void {
  let last = '';
  let failed: { readonly line: string; readonly reason: string; readonly atMs: number } | null = null;
  return ({ decision, failure }) => {
    if (decision === null && failure === null) return;
    const { action, reason, detail } = decision ?? waiting('starting');
    const fields = { action: action.kind, reason, ...(detail === '' ? {} : { detail }) };
    if (failure !== null) {
      const line = `${action.kind} ${reason} ${failure.message}`;
      if (failed?.line === line && nowMs() - failed.atMs < REPEAT_FAILURE_MS) return;
      failed = { line, reason, atMs: nowMs() };
      last = '';
      log.warn({ ...fields, error: failure.message }, 'action failed');
      return;
    }
    if (action.kind === 'wait' && reason === failed?.reason) return;
    const line = `${action.kind} ${reason}`;
    if (line === last) return;
    last = line;
    if (action.kind !== 'wait') failed = null;
    log.info(fields);
  };
}
