import { afterAll, beforeAll, beforeEach, describe, expect, test } from 'vitest';
import { createMockFlux, MockFluxControl } from './index.ts';

let nowMs = Date.parse('2026-07-01T10:00:00Z');
const mock = await createMockFlux({ now: () => nowMs });
let control = new MockFluxControl('');

const HOUR_MS = 3_600_000;

beforeAll(async () => {
  control = new MockFluxControl(await mock.listen());
});
beforeEach(async () => {
  await control.reset();
  await control.setInstances('myapp', [{ ip: '10.0.0.1' }, { ip: '10.0.0.2' }]);
});
afterAll(async () => await mock.close());

async function ask(url: string, host?: string, headers: Record<string, string> = {}) {
  const answer = await mock.app.inject({
    url,
    headers: { ...(host === undefined ? {} : { host }), ...headers },
  });
  return { ...answer.json<{ status: string; data: unknown }>(), by: answer.headers.fluxnode };
}

async function ipsOf(host?: string, url = '/apps/location/myapp'): Promise<readonly string[]> {
  const { data } = await ask(url, host);
  return (data as { ip: string }[]).map(({ ip }) => ip);
}

describe('nodes', () => {
  test('answer at their own address from a database of their own, and say who they are', async () => {
    await control.setNodes(
      { ip: '10.0.0.1', apps: { myapp: [{ ip: '10.0.0.7' }] } },
      { ip: '10.0.0.2', apiPort: 16_137 },
    );
    expect(await ipsOf('10.0.0.1:16127')).toEqual(['10.0.0.7']);
    expect(await ipsOf('10.0.0.2:16137')).toEqual(['10.0.0.1', '10.0.0.2']);
    expect(await ask('/flux/version', '10.0.0.2:16137')).toMatchObject({
      by: '10.0.0.2:16137',
      data: '8.17.0',
    });
  });

  test('take turns behind the public endpoint, which names them; those that are not public are left out', async () => {
    await control.setNodes({ ip: '10.0.0.1' }, { ip: '10.0.0.2' }, { ip: '10.0.0.3', public: false });
    const by = await Promise.all([1, 2, 3, 4].map(async () => (await ask('/apps/location/myapp')).by));
    expect(new Set(by)).toEqual(new Set(['10.0.0.1:16127', '10.0.0.2:16127']));
    expect((await control.requests()).map(({ node }) => node)).toEqual(by);
  });

  test('with a lag show the network as it was, with the announcements of that time', async () => {
    await control.setNodes({ ip: '10.0.0.1', lagMs: HOUR_MS }, { ip: '10.0.0.2' });
    nowMs += 2 * HOUR_MS;
    await control.setInstances('myapp', [{ ip: '10.0.0.9' }]);
    expect(await ipsOf('10.0.0.1:16127')).toEqual(['10.0.0.1', '10.0.0.2']);
    const { data } = await ask('/apps/location/myapp', '10.0.0.1:16127');
    expect(Date.parse((data as { broadcastedAt: string }[])[0]?.broadcastedAt ?? '')).toBe(nowMs - HOUR_MS);
    nowMs += HOUR_MS;
    expect(await ipsOf('10.0.0.1:16127')).toEqual(['10.0.0.9']);
  });

  test('run what is listed at their address, or what they were told', async () => {
    await control.setSpecification('myapp', { instances: 2 });
    await control.setNodes(
      { ip: '10.0.0.1' },
      { ip: '10.0.0.2', running: [{ app: 'old' }] },
      { ip: '10.0.0.3' },
    );
    const names = async (host: string) =>
      ((await ask('/apps/listrunningapps', host)).data as { Names: string[] }[]).flatMap(
        ({ Names }) => Names,
      );
    expect(await names('10.0.0.1:16127')).toEqual(['/fluxpostgres_myapp']);
    expect(await names('10.0.0.2:16127')).toEqual(['/fluxold']);
    expect(await names('10.0.0.3:16127')).toEqual([]);
  });

  test('are all in the deterministic list, which everybody shows alike', async () => {
    await control.setNodes({ ip: '10.0.0.1', tier: 'STRATUS' }, { ip: '10.0.0.2', apiPort: 16_137 });
    const { data } = await ask('/daemon/viewdeterministicfluxnodelist', '10.0.0.2:16137');
    expect(data).toMatchObject([
      { ip: '10.0.0.1', tier: 'STRATUS', txhash: expect.stringMatching(/^[0-9a-f]{64}$/), outidx: '0' },
      { ip: '10.0.0.2:16137' },
    ]);
  });

  test('can be hit by a fault one by one, also behind the public endpoint', async () => {
    await control.setNodes({ ip: '10.0.0.1' }, { ip: '10.0.0.2' });
    await control.setFaults({ kind: 'error-envelope', nodes: ['10.0.0.2:16127'] });
    expect((await ask('/apps/location/myapp', '10.0.0.1:16127')).status).toBe('success');
    expect((await ask('/apps/location/myapp', '10.0.0.2:16127')).status).toBe('error');
    const statuses = [await ask('/apps/location/myapp'), await ask('/apps/location/myapp')].map(
      ({ status }) => status,
    );
    expect(statuses.sort()).toEqual(['error', 'success']);
  });
});

describe('the cache', () => {
  test('gives the same answer for its time, errors included, unless passed over or asked with another URL', async () => {
    await control.setCache(30_000);
    await control.setNodes({ ip: '10.0.0.1' }, { ip: '10.0.0.2' });
    await control.setFaults({ kind: 'error-envelope', remaining: 1 });
    const host = '10.0.0.1:16127';
    expect((await ask('/apps/location/myapp', host)).status).toBe('error');
    expect((await ask('/apps/location/myapp', host)).status).toBe('error');
    expect((await ask('/apps/location/myapp', '10.0.0.2:16127')).status).toBe('success');
    expect((await ask('/apps/location/myapp?t=1', host)).status).toBe('success');
    expect((await ask('/apps/location/myapp', host, { 'x-apicache-bypass': 'true' })).status).toBe('success');
    nowMs += 30_000;
    expect((await ask('/apps/location/myapp', host)).status).toBe('success');
  });

  test('is off unless switched on', async () => {
    await ipsOf();
    await control.setInstances('myapp', []);
    expect(await ipsOf()).toEqual([]);
  });
});
