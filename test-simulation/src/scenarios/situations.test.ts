import { expect, it } from 'vitest';
import { runSituation } from '../run/run-situation.ts';
import { situations } from './situations.ts';

it.each(situations.map(({ name }) => name))('survives it when %s', { timeout: 60_000 }, async (name) => {
  const { violation } = await runSituation(name);
  expect(violation).toBeNull();
});
