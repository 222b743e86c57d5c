import { describe, expect, it } from 'vitest';
import type { ProcessInfo, ProcessState, Supervisor } from './supervisor.ts';
import { withPostmaster } from './with-postmaster.ts';

/** A supervisord whose Patroni is in the given state, beside a PostgreSQL with the given pid. */
function aNode(patroni: ProcessState, postmaster: number | null, stopped: ProcessState = patroni) {
  const calls: unknown[][] = [];
  let state = patroni;
  let nowMs = 0;
  const infoOf = (): ProcessInfo => ({ name: 'patroni', state, pid: 7, startedAtMs: null, exitStatus: 0 });
  const supervisor: Supervisor = {
    processes: async () => [infoOf()],
    start: async (name) => void calls.push(['start', name]),
    stop: async (name) => {
      calls.push(['stop', name]);
      state = stopped;
    },
    signal: async (name, signal) => void calls.push(['signal', name, signal]),
  };
  const watched = withPostmaster(supervisor, {
    find: async () => postmaster,
    signal: (pid, signal) => void calls.push([pid, signal]),
    nowMs: () => nowMs,
  });
  return {
    watched,
    calls,
    pass: (ms: number) => {
      nowMs += ms;
    },
  };
}

describe('a PostgreSQL beside supervisord’s programs', () => {
  it('is listed while it runs, whatever became of Patroni', async () => {
    const listed = async (postmaster: number | null) =>
      (await aNode('exited', postmaster).watched.processes()).map(({ name, state, pid }) => [
        name,
        state,
        pid,
      ]);
    expect(await listed(null)).toEqual([['patroni', 'exited', 7]]);
    expect(await listed(42)).toEqual([
      ['patroni', 'exited', 7],
      ['postgres', 'running', 42],
    ]);
  });

  it.each<ProcessState>(['starting', 'running', 'backoff', 'stopping'])(
    'is left to a Patroni that is %s until that one has ended',
    async (state) => {
      const { watched, calls } = aNode(state, 42, 'stopping');
      await watched.stop('patroni');
      expect(calls).toEqual([['stop', 'patroni']]);
    },
  );

  it.each<ProcessState>(['stopped', 'exited', 'fatal', 'unknown'])(
    'is told to end with a Patroni that is %s: fast, and at once where that takes too long',
    async (state) => {
      const { watched, calls, pass } = aNode(state, 42);
      await watched.stop('patroni');
      pass(29_999);
      await watched.stop('patroni');
      pass(1);
      await watched.stop('patroni');
      expect(calls.filter(([first]) => first === 42)).toEqual([
        [42, 'SIGINT'],
        [42, 'SIGINT'],
        [42, 'SIGQUIT'],
      ]);
    },
  );

  it('is not touched where none runs, or another program stops', async () => {
    const none = aNode('exited', null);
    await none.watched.stop('patroni');
    expect(none.calls).toEqual([['stop', 'patroni']]);
    const other = aNode('exited', 42);
    await other.watched.stop('etcd');
    await other.watched.start('patroni');
    await other.watched.signal('patroni', 'HUP');
    expect(other.calls).toEqual([
      ['stop', 'etcd'],
      ['start', 'patroni'],
      ['signal', 'patroni', 'HUP'],
    ]);
  });
});
