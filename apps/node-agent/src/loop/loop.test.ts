import { afterEach, describe, expect, it } from 'vitest';
import { clusterKeys } from '../identity/member-record.ts';
import type { Mirror } from '../identity/mirror.ts';
import { type Loop, type LoopState, runLoop } from './loop.ts';
import { aMemberState } from './member-builder.ts';
import type { Ports } from './ports.ts';
import { anEndpoint, type Call, realSleep, somePorts } from './ports-builder.ts';
import { aConfig, CLUSTER } from './view-builder.ts';

let loop: Loop | null = null;
afterEach(() => loop?.stop());

/** Runs a loop and gives its ticks one after the other. */
function running(calls: Call[], difference: Partial<Ports> = {}) {
  const seen: LoopState[] = [];
  let arrived: () => void = () => undefined;
  const started = runLoop(somePorts(calls, difference), aConfig(), (state) => {
    seen.push(state);
    arrived();
  });
  loop = started;
  const next = async (): Promise<LoopState> => {
    const index = taken++;
    while (seen[index] === undefined) {
      await new Promise<void>((resolve) => {
        arrived = resolve;
      });
    }
    return seen[index];
  };
  let taken = 0;
  return { loop: started, next, ticks: () => seen.length };
}

/** A clock that a test sets; a node whose last action is long past looks less often. */
function aClock() {
  let nowMs = 1_000_000;
  return {
    clock: { nowMs: () => nowMs, wallMs: () => nowMs, sleep: realSleep },
    pass: (ms: number) => {
      nowMs += ms;
    },
  };
}

describe('the loop', () => {
  it('acts, and looks again at once, until there is something to wait for', async () => {
    const calls: Call[] = [];
    const { next } = running(calls);
    expect((await next()).decision?.action.kind).toBe('set-router-servers');
    expect((await next()).decision).toMatchObject({ action: { kind: 'wait' }, reason: 'listing-unknown' });
    expect(calls.map(([method]) => method)).toEqual(['files.steerRouter', 'volume.writeStamp']);
  });

  it('tells what it last saw, decided and failed at', async () => {
    const { loop, next } = running([]);
    expect(loop.state()).toEqual({ view: null, decision: null, failure: null });
    const state = await next();
    expect(state).toMatchObject({ failure: null });
    expect(state.view).not.toBeNull();
  });

  it('says how an action failed, and holds it back while the others get their turn', async () => {
    const calls: Call[] = [];
    const base = somePorts(calls);
    const steerRouter = async () => {
      calls.push(['files.steerRouter']);
      throw new Error('no such backend');
    };
    const { next } = running(calls, { files: { ...base.files, steerRouter } });
    expect((await next()).failure).toEqual({ kind: 'set-router-servers', message: 'no such backend' });
    expect(await next()).toMatchObject({
      failure: null,
      decision: { action: { kind: 'wait' }, reason: 'router-servers-differ' },
    });
    expect(calls.filter(([method]) => method === 'files.steerRouter')).toHaveLength(1);
  });

  it('tries again when the pause is over', async () => {
    const calls: Call[] = [];
    const base = somePorts(calls);
    const { clock, pass } = aClock();
    let broken = true;
    const steerRouter = async () => {
      if (broken) throw new Error('refused');
    };
    const { next } = running(calls, { clock, files: { ...base.files, steerRouter } });
    expect((await next()).failure).not.toBeNull();
    broken = false;
    pass(10_000);
    expect(await next()).toMatchObject({
      failure: null,
      decision: { action: { kind: 'set-router-servers' } },
    });
  });

  it('remembers on disk that it has looked, but not with every tick', async () => {
    const calls: Call[] = [];
    const { clock, pass } = aClock();
    const { next } = running(calls, { clock });
    const stamps = () => calls.filter(([method]) => method === 'volume.writeStamp');
    await next();
    await next();
    expect(stamps()).toEqual([['volume.writeStamp', { wallMs: 1_000_000, assuredWallMs: 1_000_000 }]]);
    pass(19_000);
    await next();
    await next();
    expect(stamps()).toHaveLength(1);
    pass(2000);
    await next();
    await next();
    expect(stamps()).toHaveLength(2);
    expect(stamps()[1]).toMatchObject([expect.anything(), { wallMs: 1_021_000 }]);
  });

  it('does not forget that it was away for too long before that is on disk', async () => {
    const calls: Call[] = [];
    const { clock, pass } = aClock();
    const base = somePorts(calls);
    let isFull = true;
    let state = aMemberState();
    const volume = {
      ...base.volume,
      state: () => state,
      stampAtOpen: () => ({ wallMs: 1_000_000 - 600_000, assuredWallMs: 1_000_000 - 600_000 }),
      writeState: async (next: typeof state) => {
        if (isFull) throw new Error('ENOSPC');
        state = next;
      },
    };
    const { next } = running(calls, { clock, volume });
    expect((await next()).failure).toEqual({ kind: 'persist-state', message: 'ENOSPC' });
    for (let ticks = 0; ticks < 3; ticks += 1) await next();
    expect(calls.map(([method]) => method)).not.toContain('volume.writeStamp');
    expect(calls.map(([method]) => method)).not.toContain('supervisor.start');
    isFull = false;
    pass(10_000);
    await next();
    expect((await next()).view?.state.stale).toMatchObject({ cause: 'stopped' });
    expect(calls.map(([method]) => method)).toContain('volume.writeStamp');
  });

  it('holds no action back that was done, where only the stamp of the tick cannot be written', async () => {
    const calls: Call[] = [];
    const { clock, pass } = aClock();
    const base = somePorts(calls);
    const writeStamp = async () => {
      throw new Error('ENOSPC');
    };
    const { next } = running(calls, { clock, volume: { ...base.volume, writeStamp } });
    const done = await next();
    expect(done.decision?.action.kind).not.toBe('wait');
    expect(done.failure).toEqual({ kind: 'wait', message: 'ENOSPC' });
    pass(100);
    expect((await next()).decision).not.toEqual(done.decision);
  });

  it('survives a tick that throws, says so, and goes on', async () => {
    const base = somePorts([]);
    let ticks = 0;
    const inspect = async () => {
      ticks += 1;
      if (ticks === 2) throw new Error('EIO on the volume');
      return base.volume.inspect({ patroniAlive: false });
    };
    const { next } = running([], { volume: { ...base.volume, inspect } });
    const first = await next();
    const broken = await next();
    expect(broken.failure).toMatchObject({ kind: 'wait' });
    expect(broken.failure?.message).toContain('EIO on the volume');
    expect(broken.view).toBe(first.view);
    expect((await next()).failure).toBeNull();
  });

  it('looks at once when it is woken', async () => {
    const { clock, pass } = aClock();
    const { loop, next, ticks } = running([], { clock });
    await next();
    pass(60_000);
    await next();
    const before = ticks();
    const startedAt = performance.now();
    loop.wake();
    await next();
    expect(ticks()).toBeGreaterThan(before);
    expect(performance.now() - startedAt).toBeLessThan(900);
  });

  it('looks at once for a late answer when it rests, and not for one that came during a look', async () => {
    const { clock, pass } = aClock();
    const base = somePorts([]);
    const wereCut: boolean[] = [];
    let during: () => void = () => undefined;
    const sleep: Ports['clock']['sleep'] = (ms, signal) => {
      wereCut.push(signal.aborted);
      return realSleep(ms, signal);
    };
    const inspect = async () => {
      during();
      return base.volume.inspect({ patroniAlive: false });
    };
    const { loop, next } = running([], {
      clock: { ...clock, sleep },
      volume: { ...base.volume, inspect },
    });
    await next();
    pass(60_000);
    during = () => loop.refresh();
    await next();
    // The look of which the answer was a part is followed by the whole pause.
    while (wereCut.length === 0) await new Promise((resolve) => setImmediate(resolve));
    during = () => undefined;
    const startedAt = performance.now();
    loop.refresh();
    await next();
    expect(performance.now() - startedAt).toBeLessThan(900);
    expect(wereCut[0]).toBe(false);
  });

  it('confirms its mirror beside the stamp, with the revision of then', async () => {
    const calls: Call[] = [];
    const { clock, pass } = aClock();
    const base = somePorts(calls);
    let state = aMemberState();
    let mirror: Mirror | null = null;
    let revision = 7;
    const volume: Ports['volume'] = {
      ...base.volume,
      state: () => state,
      writeState: async (next) => {
        state = next;
      },
      mirror: () => mirror,
      writeMirror: async (next) => {
        mirror = next;
        calls.push(['volume.writeMirror', next.revision]);
      },
    };
    const key = { id: CLUSTER, epoch: 1, seededBy: null, superuser: 'postgres', foundedAtMs: 0 };
    const cluster = { key: clusterKeys('myapp-postgres').cluster, value: JSON.stringify(key) };
    const routedEtcd = anEndpoint('routed', calls, {
      members: async () => [],
      list: async () => ({ revision, entries: [{ ...cluster, modRevision: 1 }] }),
    });
    const { next } = running(calls, { clock, volume, routedEtcd });
    const written = () =>
      calls.flatMap(([method, value]) => (method === 'volume.writeMirror' ? [value] : []));
    for (let ticks = 0; ticks < 8; ticks += 1) await next();
    expect(written()).toEqual([7]);
    revision = 300;
    for (let ticks = 0; ticks < 2; ticks += 1) await next();
    expect(written()).toEqual([7]);
    pass(21_000);
    for (let ticks = 0; ticks < 2; ticks += 1) await next();
    expect(written()).toEqual([7, 300]);
  });

  it('does not lose a wake that comes during a tick', async () => {
    const { clock, pass } = aClock();
    const base = somePorts([]);
    let ticks = 0;
    const inspect = async () => {
      ticks += 1;
      if (ticks === 2) {
        pass(60_000);
        loop?.wake();
      }
      return base.volume.inspect({ patroniAlive: false });
    };
    const { next } = running([], { clock, volume: { ...base.volume, inspect } });
    await next();
    const startedAt = performance.now();
    await next();
    await next();
    expect(performance.now() - startedAt).toBeLessThan(900);
  });

  it('never runs two ticks at once, and ends after the last one', async () => {
    const base = somePorts([]);
    let inside = 0;
    let most = 0;
    const inspect = async () => {
      inside += 1;
      most = Math.max(most, inside);
      await new Promise((resolve) => setTimeout(resolve, 20));
      inside -= 1;
      return base.volume.inspect({ patroniAlive: false });
    };
    const { loop, next, ticks } = running([], { volume: { ...base.volume, inspect } });
    await next();
    for (let wakes = 0; wakes < 5; wakes += 1) loop.wake();
    await next();
    await loop.stop();
    const atEnd = ticks();
    expect(inside).toBe(0);
    await new Promise((resolve) => setTimeout(resolve, 60));
    expect(most).toBe(1);
    expect(ticks()).toBe(atEnd);
  });
});
