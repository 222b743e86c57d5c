import { getEventListeners } from 'node:events';
import { expect, test } from 'vitest';
import { deadline } from './deadline.ts';

test('a deadline is over after its time', async () => {
  using limit = deadline(5, undefined);
  await new Promise((resolve) => limit.signal.addEventListener('abort', resolve));
  expect([limit.isOver(), limit.signal.reason.name]).toEqual([true, 'TimeoutError']);
});

test('the caller ends it earlier, also one who has aborted before', () => {
  const caller = new AbortController();
  using limit = deadline(60_000, caller.signal);
  caller.abort('enough');
  using late = deadline(60_000, caller.signal);
  for (const { signal, isOver } of [limit, late]) {
    expect([signal.aborted, signal.reason, isOver()]).toEqual([true, 'enough', false]);
  }
});

test('nothing of it stays with the caller’s signal', () => {
  const caller = new AbortController();
  for (let round = 0; round < 3; round += 1) {
    using limit = deadline(60_000, caller.signal);
    expect(getEventListeners(caller.signal, 'abort')).toHaveLength(1);
    expect(limit.isOver()).toBe(false);
  }
  expect(getEventListeners(caller.signal, 'abort')).toEqual([]);
});
