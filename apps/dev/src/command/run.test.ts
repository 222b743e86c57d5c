import { expect, test } from 'vitest';
import { hasProgram, lastLines, mustRun, run } from './run.ts';

test('what a program printed and how it ended is kept', async () => {
  const finished = await run('sh', ['-c', 'echo out; echo err >&2; exit 3']);
  expect(finished).toEqual({ exitCode: 3, stdout: 'out\n', stderr: 'err\n' });
});

test('a program that is not there ends with 127', async () => {
  expect(await run('flux-pg-no-such-program', [])).toMatchObject({ exitCode: 127 });
  expect(await hasProgram('flux-pg-no-such-program')).toBe(false);
  expect(await hasProgram('sh')).toBe(true);
});

test('a program and what it started are ended when their time is up', async () => {
  const startedMs = performance.now();
  const { exitCode, stdout } = await run('sh', ['-c', 'echo begun; sleep 30 & wait'], { timeoutMs: 300 });
  expect({ exitCode, stdout }).toEqual({ exitCode: 124, stdout: 'begun\n' });
  expect(performance.now() - startedMs).toBeLessThan(5_000);
});

test('a program that says nothing in time is ended, one that speaks is not', async () => {
  expect((await run('sleep', ['30'], { firstOutputMs: 200 })).exitCode).toBe(124);
  expect((await run('sh', ['-c', 'echo a; sleep 0.4'], { firstOutputMs: 200 })).exitCode).toBe(0);
});

test('a failure tells the step, the last words and the mend', async () => {
  const told = { step: 'a step', mend: 'a mend' };
  const failing = mustRun(told, 'sh', ['-c', 'echo reason >&2; exit 1']);
  await expect(failing).rejects.toMatchObject({ ...told, message: expect.stringContaining('reason') });
});

test('only the last lines are kept for the cause', () => {
  expect(lastLines('a\nb\nc\n\n', 2)).toBe('b\nc');
  expect(lastLines('')).toBe('');
});
