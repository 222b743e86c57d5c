import { describe, expect, it } from 'vitest';
import { oncePerView } from './once-per-view.ts';
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
    expect(times(view).runs).toBe(1);
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
