import { describe, expect, it } from 'vitest';
import type { LoopState } from '../loop/loop.ts';
import { aSilentPeer } from '../loop/member-builder.ts';
import type { View } from '../loop/view.ts';
import { aView } from '../loop/view-builder.ts';
import { createOrderDesk } from './order-desk.ts';
import { createOperatorQueue, type OperatorOrder } from './orders.ts';

const silent = { peers: [aSilentPeer('10.0.0.9')] };
const request = { addresses: ['10.0.0.9'], dryRun: false };

/** A loop that looks 200 ms after it is woken, and persists orders unless it hangs. Time passes only by sleeping. */
function aDesk(
  options: { readonly looks?: boolean; readonly persists?: boolean; readonly before?: View } = {},
) {
  const { looks = true, persists = true, before = aView({ ...silent, lookedAtMs: 0 }) } = options;
  let nowMs = 1000;
  let wokenAtMs: number | null = null;
  const given: OperatorOrder[] = [];
  const state = (): LoopState => {
    const isNew = looks && wokenAtMs !== null && nowMs >= wokenAtMs + 200;
    return {
      view: isNew ? { ...before, ...silent, lookedAtMs: nowMs } : before,
      decision: null,
      failure: null,
    };
  };
  const desk = createOrderDesk({
    loop: { state, wake: () => (wokenAtMs = nowMs) },
    clock: {
      nowMs: () => nowMs,
      sleep: async (ms) => {
        nowMs += ms;
        await new Promise((resolve) => setImmediate(resolve));
      },
    },
    give: (order) => {
      given.push(order);
      return persists ? Promise.resolve() : new Promise(() => {});
    },
  });
  return { desk, given, nowMs: () => nowMs };
}

describe('an order', () => {
  it('is given after a new look, and answered once it is persisted', async () => {
    const { desk, given, nowMs } = aDesk();
    expect(await desk.found(request)).toMatchObject({ outcome: 'done' });
    expect(given).toEqual([{ kind: 'permit-founding', addresses: ['10.0.0.9'] }]);
    expect(nowMs()).toBeGreaterThanOrEqual(1200);
  });

  it('is judged on the new look, not on what was seen before', async () => {
    // Before it was asked, the address was not even known.
    const { desk } = aDesk({ before: aView({ lookedAtMs: 0 }) });
    expect(await desk.found(request)).toMatchObject({ outcome: 'done' });
  });

  it('is not given where the loop does not look', async () => {
    const { desk, given } = aDesk({ looks: false });
    const answer = await desk.found(request);
    expect(answer).toMatchObject({ outcome: 'pending' });
    expect(answer.lines.join()).toContain('nothing was changed');
    expect(given).toEqual([]);
  });

  it('that is not persisted in time is told to be pending', async () => {
    const { desk, given } = aDesk({ persists: false });
    expect(await desk.found(request)).toMatchObject({ outcome: 'pending' });
    expect(given).toHaveLength(1);
  });

  it('of a dry run, or refused, is not given', async () => {
    const { desk, given } = aDesk();
    expect(await desk.found({ ...request, dryRun: true })).toMatchObject({ outcome: 'explained' });
    expect(await desk.recover({ nodeIds: ['10.0.0.9'], dryRun: false })).toMatchObject({
      outcome: 'refused',
    });
    expect(given).toEqual([]);
  });

  it('wakes the loop, and is answered when the loop says that it is done', async () => {
    let woken = 0;
    const queue = createOperatorQueue(() => (woken += 1));
    const order: OperatorOrder = { kind: 'permit-founding', addresses: [] };
    let persisted = false;
    const given = queue.give(order).then(() => (persisted = true));
    expect(queue.pending()).toBe(order);
    expect({ woken, persisted }).toEqual({ woken: 1, persisted: false });
    queue.done(order);
    await given;
    expect(queue.pending()).toBeNull();
  });
});
