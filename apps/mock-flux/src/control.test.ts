import { afterAll, beforeAll, beforeEach, describe, expect, test } from 'vitest';
import { callerFrom } from '../testing/caller.ts';
import { createMockFlux, fixtureSchema, MockFluxControl, MockFluxError } from './index.ts';

const fixture = fixtureSchema.parse({
  apps: [{ name: 'myapp', instances: [{ ip: '10.0.0.1' }], specification: { instances: 1 } }],
});
const mock = await createMockFlux({ fixture });
let baseUrl = '';
let control = new MockFluxControl(baseUrl);

beforeAll(async () => {
  baseUrl = await mock.listen();
  control = new MockFluxControl(`${baseUrl}/`);
});
beforeEach(async () => await control.reset());
afterAll(async () => await mock.close());

async function seenFrom(address: string): Promise<readonly string[]> {
  await using caller = callerFrom(address, baseUrl);
  const { locations } = await caller.client.locations('myapp');
  return locations.map(({ address: { ip } }) => ip);
}

describe('the control API', () => {
  test('sets what everybody and what one caller sees', async () => {
    await control.setInstances('myapp', [{ ip: '10.0.0.1' }, { ip: '10.0.0.2', apiPort: 16_137 }]);
    await control.setView('myapp', '127.0.0.2', [{ ip: '10.0.0.2' }]);
    await control.setView('myapp', '127.0.0.3', []);
    expect(await seenFrom('127.0.0.1')).toEqual(['10.0.0.1', '10.0.0.2']);
    expect(await seenFrom('127.0.0.2')).toEqual(['10.0.0.2']);
    expect(await seenFrom('127.0.0.3')).toEqual([]);
    await control.clearView('myapp', '127.0.0.2');
    expect(await seenFrom('127.0.0.2')).toEqual(['10.0.0.1', '10.0.0.2']);
    await control.clearViews('myapp');
    expect(await seenFrom('127.0.0.3')).toEqual(['10.0.0.1', '10.0.0.2']);
  });

  test('sets the expected number of instances', async () => {
    await control.setSpecification('myapp', { instances: 5, enterprise: 'AbC' });
    await using caller = callerFrom('127.0.0.1', baseUrl);
    await expect(caller.client.specification('MYAPP')).resolves.toMatchObject({
      instances: 5,
      encrypted: true,
    });
  });

  test('returns to the fixture on reset', async () => {
    await control.setInstances('myapp', []);
    await control.setInstances('second', [{ ip: '10.0.0.7' }]);
    await control.setView('myapp', '127.0.0.1', []);
    await control.setFaults({ kind: 'html' });
    await control.reset();
    expect(await control.requests()).toEqual([]);
    expect(await seenFrom('127.0.0.1')).toEqual(['10.0.0.1']);
    const { data } = (await mock.app.inject('/apps/locations')).json();
    expect(data).toHaveLength(1);
  });

  test('remembers who asked what, the last thousand calls, without control calls', async () => {
    await control.setFaults({ kind: 'error-envelope' });
    for (let index = 0; index < 1001; index += 1) await mock.app.inject(`/apps/location/myapp?t=${index}`);
    const requests = await control.requests();
    expect(requests).toHaveLength(1000);
    expect(requests[0]).toMatchObject({ caller: '127.0.0.1', path: '/apps/location/myapp?t=1' });
    expect(requests.at(-1)?.path).toBe('/apps/location/myapp?t=1000');
  });

  test('shows its state', async () => {
    await control.setView('myapp', '::ffff:10.0.0.9', [{ ip: '10.0.0.2' }]);
    await control.setFaults({ kind: 'stale', remaining: 2 });
    expect((await mock.app.inject('/control/state')).json()).toMatchObject({
      apps: [{ name: 'myapp', instances: [{ ip: '10.0.0.1' }], views: { '10.0.0.9': [{ ip: '10.0.0.2' }] } }],
      faults: [{ kind: 'stale', remaining: 2 }],
      hosts: {},
    });
  });

  test.each<[string, string, string, unknown, RegExp]>([
    ['an instance with neither ip nor host', 'PUT', 'apps/myapp/instances', [{}], /either ip or host/],
    ['an instance with an unknown field', 'PUT', 'apps/myapp/instances', [{ ip: '1', port: 1 }], /"port"/],
    ['instances that are no list', 'PUT', 'apps/myapp/instances', { ip: '1' }, /array/],
    ['an app name that Flux would refuse', 'PUT', 'apps/my%20app/instances', [], /not an app name/],
    ['a specification without instances', 'PUT', 'apps/myapp/specification', {}, /instances/],
    ['more instances than Flux allows', 'PUT', 'apps/myapp/specification', { instances: 101 }, /<=100/],
    ['a view for a caller that is no address', 'PUT', 'apps/myapp/views/node1', [], /not an IP address/],
    ['an unknown fault', 'PUT', 'faults', { kind: 'haunted' }, /kind/],
    ['a delay without a time', 'PUT', 'faults', [{ kind: 'delay' }], /needed for delay/],
    ['a status for another fault', 'PUT', 'faults', { kind: 'html', status: 500 }, /only for http-status/],
  ])('refuses %s and says why', async (_title, method, path, document, message) => {
    const answer = await mock.app.inject({
      method: method as 'PUT',
      url: `/control/${path}`,
      payload: document as object,
    });
    expect(answer.statusCode).toBe(400);
    expect(answer.json().error).toMatch(message);
    expect(await seenFrom('127.0.0.1')).toEqual(['10.0.0.1']);
  });

  test('refuses what is not JSON', async () => {
    const headers = { 'content-type': 'application/json' };
    const answer = await mock.app.inject({
      method: 'PUT',
      url: '/control/faults',
      headers,
      payload: '{"kind":',
    });
    expect(answer.statusCode).toBe(400);
    expect(answer.json()).toHaveProperty('error');
  });
});

describe('MockFluxControl', () => {
  test('passes on why the mock refuses a call', async () => {
    const refused = control.setInstances('myapp', [{}]);
    await expect(refused).rejects.toThrow(MockFluxError);
    await expect(refused).rejects.toMatchObject({
      code: 'refused',
      message: expect.stringContaining('either ip or host'),
    });
  });

  test('says that there is no mock', async () => {
    await using gone = await createMockFlux();
    const url = await gone.listen();
    await gone.close();
    await expect(new MockFluxControl(url).reset()).rejects.toMatchObject({ code: 'unreachable' });
  });
});
