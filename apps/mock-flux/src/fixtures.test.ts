import { readdir } from 'node:fs/promises';
import { parseNodeAddress } from '@flux-pg/discovery';
import {
  envelopeSchema,
  hostInfoSchema,
  locationRowSchema,
  specificationSchema,
} from '@flux-pg/discovery/wire';
import { describe, expect, test } from 'vitest';
import { createMockFlux, loadFixture } from './index.ts';

const directory = new URL('../fixtures/', import.meta.url);
const names = await readdir(directory);

describe.each(names)('fixture %s', (name) => {
  test('gives answers of the shapes that discovery reads', async () => {
    const fixture = await loadFixture(new URL(name, directory));
    await using mock = await createMockFlux({ fixture, lookup: async () => '10.0.0.1' });
    expect(fixture.apps.length).toBeGreaterThan(0);
    for (const app of fixture.apps) {
      const ask = async (path: string) => envelopeSchema.parse((await mock.app.inject(path)).json());
      const { data } = await ask(`/apps/location/${app.name}`);
      const rows = locationRowSchema.strict().array().parse(data);
      expect(rows).toHaveLength(app.instances.length);
      for (const { ip } of rows) expect(parseNodeAddress(ip, { allowPrivateAddresses: true }).ok).toBe(true);
      const specification = await ask(`/apps/appspecifications/${app.name}`);
      expect(specificationSchema.parse(specification.data)).toMatchObject({ name: app.name });
    }
  });
});

test('the three nodes of the compose file are listed under the names that they have there', async () => {
  const fixture = await loadFixture(new URL('three-nodes.json', directory));
  const addresses = new Map([
    ['node1', '10.0.0.11'],
    ['node2', '10.0.0.12'],
    ['node3', '10.0.0.13'],
  ]);
  await using mock = await createMockFlux({
    fixture,
    lookup: async (host) => addresses.get(host) ?? 'unknown',
  });
  const { data } = (await mock.app.inject('/apps/location/myapp-postgres')).json();
  expect(data.map(({ ip }: { ip: string }) => ip)).toEqual([
    '10.0.0.11',
    '10.0.0.12:16137',
    '10.0.0.13:16127',
  ]);
  const specification = (await mock.app.inject('/apps/appspecifications/myapp-postgres')).json();
  expect(specification.data.instances).toBe(3);
});

test('host information has the shape that discovery reads, with the address of the caller', async () => {
  const fixture = await loadFixture(new URL('mixed-listing.json', directory));
  await using mock = await createMockFlux({ fixture });
  const answer = await mock.app.inject({ url: '/hostinfo', remoteAddress: '203.0.113.5' });
  expect(hostInfoSchema.parse(answer.json().data)).toMatchObject({ appName: 'MyApp', ip: '203.0.113.5' });
});

test('errors have status 200, and every answer names its node', async () => {
  await using mock = await createMockFlux();
  for (const path of ['/apps/location', '/apps/location/', '/apps/appspecifications/nothing', '/hostinfo']) {
    const answer = await mock.app.inject(path);
    expect(answer.statusCode).toBe(200);
    expect(answer.headers.fluxnode).toBe('mock-flux');
    expect(envelopeSchema.parse(answer.json()).status).toBe('error');
  }
  expect((await mock.app.inject('/flux/version')).json()).toEqual({ status: 'success', data: '8.17.0' });
});

test('a fixture that cannot be read or is wrong is explained', async () => {
  await expect(loadFixture(new URL('missing.json', directory))).rejects.toMatchObject({
    code: 'bad-fixture',
  });
  const wrong = new URL('../package.json', import.meta.url);
  await expect(loadFixture(wrong)).rejects.toMatchObject({
    code: 'bad-fixture',
    message: expect.stringMatching(/apps/),
  });
});
