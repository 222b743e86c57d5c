import { readFile } from 'node:fs/promises';
import { join } from 'node:path';
import { expect, test } from 'vitest';
import { parse } from 'yaml';
import { z } from 'zod';
import { ROOT } from '../paths.ts';
import { parseEnvironmentFile } from './environment-file.ts';
import { localNodes, publishedPorts } from './local-nodes.ts';

const composeSchema = z.looseObject({
  services: z.record(
    z.string(),
    z.looseObject({
      container_name: z.string(),
      ports: z.array(z.string()),
      volumes: z.array(z.string()).default([]),
      env_file: z.string().optional(),
    }),
  ),
  volumes: z.record(z.string(), z.null()),
});

async function composeFile() {
  const text = await readFile(join(ROOT, 'docker', 'docker-compose.yml'), 'utf8');
  return composeSchema.parse(parse(text, { merge: true }));
}

test('the compose file publishes the ports that are checked and shown, on the loopback address alone', async () => {
  const { services } = await composeFile();
  const published = Object.values(services).map(({ container_name: container, ports }) => ({
    container,
    ports: ports.map((port) => Number(/^127\.0\.0\.1:(\d+):\d+$/.exec(port)?.[1])),
  }));
  expect(published).toEqual(publishedPorts);
});

test('each node has a volume of its own where its data lives', async () => {
  const { services, volumes } = await composeFile();
  const mounts = localNodes.map(({ service }) => services[service]?.volumes);
  expect(mounts).toEqual(localNodes.map(({ service }) => [`${service}:/var/lib/postgresql/data`]));
  expect(Object.keys(volumes)).toEqual(localNodes.map(({ service }) => service));
});

test('the file is for both generations of Compose', async () => {
  const file = await composeFile();
  expect(file).not.toHaveProperty('version');
  expect(file).not.toHaveProperty('name');
});

test('the shared environment has the documented account and asks the mock only', async () => {
  const variables = parseEnvironmentFile(await readFile(join(ROOT, 'docker', '.env'), 'utf8'));
  expect(variables.get('POSTGRES_USER')).toBe('postgres');
  expect(variables.get('POSTGRES_SUPERUSER_PASSWORD')).toBe('supersecretpassword');
  expect(variables.get('FLUX_API_URL')).toBe('http://mock-flux:8080');
});

test('comments and empty lines of an environment file are no variables', () => {
  const text = '# NAME=no\n\n A=1 \nB=two = 2\nnot a variable\n';
  expect([...parseEnvironmentFile(text)]).toEqual([
    ['A', '1'],
    ['B', 'two = 2'],
  ]);
});
