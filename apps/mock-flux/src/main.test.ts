import { type ChildProcess, spawn } from 'node:child_process';
import { once } from 'node:events';
import { fileURLToPath } from 'node:url';
import { expect, onTestFinished, test } from 'vitest';
import { parseConfig } from './config.ts';
import { MockFluxControl } from './index.ts';

const main = fileURLToPath(new URL('main.ts', import.meta.url));
const fixture = fileURLToPath(new URL('../fixtures/mixed-listing.json', import.meta.url));

function start(environment: Readonly<Record<string, string>>): ChildProcess {
  const child = spawn(process.execPath, ['--conditions=@flux-pg/source', main], {
    env: { PATH: process.env.PATH, ...environment },
    stdio: ['ignore', 'pipe', 'pipe'],
  });
  onTestFinished(() => void child.kill('SIGKILL'));
  return child;
}

async function outputUntil(stream: ChildProcess['stdout'], pattern: RegExp): Promise<RegExpExecArray> {
  let output = '';
  for await (const chunk of stream ?? []) {
    output += chunk;
    const match = pattern.exec(output);
    if (match !== null) return match;
  }
  throw new Error(`the program said only: ${output}`);
}

test('serves its fixture and stops within a second although a call is hanging', async () => {
  const child = start({ HOST: '127.0.0.1', PORT: '0', FIXTURE: fixture });
  const [baseUrl] = await outputUntil(child.stdout, /http:\/\/127\.0\.0\.1:\d+/);
  const control = new MockFluxControl(baseUrl);
  await control.setFaults({ kind: 'hang', paths: ['/flux'] });
  const hanging = fetch(`${baseUrl}/flux/version`);
  const listing = await fetch(`${baseUrl}/apps/location/myapp`);
  expect(await listing.json()).toHaveProperty('data.length', 3);
  const stoppedAtMs = performance.now();
  child.kill('SIGTERM');
  await expect(hanging).rejects.toThrow();
  const [code] = await once(child, 'exit');
  expect(code).toBe(0);
  expect(performance.now() - stoppedAtMs).toBeLessThan(1000);
}, 20_000);

test('says what is wrong with its environment and exits', async () => {
  const child = start({ PORT: '70000', HOST: '' });
  const exited = once(child, 'exit');
  await outputUntil(child.stderr, /cannot start:[\s\S]*PORT[\s\S]*HOST/);
  expect(await exited).toEqual([1, null]);
}, 20_000);

test('has defaults for a container', () => {
  expect(parseConfig({})).toEqual({ port: 8080, host: '0.0.0.0', fixturePath: undefined });
});
