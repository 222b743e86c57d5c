import { describe, expect, test } from 'vitest';
import { type Fixture, fixtureSchema } from './fixture.ts';
import { hostsIn, respond } from './respond.ts';
import { withInstances, withoutViews, withView, worldOf } from './world.ts';

const HOUR_MS = 3_600_000;
const START_MS = Date.parse('2026-07-01T10:00:00Z');

function aWorld(...instances: Fixture['apps'][number]['instances']) {
  return worldOf(
    fixtureSchema.parse({ apps: [{ name: 'MyApp', instances, specification: { instances: 3 } }] }),
    START_MS,
  );
}

function circumstances(
  differences: { caller?: string; nowMs?: number; hosts?: readonly [string, string][] } = {},
) {
  const { caller = '10.0.0.9', nowMs = START_MS, hosts = [] } = differences;
  return { caller, nowMs, hostAddresses: new Map(hosts), node: null, nodes: [] };
}

const location = { kind: 'location', app: 'myapp' } as const;

describe('a listing', () => {
  test('matches the app name whatever its case and keeps the spelling of the app', () => {
    const answer = respond(aWorld({ ip: '10.0.0.1' }), { kind: 'location', app: 'MYAPP' }, circumstances());
    expect(answer).toMatchObject({ status: 'success', data: [{ name: 'MyApp', ip: '10.0.0.1' }] });
  });

  test('is an empty success for an unknown app and an error without a name', () => {
    expect(respond(aWorld(), { kind: 'location', app: 'other' }, circumstances())).toEqual({
      status: 'success',
      data: [],
    });
    expect(respond(aWorld(), { kind: 'location', app: null }, circumstances())).toMatchObject({
      status: 'error',
    });
  });

  test('announces an instance anew every hour for 125 minutes', () => {
    const answer = respond(
      aWorld({ ip: '10.0.0.1' }),
      location,
      circumstances({ nowMs: START_MS + 2.5 * HOUR_MS }),
    );
    expect(answer.data).toMatchObject([
      {
        runningSince: '2026-07-01T10:00:00.000Z',
        broadcastedAt: '2026-07-01T12:00:00.000Z',
        expireAt: '2026-07-01T14:05:00.000Z',
      },
    ]);
  });

  test('shows what was given, leaves out what was given as null, and appends the port', () => {
    const given = {
      ip: '10.0.0.1',
      apiPort: 16_137,
      runningSince: null,
      osUptime: null,
      staticIp: true,
      name: 'X',
    };
    const answer = respond(aWorld(given, { ip: 'fd00::1', apiPort: 16_127 }), location, circumstances());
    expect(answer.data).toEqual([
      {
        name: 'X',
        hash: expect.any(String),
        ip: '10.0.0.1:16137',
        broadcastedAt: expect.any(String),
        expireAt: expect.any(String),
        staticIp: true,
      },
      expect.objectContaining({ ip: '[fd00::1]:16127' }),
    ]);
  });

  test('shows a host by its address and leaves out a host that was never resolved', () => {
    const world = aWorld({ host: 'node1' }, { host: 'node2', apiPort: 16_137 }, { host: 'node3' });
    const hosts: [string, string][] = [
      ['node1', '10.0.0.1'],
      ['node2', '10.0.0.2'],
    ];
    const answer = respond(world, location, circumstances({ hosts }));
    expect(answer.data).toMatchObject([{ ip: '10.0.0.1' }, { ip: '10.0.0.2:16137' }]);
    expect(hostsIn(world, location)).toEqual(['node1', 'node2', 'node3']);
    expect(hostsIn(world, { kind: 'locations' })).toEqual(['node1', 'node2', 'node3']);
    expect(hostsIn(world, { kind: 'location', app: 'other' })).toEqual([]);
  });

  test('shows a caller with a view of its own that view, and the rest to everybody else', () => {
    const world = withView(aWorld({ ip: '10.0.0.1' }), 'myapp', '10.0.0.9', [{ ip: '10.0.0.2' }], START_MS);
    const seen = (caller: string, of = world) => respond(of, location, circumstances({ caller })).data;
    expect(seen('10.0.0.9')).toMatchObject([{ ip: '10.0.0.2' }]);
    expect(seen('10.0.0.8')).toMatchObject([{ ip: '10.0.0.1' }]);
    expect(seen('10.0.0.9', withoutViews(world, 'MyApp', '10.0.0.9'))).toMatchObject([{ ip: '10.0.0.1' }]);
    expect(seen('10.0.0.9', withoutViews(world, 'MyApp', '10.0.0.8'))).toMatchObject([{ ip: '10.0.0.2' }]);
    expect(seen('10.0.0.9', withoutViews(world, 'MyApp'))).toMatchObject([{ ip: '10.0.0.1' }]);
  });

  test('keeps the start of an instance that stays when the list is replaced', () => {
    const later = START_MS + 60_000;
    const world = withInstances(
      aWorld({ ip: '10.0.0.1' }),
      'MyApp',
      [{ ip: '10.0.0.2' }, { ip: '10.0.0.1' }],
      later,
    );
    expect(respond(world, location, circumstances({ nowMs: later })).data).toMatchObject([
      { ip: '10.0.0.2', runningSince: '2026-07-01T10:01:00.000Z' },
      { ip: '10.0.0.1', runningSince: '2026-07-01T10:00:00.000Z' },
    ]);
  });
});

test('a specification is an error for an unknown app', () => {
  const ask = (app: string | null) => respond(aWorld(), { kind: 'specification', app }, circumstances());
  expect(ask('myapp')).toMatchObject({
    status: 'success',
    data: { version: 8, name: 'MyApp', instances: 3 },
  });
  expect(ask('other')).toMatchObject({ status: 'error' });
  expect(ask(null)).toMatchObject({ status: 'error' });
});

test('host information names the caller and the app that lists it', () => {
  const world = withInstances(aWorld(), 'Other', [{ ip: '10.0.0.9', apiPort: 16_137 }], START_MS);
  const ask = (caller: string) => respond(world, { kind: 'host-info' }, circumstances({ caller }));
  expect(ask('10.0.0.9')).toMatchObject({ status: 'success', data: { appName: 'Other', ip: '10.0.0.9' } });
  expect(ask('10.0.0.8')).toMatchObject({ status: 'success', data: { appName: 'MyApp', ip: '10.0.0.8' } });
  expect(respond(new Map(), { kind: 'host-info' }, circumstances())).toMatchObject({ status: 'error' });
});
