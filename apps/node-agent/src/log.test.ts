import { pino } from 'pino';
import { describe, expect, it } from 'vitest';
import { logProblems, tickLogger } from './log.ts';
import { decided, waiting } from './loop/action.ts';
import type { LoopState } from './loop/loop.ts';

/** A log and the lines that were written to it. */
function aLog() {
  const lines: Record<string, unknown>[] = [];
  const log = pino({ base: null }, { write: (line) => lines.push(JSON.parse(line)) });
  return { log, lines };
}

const clock = () => 0;

function aState(difference: Partial<LoopState> = {}): LoopState {
  return { view: null, decision: waiting('listing-unknown'), failure: null, ...difference };
}

describe('the log of the loop', () => {
  it('has a line for each change of what is done and why, and none for repetitions', () => {
    const { log, lines } = aLog();
    const tell = tickLogger(log, clock);
    tell(aState());
    tell(aState());
    tell(aState({ decision: decided({ kind: 'start-router' }, 'router-down') }));
    tell(aState());
    expect(lines).toMatchObject([
      { action: 'wait', reason: 'listing-unknown' },
      { action: 'start-router', reason: 'router-down' },
      { action: 'wait', reason: 'listing-unknown' },
    ]);
  });

  it('shows a detail, but a detail alone is no change', () => {
    const { log, lines } = aLog();
    const tell = tickLogger(log, clock);
    tell(aState({ decision: waiting('peer-silent', '10.0.0.2 for 5 s') }));
    tell(aState({ decision: waiting('peer-silent', '10.0.0.2 for 6 s') }));
    expect(lines).toMatchObject([{ reason: 'peer-silent', detail: '10.0.0.2 for 5 s' }]);
  });

  it('warns of a failure with its cause, once while it stays the same', () => {
    const { log, lines } = aLog();
    const tell = tickLogger(log, clock);
    const failing = (message: string) =>
      aState({
        decision: decided({ kind: 'start-etcd', start: { kind: 'new' } }, 'founder-starts-etcd'),
        failure: { kind: 'start-etcd', message },
      });
    tell(failing('refused'));
    tell(failing('refused'));
    tell(failing('timeout'));
    expect(lines).toMatchObject([
      { level: 40, action: 'start-etcd', error: 'refused' },
      { level: 40, error: 'timeout' },
    ]);
  });

  it('tells a failure that goes on once in ten minutes, and not the waits in between', () => {
    const { log, lines } = aLog();
    let nowMs = 0;
    const tell = tickLogger(log, () => nowMs);
    for (; nowMs < 1_200_000; nowMs += 2000) {
      tell(
        aState({
          decision: decided({ kind: 'start-router' }, 'router-down'),
          failure: { kind: 'start-router', message: 'refused' },
        }),
      );
      tell(aState({ decision: waiting('router-down') }));
    }
    expect(lines).toHaveLength(2);
    tell(aState({ decision: decided({ kind: 'start-router' }, 'router-down') }));
    tell(aState({ decision: waiting('steady') }));
    expect(lines.slice(2)).toMatchObject([{ action: 'start-router' }, { reason: 'steady' }]);
  });

  it('says nothing before the first decision, unless the first look failed', () => {
    const { log, lines } = aLog();
    const tell = tickLogger(log, clock);
    tell(aState({ decision: null }));
    expect(lines).toEqual([]);
    tell(aState({ decision: null, failure: { kind: 'wait', message: 'EIO' } }));
    expect(lines).toMatchObject([{ action: 'wait', reason: 'starting', error: 'EIO' }]);
  });
});

describe('the log of problems', () => {
  it('has a line for each, with the variable', () => {
    const { log, lines } = aLog();
    const problem = { variable: 'NODE_IP', problem: 'is no address' };
    logProblems(log, 'error', [problem, { variable: 'PATRONI_TTL', problem: 'is too low' }]);
    logProblems(log, 'warn', [problem]);
    expect(lines).toMatchObject([
      { level: 50, variable: 'NODE_IP', msg: 'NODE_IP is no address' },
      { level: 50, variable: 'PATRONI_TTL' },
      { level: 40, variable: 'NODE_IP' },
    ]);
  });
});
