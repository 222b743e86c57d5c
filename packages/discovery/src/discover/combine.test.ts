import fc from 'fast-check';
import { describe, expect, test } from 'vitest';
import { aFailure, aLocation, anAnswer, NOW_MS } from '../../testing/answer-builder.ts';
import { combine } from './combine.ts';

const MINUTE_MS = 60_000;

describe('answers put together', () => {
  test('say for each instance who lists it and who lists others only', () => {
    const found = combine(
      'myapp',
      [anAnswer('a', ['8.8.4.1', '8.8.4.2']), anAnswer('b', ['8.8.4.2'])],
      NOW_MS,
    );
    expect(found).toMatchObject({
      known: true,
      contact: 'api',
      instances: [
        { address: { ip: '8.8.4.1' }, listedBy: [{ name: 'a' }], missingFrom: ['b'] },
        { address: { ip: '8.8.4.2' }, listedBy: [{ name: 'a' }, { name: 'b' }], missingFrom: [] },
      ],
    });
  });

  test('show the row that was announced last, whoever has it, with its port', () => {
    const old = aLocation('8.8.4.1:16137', { broadcastedAt: new Date(NOW_MS - 50 * MINUTE_MS) });
    const fresh = aLocation('8.8.4.1:16147', { broadcastedAt: new Date(NOW_MS - MINUTE_MS) });
    const bare = { ...aLocation('8.8.4.1') };
    delete (bare as { broadcastedAt?: Date }).broadcastedAt;
    const found = combine(
      'myapp',
      [anAnswer('a', [old]), anAnswer('b', [fresh]), anAnswer('c', [bare])],
      NOW_MS,
    );
    expect(found.known && found.instances).toMatchObject([{ address: { apiPort: 16_147 }, location: fresh }]);
  });

  test('are a hint where no authenticated source lists an instance', () => {
    const found = combine(
      'myapp',
      [anAnswer('a', ['8.8.4.1']), anAnswer('n', ['8.8.4.1', '8.8.4.2'], { kind: 'node', trust: 'hint' })],
      NOW_MS,
    );
    expect(found.known && found.instances.map(({ hintOnly }) => hintOnly)).toEqual([false, true]);
  });

  test('tell the age of each answer and of the newest announcement in it', () => {
    const answer = anAnswer('a', ['8.8.4.1'], { receivedAtMs: NOW_MS - 700, answeredBy: '8.8.4.9:16127' });
    expect(combine('myapp', [answer], NOW_MS).sources).toEqual([
      {
        name: 'a',
        kind: 'api',
        trust: 'authenticated',
        outcome: 'listed',
        receivedAtMs: NOW_MS - 700,
        ageMs: 700,
        newestAnnouncementMs: NOW_MS - 10 * MINUTE_MS,
        count: 1,
        rejected: [],
        answeredBy: '8.8.4.9:16127',
      },
    ]);
  });
});

describe('nothing known', () => {
  test('has no instances to be taken for an empty app, and says whether all failed or had no rows', () => {
    const failed = combine('myapp', [aFailure('a'), aFailure('b', 'node')], NOW_MS);
    expect(failed).toMatchObject({ known: false, why: 'failed', contact: 'none' });
    expect(failed).not.toHaveProperty('instances');
    const empty = combine('myapp', [anAnswer('a', []), aFailure('b')], NOW_MS);
    expect(empty).toMatchObject({
      known: false,
      why: 'empty',
      contact: 'api',
      sources: [{ outcome: 'empty' }, {}],
    });
    expect(combine('myapp', [], NOW_MS)).toMatchObject({ known: false, why: 'failed', contact: 'none' });
  });
});

describe('contact', () => {
  test('tells an outage of the central API from being cut off', () => {
    const node = anAnswer('n', ['8.8.4.1'], { kind: 'witness', trust: 'hint' });
    expect(combine('myapp', [aFailure('a'), node], NOW_MS).contact).toBe('nodes');
    expect(combine('myapp', [anAnswer('a', []), node], NOW_MS).contact).toBe('api');
    expect(combine('myapp', [aFailure('a'), aFailure('n', 'node')], NOW_MS).contact).toBe('none');
  });
});

const listings = fc.array(
  fc.record({
    hosts: fc.uniqueArray(fc.integer({ min: 1, max: 12 }), { maxLength: 12 }),
    ok: fc.boolean(),
    trust: fc.constantFrom('authenticated' as const, 'hint' as const),
  }),
  { maxLength: 8 },
);

test('whatever the sources say: each instance is listed by someone, in order, and no answer is counted twice', () => {
  fc.assert(
    fc.property(listings, (given) => {
      const answers = given.map(({ hosts, ok, trust }, index) =>
        ok
          ? anAnswer(
              `s${index}`,
              hosts.map((host) => `8.8.4.${host}`),
              { trust },
            )
          : aFailure(`s${index}`),
      );
      const found = combine('myapp', answers, NOW_MS);
      const expected = new Set(given.filter(({ ok }) => ok).flatMap(({ hosts }) => hosts));
      const instances = found.known ? found.instances : [];
      expect(instances.map(({ address }) => Number(address.ip.split('.')[3]))).toEqual(
        [...expected].sort((left, right) => left - right),
      );
      for (const { listedBy, missingFrom } of instances) {
        const names = [...listedBy.map(({ name }) => name), ...missingFrom];
        expect(new Set(names).size).toBe(names.length);
        expect(names.length).toBe(given.filter(({ ok, hosts }) => ok && hosts.length > 0).length);
      }
    }),
  );
});
