import { FluxClient } from '@flux-pg/discovery';
import { afterAll, beforeAll, beforeEach, expect, test } from 'vitest';
import { callerFrom } from '../testing/caller.ts';
import { type FaultKind, faultKinds } from './fault.ts';
import { createMockFlux, type FaultInput, MockFluxControl } from './index.ts';

const fourNodes = ['10.0.0.1', '10.0.0.2', '10.0.0.3', '10.0.0.4'].map((ip) => ({ ip }));
const mock = await createMockFlux();
let baseUrl = '';
let control = new MockFluxControl(baseUrl);

beforeAll(async () => {
  baseUrl = await mock.listen();
  control = new MockFluxControl(baseUrl);
});
beforeEach(async () => {
  await control.reset();
  await control.setInstances('myapp', fourNodes);
  await control.setSpecification('myapp', { instances: 4 });
});
afterAll(async () => await mock.close());

/** What the discovery client makes of a fault: an error code, or the number of locations. */
const listingWith: Readonly<Record<FaultKind, string | number>> = {
  delay: 'timeout',
  'http-status': 'http',
  'error-envelope': 'envelope',
  empty: 0,
  halved: 2,
  stale: 4,
  html: 'schema',
  truncated: 'schema',
  'data-null': 'schema',
  'wrong-types': 'schema',
  huge: 'too-large',
  'many-entries': 'too-large',
  'deep-nesting': 'schema',
  hang: 'timeout',
  reset: 'network',
};

async function outcome(call: Promise<{ locations: readonly unknown[] }>): Promise<string | number> {
  return await call.then(
    ({ locations }) => locations.length,
    (error: { code: string }) => error.code,
  );
}

test.each(faultKinds)(
  'the fault %s is what discovery takes it for, and the next answer is good again',
  async (kind) => {
    const waits = kind === 'delay' ? { delayMs: 60_000 } : {};
    await control.setFaults({ kind, remaining: 1, ...waits });
    await control.setInstances('myapp', kind === 'stale' ? [] : fourNodes);
    await using caller = callerFrom('127.0.0.1', baseUrl, kind === 'delay' || kind === 'hang' ? 300 : 5000);
    expect(await outcome(caller.client.locations('myapp'))).toBe(listingWith[kind]);
    expect(await outcome(caller.client.locations('myapp'))).toBe(kind === 'stale' ? 0 : 4);
  },
);

test.each<[FaultKind, string]>([
  ['http-status', 'http'],
  ['error-envelope', 'envelope'],
  ['empty', 'schema'],
  ['html', 'schema'],
  ['truncated', 'schema'],
  ['data-null', 'schema'],
  ['wrong-types', 'schema'],
  ['huge', 'too-large'],
  ['many-entries', 'too-large'],
  ['deep-nesting', 'schema'],
  ['reset', 'network'],
])('the fault %s makes the specification an error %s', async (kind, code) => {
  await control.setFaults({ kind });
  await using caller = callerFrom('127.0.0.1', baseUrl);
  await expect(caller.client.specification('myapp')).rejects.toMatchObject({ code });
  await control.clearFaults();
  await expect(caller.client.specification('myapp')).resolves.toMatchObject({
    instances: 4,
    answeredBy: 'mock-flux',
  });
});

test('many entries are refused by their number, too, when their size would pass', async () => {
  await control.setFaults({ kind: 'many-entries' });
  await using client = new FluxClient({ baseUrls: [baseUrl], maxBodyBytes: 100_000_000 });
  await expect(client.locations('myapp')).rejects.toMatchObject({
    code: 'too-large',
    reason: '50000 entries, more than 1000',
  });
});

test('a fault hits only the callers and routes that it names', async () => {
  await using first = callerFrom('127.0.0.2', baseUrl);
  await using second = callerFrom('127.0.0.3', baseUrl);
  const fault: FaultInput = { kind: 'error-envelope', callers: ['127.0.0.2'], paths: ['/apps/location'] };
  await control.setFaults(fault, { kind: 'http-status', status: 500, callers: ['127.0.0.2'] });
  await expect(first.client.locations('myapp')).rejects.toMatchObject({ code: 'envelope' });
  await expect(first.client.specification('myapp')).rejects.toMatchObject({ code: 'http', status: 500 });
  await expect(second.client.locations('myapp')).resolves.toHaveProperty('locations.length', 4);
});

test('a redirect is answered as a status, without a place to go', async () => {
  await control.setFaults({ kind: 'http-status', status: 302 });
  await using caller = callerFrom('127.0.0.1', baseUrl);
  await expect(caller.client.locations('myapp')).rejects.toMatchObject({ code: 'http', status: 302 });
});

test('a stale answer shows the listing of the moment the fault was set, from another node', async () => {
  await control.setFaults({ kind: 'stale', callers: ['127.0.0.2'] });
  await control.setInstances('myapp', [{ ip: '10.0.0.9' }]);
  await using stale = callerFrom('127.0.0.2', baseUrl);
  await using current = callerFrom('127.0.0.3', baseUrl);
  const old = await stale.client.locations('myapp');
  expect(old.locations.map(({ address }) => address.ip)).toEqual(fourNodes.map(({ ip }) => ip));
  const { locations, answeredBy } = await current.client.locations('myapp');
  expect(locations.map(({ address }) => address.ip)).toEqual(['10.0.0.9']);
  expect(answeredBy).not.toBe(old.answeredBy);
});

test('a delayed answer comes whole', async () => {
  await control.setFaults({ kind: 'delay', delayMs: 150 });
  await using caller = callerFrom('127.0.0.1', baseUrl);
  const askedAtMs = performance.now();
  expect(await outcome(caller.client.locations('myapp'))).toBe(4);
  expect(performance.now() - askedAtMs).toBeGreaterThan(140);
});

test('a stale answer announces nothing anew, however long it lasts', async () => {
  let nowMs = Date.parse('2026-07-01T10:00:00Z');
  await using old = await createMockFlux({ now: () => nowMs });
  const oldUrl = await old.listen();
  const oldControl = new MockFluxControl(oldUrl);
  await oldControl.setInstances('myapp', [{ ip: '10.0.0.1' }]);
  await oldControl.setFaults({ kind: 'stale', remaining: 1 });
  nowMs += 3 * 3_600_000;
  await using caller = callerFrom('127.0.0.1', oldUrl);
  const announced = async () =>
    (await caller.client.locations('myapp')).locations[0]?.broadcastedAt?.getUTCHours();
  expect([await announced(), await announced()]).toEqual([10, 13]);
});
