import { describe, expect, it } from 'vitest';
import { oncePerParts, oncePerView } from './once-per-view.ts';
import { aView } from './view-builder.ts';

describe('what is computed once per view', () => {
  it('is computed again for another view, and never for the same one', () => {
    let runs = 0;
    const times = oncePerView(({ nowMs }) => {
      runs += 1;
      return { nowMs, runs };
    });
    const view = aView({ nowMs: 5000 });
    expect(times(view)).toEqual({ nowMs: 5000, runs: 1 });
    expect(times(view)).toBe(times(view));
    expect(times({ ...view, nowMs: 6000 })).toEqual({ nowMs: 6000, runs: 2 });
    expect(times(view)).toEqual({ nowMs: 5000, runs: 3 });
  });

  it('may be nothing, which is not computed again either', () => {
    let runs = 0;
    const nothing = oncePerView(() => {
      runs += 1;
      return null;
    });
    const view = aView();
    expect([nothing(view), nothing(view)]).toEqual([null, null]);
    expect(runs).toBe(1);
  });
});

describe('what is computed once for parts of a view', () => {
  it('is the same for views that differ in other parts only', () => {
    let runs = 0;
    const peers = oncePerParts(
      (view) => [view.peers, view.nowMs],
      ({ peers, nowMs }) => {
        runs += 1;
        return `${peers.length} at ${nowMs}`;
      },
    );
    const view = aView({ nowMs: 5000 });
    const text = peers(view);
    expect(peers({ ...view, wallMs: 1 })).toBe(text);
    expect(runs).toBe(1);
    expect(peers({ ...view, nowMs: 6000 })).toBe(`${view.peers.length} at 6000`);
    expect(peers({ ...view, peers: [] })).toBe('0 at 5000');
    expect(runs).toBe(3);
  });
});
