import fc from 'fast-check';
import { describe, expect, test } from 'vitest';
import { aFailure, aLocation, anAnswer, NOW_MS } from '../../testing/answer-builder.ts';
import type { Location } from '../answers/locations.ts';
import { combine, type SourceAnswer } from '../discover/combine.ts';
import { defaultWatchRules, type WatchRules } from './rules.ts';
import { emptyWatchState, type InstanceChange, track } from './track.ts';

const MINUTE_MS = 60_000;
const rules: WatchRules = {
  absentAnswers: 3,
  absentSources: 2,
  absentMs: 5 * MINUTE_MS,
  shortAbsentMs: 30 * MINUTE_MS,
};

/** Takes rounds in, a minute apart, and tells what each of them reported. */
function rounds(...given: readonly (readonly SourceAnswer[])[]): readonly (readonly InstanceChange[])[] {
  let state = emptyWatchState;
  return given.map((answers, index) => {
    const atMs = NOW_MS + index * MINUTE_MS;
    const taken = track(state, combine('myapp', answers, atMs), index * MINUTE_MS, rules);
    state = taken.state;
    return taken.changes;
  });
}

function times<T>(count: number, value: T): readonly T[] {
  return Array.from({ length: count }, () => value);
}

function told(changes: readonly (readonly InstanceChange[])[]): readonly string[] {
  return changes.flatMap((round, index) =>
    round.map(({ kind, instance }) => `${index} ${kind} ${instance.address.ip}`),
  );
}

const all = ['8.8.4.1', '8.8.4.2', '8.8.4.3'];
const both = (locations: readonly (Location | string)[]) => [
  anAnswer('a', locations),
  anAnswer('b', locations),
];

describe('an instance', () => {
  test('is added when the first source lists it, and once', () => {
    expect(told(rounds([anAnswer('a', all.slice(0, 2))], both(all), both(all)))).toEqual([
      '0 added 8.8.4.1',
      '0 added 8.8.4.2',
      '1 added 8.8.4.3',
    ]);
  });

  test('is removed once enough answers of enough sources have been without it for long enough', () => {
    const history = rounds(both(all), ...times(8, both(all.slice(0, 2))));
    expect(told(history.slice(1))).toEqual(['4 removed 8.8.4.3']);
    expect(history[5]?.[0]?.instance.listedBy).toHaveLength(2);
  });

  test('is not removed while one source lists it now and then', () => {
    const without = both(all.slice(0, 2));
    const history = rounds(both(all), ...times(5, [...times(4, without), [anAnswer('b', all)]]).flat());
    expect(told(history.slice(1))).toEqual([]);
  });

  test('is not removed by one source alone as long as there are others', () => {
    const alone = [anAnswer('a', all.slice(0, 2)), aFailure('b')];
    expect(told(rounds(both(all), ...times(60, alone)).slice(1))).toEqual([]);
  });

  test('is removed by one source where there never was another', () => {
    const history = rounds([anAnswer('a', all)], ...times(8, [anAnswer('a', all.slice(0, 2))]));
    expect(told(history.slice(1))).toEqual(['4 removed 8.8.4.3']);
  });

  test('is removed by one source that stands for several databases, which the answers name', () => {
    const from = (node: string, locations: readonly string[]) => [
      anAnswer('a', locations, { answeredBy: node }),
    ];
    const without = all.slice(0, 2);
    const history = rounds(
      from('n1', all),
      from('n2', all),
      ...times(3, [from('n1', without), from('n2', without)]).flat(),
    );
    expect(told(history.slice(1))).toEqual(['5 removed 8.8.4.3']);
  });

  test('is added again when it comes back after its removal', () => {
    const history = rounds(both(all), ...times(6, both(all.slice(0, 2))), both(all));
    expect(told(history.slice(6))).toEqual(['1 added 8.8.4.3']);
  });
});

describe('answers that know nothing', () => {
  test.each<[string, readonly SourceAnswer[]]>([
    ['failures', [aFailure('a'), aFailure('b')]],
    ['empty answers', both([])],
    ['no answers', []],
  ])('%s remove nobody, however long', (_title, answers) => {
    expect(told(rounds(both(all), ...times(500, answers)).slice(1))).toEqual([]);
  });

  test('short ones, that list less than half, remove only after much longer', () => {
    const history = rounds(both(all), ...times(40, both(all.slice(0, 1))));
    expect(told(history.slice(1))).toEqual(['29 removed 8.8.4.2', '29 removed 8.8.4.3']);
  });
});

describe('rows that the network has let expire', () => {
  const expired = aLocation('8.8.4.3', { broadcastedAt: new Date(NOW_MS - 200 * MINUTE_MS) });
  const fresh = all.slice(0, 2).map((ip) => aLocation(ip, { broadcastedAt: new Date(NOW_MS - MINUTE_MS) }));

  test('do not keep an instance listed: a database that lags behind shows them for ever', () => {
    const stale = anAnswer('c', [...fresh, expired], { kind: 'node', trust: 'hint' });
    const history = rounds(both(all), ...times(8, [...both(fresh), stale]));
    expect(told(history.slice(1))).toEqual(['4 removed 8.8.4.3']);
  });

  test('are judged by authenticated announcements alone, so that a lying node cannot make all others expire', () => {
    const lie = aLocation('8.8.4.1', { broadcastedAt: new Date(NOW_MS + 900 * MINUTE_MS) });
    const liar = anAnswer('c', [lie], { kind: 'node', trust: 'hint' });
    expect(told(rounds(both(all), ...times(60, [...both(all), liar])).slice(1))).toEqual([]);
  });

  test('are judged by most of the nodes where only nodes answer', () => {
    const from = (name: string, locations: readonly (Location | string)[]) =>
      anAnswer(name, locations, { kind: 'node', trust: 'hint' });
    const lie = aLocation('8.8.4.1', { broadcastedAt: new Date(NOW_MS + 900 * MINUTE_MS) });
    const answers = [from('a', all), from('liar', [lie]), from('b', all)];
    expect(told(rounds(both(all), ...times(90, answers)).slice(1))).toEqual([]);
  });

  test('are judged by the time that others have told before, when a database that has stopped answers alone', () => {
    const announced = (ip: string, minutesAgo: number) =>
      aLocation(ip, { broadcastedAt: new Date(NOW_MS - minutesAgo * MINUTE_MS) });
    const current = [
      anAnswer('a', [announced('8.8.4.1', 1), announced('8.8.4.2', 2)], { answeredBy: 'current' }),
    ];
    const rows = [announced('8.8.4.1', 130), announced('8.8.4.2', 131), announced('8.8.4.3', 140)];
    const stopped = [anAnswer('a', rows, { answeredBy: 'stopped' })];
    const history = rounds([anAnswer('a', [...all])], ...times(10, [current, stopped]).flat());
    expect(told(history.slice(1))).toEqual([expect.stringMatching(/removed 8\.8\.4\.3/)]);
  });
});

describe('a change', () => {
  const at = (minutesAgo: number, differences: Partial<Location> = {}) =>
    aLocation('8.8.4.1', { broadcastedAt: new Date(NOW_MS - minutesAgo * MINUTE_MS), ...differences });
  const since = (hour: number) => new Date(Date.UTC(2026, 6, 1, hour));

  test('is what a later announcement says, with the instance as it was', () => {
    const [, second = []] = rounds(
      [anAnswer('a', [at(60, { runningSince: since(8) })])],
      [anAnswer('a', [at(2, { runningSince: since(11) })])],
    );
    expect(second).toMatchObject([
      {
        kind: 'changed',
        instance: { location: { runningSince: since(11) } },
        previous: { location: { runningSince: since(8) } },
      },
    ]);
  });

  test('is not what a source says that lags behind, nor a field that it does not know', () => {
    const now = [anAnswer('a', [at(2, { runningSince: since(11), staticIp: true })])];
    const old = [anAnswer('b', [at(60, { runningSince: since(8) })])];
    const bare = [anAnswer('b', [at(1)])];
    expect(told(rounds(now, old, bare, now).slice(1))).toEqual([]);
  });

  test('is another API port', () => {
    const moved = { ...at(1), address: aLocation('8.8.4.1:16147').address };
    expect(told(rounds([anAnswer('a', [at(60)])], [anAnswer('a', [moved])]).slice(1))).toEqual([
      '0 changed 8.8.4.1',
    ]);
  });
});

const step = fc.array(
  fc.record({ hosts: fc.uniqueArray(fc.integer({ min: 1, max: 6 }), { maxLength: 6 }), ok: fc.boolean() }),
  { minLength: 2, maxLength: 2 },
);

test('whatever the sources do: who is always listed by someone is never removed, and changes add up to the listing', () => {
  fc.assert(
    fc.property(fc.array(step, { minLength: 1, maxLength: 60 }), (history) => {
      let state = emptyWatchState;
      const listed = new Set<string>();
      history.forEach((answers, index) => {
        const given = answers.map(({ hosts, ok }, source) =>
          ok
            ? anAnswer(
                `s${source}`,
                [...new Set([...hosts, ...(source === index % 2 ? [9] : [])])].map((host) => `8.8.4.${host}`),
              )
            : aFailure(`s${source}`),
        );
        const taken = track(state, combine('myapp', given, NOW_MS), index * MINUTE_MS, defaultWatchRules);
        state = taken.state;
        for (const { kind, instance } of taken.changes) {
          const { ip } = instance.address;
          if (kind === 'added') expect(listed.has(ip)).toBe(false);
          else expect(listed.has(ip)).toBe(true);
          if (kind === 'removed') listed.delete(ip);
          else listed.add(ip);
        }
        expect([...state.tracked.keys()].sort()).toEqual([...listed].sort());
      });
    }),
  );
});
