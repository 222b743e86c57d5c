import fc from 'fast-check';
import { expect, test } from 'vitest';
import { countTurbo } from './turbo-report.ts';
import { countVitest } from './vitest-report.ts';

function vitestReport(files: readonly (readonly string[])[], brokenFiles = 0): string {
  const results = files.flat();
  const count = (status: string) => results.filter((result) => result === status).length;
  const broken = Array.from({ length: brokenFiles }, () => ({
    name: 'broken.test.ts',
    status: 'failed',
    assertionResults: [],
  }));
  return JSON.stringify({
    numPassedTests: count('passed'),
    numFailedTests: count('failed'),
    numPendingTests: count('pending'),
    numTodoTests: count('todo'),
    testResults: [
      ...broken,
      ...files.map((statuses) => ({
        name: 'x.test.ts',
        status: statuses.includes('failed') ? 'failed' : 'passed',
        assertionResults: statuses.map((status) => ({ status })),
      })),
    ],
  });
}

test('tests are counted as vitest ended them', () => {
  const report = vitestReport([
    ['passed', 'failed'],
    ['passed', 'pending', 'todo'],
  ]);
  expect(countVitest(report, 1)).toEqual({ passed: 2, failed: 1, skipped: 2 });
});

test('a file that could not be loaded counts as a failure', () => {
  expect(countVitest(vitestReport([['passed']], 2), 1)).toEqual({ passed: 1, failed: 2, skipped: 0 });
});

test('a run that ended badly with all tests passed has failed', () => {
  expect(countVitest(vitestReport([['passed']]), 1).failed).toBe(1);
  expect(countVitest(vitestReport([['passed']]), 0).failed).toBe(0);
});

test.each([[null], [''], ['{}'], ['{"numPassedTests": 3']])(
  'without a whole report (%j) the suite has failed',
  (text) => {
    expect(countVitest(text, 0)).toEqual({ passed: 0, failed: 1, skipped: 0 });
  },
);

test('no text and exit code make the counting throw, and a bad end never looks good', () => {
  fc.assert(
    fc.property(fc.string(), fc.integer({ min: 1, max: 255 }), (text, exitCode) => {
      expect(countVitest(text, exitCode).failed).toBeGreaterThan(0);
      expect(countTurbo(text, exitCode).failed).toBeGreaterThan(0);
    }),
  );
});

test('turbo counts packages', () => {
  const lines =
    ' Tasks:    7 successful, 9 total\nCached:    0 cached, 9 total\n  Time:    5s\nFailed:    a#typecheck\n';
  expect(countTurbo(lines, 1)).toEqual({ passed: 7, failed: 2, skipped: 0 });
  expect(countTurbo(lines.replace('7 s', '9 s'), 0)).toEqual({ passed: 9, failed: 0, skipped: 0 });
  expect(countTurbo('turbo: not found', 127)).toEqual({ passed: 0, failed: 1, skipped: 0 });
});
