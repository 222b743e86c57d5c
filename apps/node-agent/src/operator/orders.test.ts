import { describe, expect, it } from 'vitest';
import { OTHER } from '../loop/view-builder.ts';
import { createOperatorQueue, type OperatorOrder } from './orders.ts';

const gone: OperatorOrder = { kind: 'declare-gone', nodeIds: [OTHER] };
const found: OperatorOrder = { kind: 'permit-founding', addresses: ['10.0.0.3'] };

/** A queue that counts how often it wakes the loop. */
function aQueue() {
  let wakes = 0;
  const queue = createOperatorQueue(() => {
    wakes += 1;
  });
  return { ...queue, wakes: () => wakes };
}

/** Whether a promise is settled once everything that waits has had its turn. */
async function isSettled(promise: Promise<void>): Promise<boolean> {
  let settled = false;
  void promise.then(() => {
    settled = true;
  });
  await new Promise((resolve) => setImmediate(resolve));
  return settled;
}

describe('an order of the operator', () => {
  it('waits for the loop, which is woken for it', () => {
    const queue = aQueue();
    expect(queue.pending()).toBeNull();
    void queue.give(gone);
    expect(queue.pending()).toBe(gone);
    expect(queue.pending()).toBe(gone);
    expect(queue.wakes()).toBe(1);
  });

  it('is answered once it is persisted, and not before', async () => {
    const queue = aQueue();
    const given = queue.give(gone);
    expect(await isSettled(given)).toBe(false);
    queue.done(gone);
    expect(await isSettled(given)).toBe(true);
    expect(queue.pending()).toBeNull();
  });

  it('comes after those that were given before it', async () => {
    const queue = aQueue();
    void queue.give(gone);
    const second = queue.give(found);
    expect(queue.pending()).toBe(gone);
    queue.done(gone);
    expect(queue.pending()).toBe(found);
    expect(await isSettled(second)).toBe(false);
  });

  it('that was given twice is done once for each', async () => {
    const queue = aQueue();
    const first = queue.give(gone);
    const second = queue.give(gone);
    queue.done(gone);
    expect([await isSettled(first), await isSettled(second)]).toEqual([true, false]);
    queue.done(gone);
    expect(await isSettled(second)).toBe(true);
  });

  it('is not ended by another that only looks the same', async () => {
    const queue = aQueue();
    const given = queue.give(gone);
    queue.done({ ...gone });
    expect(await isSettled(given)).toBe(false);
    expect(queue.pending()).toBe(gone);
  });
});
