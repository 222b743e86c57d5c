import { describe, expect, it } from 'vitest';
import { aCopy, aMemberState, aVolume, processesIn } from './member-builder.ts';
import { recloneEvidence } from './reclone-evidence.ts';
import type { View } from './view.ts';
import { aView } from './view-builder.ts';

describe('what a re-clone rests on', () => {
  it('is no copy that PostgreSQL is at work on, with Patroni or without: it would be moved under it', () => {
    const of = (processes: View['processes']) => {
      const view = aView({ state: aMemberState(), volume: aVolume(aCopy('7000')), processes });
      const { patroniAlive, disk } = recloneEvidence(view);
      return [patroniAlive, disk?.kind ?? null];
    };
    expect(of(processesIn({}))).toEqual([false, 'copy']);
    expect(of(processesIn({ patroni: 'running' }))).toEqual([true, null]);
    expect(of(processesIn({ postgres: 'running' }))).toEqual([true, null]);
    expect(of({ ok: false, error: 'timeout' })).toEqual([null, null]);
  });
});
