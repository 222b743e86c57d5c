import { expect, test } from 'vitest';
import { defaultWatchPace, defaultWatchRules, pauseMs, removalBoundMs } from './rules.ts';

test('a removal is reported within eleven and a half minutes by default', () => {
  expect(removalBoundMs(defaultWatchRules, defaultWatchPace)).toBe(11.2 * 60_000);
});

test('the pause is the interval with its jitter, and doubles with each failure up to its limit', () => {
  const pace = { intervalMs: 1000, jitter: 0.2, maxIntervalMs: 5000 };
  expect([0, 0.5, 1].map((random) => pauseMs(pace, 0, random))).toEqual([800, 1000, 1200]);
  expect([1, 2, 3, 1000].map((failures) => pauseMs(pace, failures, 0.5))).toEqual([2000, 4000, 5000, 5000]);
  expect(pauseMs({ ...pace, maxIntervalMs: 10 }, 3, 0.5)).toBe(1000);
});

test('each round that tells nothing puts a removal off by its longest pause', () => {
  const boundsMs = [1, 2, 3].map((idle) => removalBoundMs(defaultWatchRules, defaultWatchPace, idle));
  expect(boundsMs.map((ms) => ms / 60_000)).toEqual([13.6, 18.4, 24.4]);
});
