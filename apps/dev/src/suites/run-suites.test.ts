import { expect, test } from 'vitest';
import { DevError } from '../dev-error.ts';
import { type Counts, formatOutcomes, formatTotal } from './outcome.ts';
import { collectOutcomes, type Suite } from './run-suites.ts';

function suite(name: string, result: Counts | Error, needsImage = false): Suite {
  return {
    name,
    needsImage,
    run: async () => {
      if (result instanceof Error) throw result;
      return result;
    },
  };
}

/** Tells nobody: the failures here are meant. */
function outcomesOf(suites: readonly Suite[]) {
  return collectOutcomes(suites, [], () => undefined);
}

const good = { passed: 3, failed: 0, skipped: 1 };

test('the suites after a failed one run, and the total counts them all', async () => {
  const broken = suite('unit', { passed: 1, failed: 2, skipped: 0 });
  const outcomes = await outcomesOf([suite('lint', good), broken, suite('contract', good)]);
  expect(outcomes.map(({ counts }) => counts.passed)).toEqual([3, 1, 3]);
  expect(formatTotal(outcomes)).toBe('7 passed, 2 failed');
});

test('a suite that crashes counts as one failure and says where', async () => {
  const crash = new DevError('engine', { step: 'Docker engine', cause: 'none', mend: 'install it' });
  const outcomes = await outcomesOf([suite('contract', crash), suite('lint', new Error('bug'))]);
  expect(outcomes.map(({ note }) => note)).toEqual(['at Docker engine', 'crashed']);
  expect(formatTotal(outcomes)).toBe('0 passed, 2 failed');
});

test('a suite in which no test ran has failed', async () => {
  const outcomes = await outcomesOf([suite('e2e', { passed: 0, failed: 0, skipped: 4 })]);
  expect(outcomes[0]).toMatchObject({ counts: { failed: 1 }, note: 'no test ran' });
});

test('without an image the suites that need one count as failed', async () => {
  const outcomes = await outcomesOf([
    suite('image', new Error('no')),
    suite('contract', good, true),
    suite('unit', good),
  ]);
  expect(formatTotal(outcomes)).toBe('3 passed, 2 failed');
  expect(outcomes[1]?.note).toContain('no image');
});

test('the summary has a line for each suite', () => {
  const text = formatOutcomes([
    { suite: 'unit', counts: good, durationMs: 61_000, note: '' },
    { suite: 'e2e', counts: { passed: 1, failed: 1, skipped: 0 }, durationMs: 900, note: 'at e2e' },
  ]);
  expect(text.split('\n')).toEqual([
    'unit  ok      3 of 3  1 skipped  1 min 1 s',
    'e2e   FAILED  1 of 2             0.9 s      at e2e',
  ]);
});
