import { describe, expect, it } from 'vitest';
import { nodeId } from '../copies/copy-builders.ts';
import {
  aColdView,
  aHolder,
  aLeaderKey,
  aMember,
  NOW_MS,
  type ViewDifference,
} from './cold-start-builders.ts';
import { rememberWarmth, type Warmth } from './warmth.ts';

const following = [aHolder(1, { running: ['replica', 1, 100] }), aHolder(2)];
const led = { members: following, leader: aLeaderKey(2, { runsPrimary: true }) };

function remember(previous: Warmth | null, difference: ViewDifference, atMs = 0): Warmth {
  return rememberWarmth(previous, aColdView({ nowMs: NOW_MS + atMs, ...difference }));
}

describe('a node', () => {
  it('begins cold, and is warm once PostgreSQL runs here under a held key', () => {
    expect(remember(null, {})).toMatchObject({ warm: false, coldSinceMs: NOW_MS });
    expect(remember(null, led)).toMatchObject({ warm: true, coldSinceMs: null, reports: {} });
  });

  it.each([
    ['does not run', { ...led, members: [aHolder(1), aHolder(2)] }],
    ['runs under a ghost of a key', { ...led, leader: aLeaderKey(2) }],
    ['runs without a key', { members: following }],
    ['runs while nobody can read the key', { ...led, etcdReadable: false }],
  ])('stays cold while its PostgreSQL %s', (_name, difference) => {
    expect(remember(null, difference).warm).toBe(false);
  });

  it('stays warm through a failover and an outage of etcd no longer than the key lives', () => {
    const warm = remember(null, led);
    expect(remember(warm, { members: following }, 600_000).warm).toBe(true);
    const lost = remember(warm, { ...led, etcdReadable: false }, 1000);
    expect(remember(lost, { ...led, etcdReadable: false }, 31_000).warm).toBe(true);
    expect(remember(lost, { ...led, etcdReadable: false }, 31_001).warm).toBe(false);
  });

  it('begins anew after it had to rest, and waits as long as if its container had just started', () => {
    const warm = remember(null, led);
    const resting = remember(warm, { ...led, mustRest: true }, 1000);
    expect(resting).toMatchObject({ warm: false, coldSinceMs: null, reports: {} });
    const released = remember(resting, { members: following }, 2000);
    expect(released).toMatchObject({ warm: false, coldSinceMs: NOW_MS + 2000 });
    expect(remember(released, led, 3000).warm).toBe(true);
  });

  it('counts an outage anew after each answer', () => {
    const lost = remember(remember(null, led), { ...led, etcdReadable: false }, 1000);
    const back = remember(lost, { members: following }, 20_000);
    const again = remember(back, { ...led, etcdReadable: false }, 25_000);
    expect(remember(again, { ...led, etcdReadable: false }, 50_000).warm).toBe(true);
  });

  it('stays warm without etcd while a primary is seen to serve by the failsafe', () => {
    const members = [...following.slice(0, 1), aHolder(2, { running: ['primary', 1, 200] })];
    let warmth = remember(null, { ...led, members });
    for (let atMs = 0; atMs < 300_000; atMs += 5000) {
      warmth = remember(warmth, { members, etcdReadable: false }, atMs);
    }
    expect(warmth.warm).toBe(true);
  });

  it('is not warmed by what runs on half a clone', () => {
    const members = [aHolder(1, { unfinished: 'clone', running: ['replica', 1, 100] })];
    expect(remember(null, { ...led, members }).warm).toBe(false);
  });
});

describe('a cold node', () => {
  it('counts from when etcd answers, and remembers who has reported since it is cold', () => {
    const before = remember(null, { etcdReadable: false, members: [aHolder(1), aMember(2)] });
    expect(before).toMatchObject({ coldSinceMs: null, headlessSinceMs: NOW_MS });
    expect(Object.keys(before.reports)).toEqual([nodeId(1)]);
    const after = remember(before, { members: [aHolder(1), aHolder(2)] }, 5000);
    expect(after).toMatchObject({ coldSinceMs: NOW_MS + 5000, headlessSinceMs: null });
    expect(after.reports[nodeId(1)]).toMatchObject({ firstAtMs: NOW_MS, lastAtMs: NOW_MS + 5000 });
    const silent = remember(after, { members: [aHolder(1), aMember(2)] }, 10_000);
    expect(silent.reports[nodeId(2)]).toMatchObject({ firstAtMs: NOW_MS + 5000, lastAtMs: NOW_MS + 5000 });
    expect(silent.coldSinceMs).toBe(NOW_MS + 5000);
  });

  it('forgets the wait as soon as somebody leads', () => {
    const cold = remember(null, {});
    const leader = aLeaderKey(2, { runsPrimary: true });
    expect(remember(cold, { leader }, 1000)).toMatchObject({ warm: false, coldSinceMs: null, reports: {} });
  });
});
