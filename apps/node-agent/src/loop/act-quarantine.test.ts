import { describe, expect, it } from 'vitest';
import type { ContainedView } from '../reclone/index.ts';
import { act } from './act.ts';
import { aMemberState } from './member-builder.ts';
import { type Call, somePorts } from './ports-builder.ts';
import { aView, OTHER } from './view-builder.ts';

const proof: ContainedView = {
  leader: { nodeId: OTHER, timeline: 1, lsn: '0/2000000', systemId: null, ancestors: [] },
  follows: { timeline: 1, lsn: '0/2000000' },
};
const entry = { bytes: 1, holds: 'copy' as const, contained: false };

async function tended(names: readonly string[]) {
  const calls: Call[] = [];
  const base = somePorts(calls);
  const volume = { ...base.volume, quarantine: async () => names.map((name) => ({ name, ...entry })) };
  const view = aView({ state: aMemberState() });
  const done = await act({ ...base, volume }, view, { kind: 'tend-quarantine', keepBytesFree: 7, proof });
  return { calls, done, view };
}

describe('going through the quarantine', () => {
  it('marks what the leader is proven to hold, then lets go of what may be deleted', async () => {
    const contained = '2026-01-01T000000Z-in-22222222-1-0000000001000078-pgdata';
    const { calls } = await tended(['2026-01-01T000000Z-tail-1-0000000001000078-pgdata', contained]);
    expect(calls).toEqual([
      ['volume.markContained', contained],
      ['volume.releaseQuarantine', { keepBytesFree: 7 }],
    ]);
  });

  it('is remembered, until something else is moved there', async () => {
    const { done, view } = await tended([]);
    expect(done.memory?.reclone?.tendedAtMs).toBe(view.nowMs);
    const aside = { kind: 'set-aside-pgdata' as const, why: 'unfinished', releaseInitialize: false };
    const again = await act(somePorts([]), { ...view, memory: { ...view.memory, ...done.memory } }, aside);
    expect(again.memory?.reclone?.tendedAtMs).toBeNull();
  });
});
