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

/**
 * Logs a tick when what the node does, why, or how it failed differs from the tick before. A detail may hold counters
 * that change with every tick, so it is not compared.
 */
export function tickLogger(log: Logger): (state: LoopState) => void {
  let last = '';
  return ({ decision, failure }) => {
    const { action, reason, detail } = decision ?? waiting('starting');
    if (decision === null && failure === null) return;
    const line = `${action.kind} ${reason} ${failure?.message ?? ''}`;
    if (line === last) return;
    last = line;
    const fields = { action: action.kind, reason, ...(detail === '' ? {} : { detail }) };
    if (failure === null) log.info(fields);
    else log.warn({ ...fields, error: failure.message }, 'action failed');
  };
}
