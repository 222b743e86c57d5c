import fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import { decideStaleness, type StalenessView } from './decide-staleness.ts';
import { MINUTE_MS, NOW_MS, WALL_MS } from './fencing-builders.ts';
import {
  allowances,
  rememberAnswers,
  type StaleFlag,
  type StalenessAnswer,
  type StalenessMemory,
  sinceLastTickMs,
} from './staleness.ts';

const stopped: StaleFlag = { cause: 'stopped', sinceWallMs: WALL_MS - 20 * MINUTE_MS };

function anAnswer(nodeId: string, difference: Partial<StalenessAnswer> = {}): StalenessAnswer {
  return {
    nodeId,
    epoch: 1,
    seededBy: null,
    runs: true,
    notStaleForMs: 60 * MINUTE_MS,
    atMs: NOW_MS,
    ...difference,
  };
}

function heard(...answers: readonly StalenessAnswer[]): StalenessMemory {
  return rememberAnswers({}, { flag: stopped, answers });
}

/** Node `a` of three voters, stale for 20 minutes, listed, and whom nobody has answered yet. */
function aStalenessView(difference: Partial<StalenessView> = {}): StalenessView {
  return {
    nowMs: NOW_MS,
    wallMs: WALL_MS,
    nodeId: 'a',
    epoch: 1,
    seededBy: null,
    flag: stopped,
    lastTick: { atMs: NOW_MS - 1000, wallMs: WALL_MS - 1000 },
    memory: {},
    mirror: { members: ['a', 'b', 'c'], voters: ['a', 'b', 'c'] },
    gone: new Set(),
    listedByQuorum: true,
    fenceAfterMs: 5 * MINUTE_MS,
    ...difference,
  };
}

describe('a node becomes stale', () => {
  const away = (ms: number, atMs: number | null = null) =>
    decideStaleness(aStalenessView({ flag: null, lastTick: { atMs, wallMs: WALL_MS - ms } }));

  it('when it completed no tick for longer than the time to fence', () => {
    expect(away(5 * MINUTE_MS).reason).toBe('not-stale');
    expect(away(5 * MINUTE_MS + 1)).toEqual({
      action: {
        kind: 'mark-stale',
        flag: { cause: 'stopped', sinceWallMs: WALL_MS - 5 * MINUTE_MS - 1 },
      },
      reason: 'ticks-stopped',
      detail: '300 s',
    });
  });

  it('when it was paused, by either clock', () => {
    expect(away(0, NOW_MS - 6 * MINUTE_MS).reason).toBe('ticks-stopped');
    expect(away(6 * MINUTE_MS, NOW_MS).reason).toBe('ticks-stopped');
  });

  it('when the clock went back while it was off', () => {
    expect(away(-1)).toMatchObject({ action: { kind: 'mark-stale' }, detail: 'the clock went back' });
    expect(away(-3_600_000, NOW_MS).reason).toBe('not-stale');
  });

  it('not when it never completed a tick', () => {
    expect(decideStaleness(aStalenessView({ flag: null, lastTick: null })).reason).toBe('not-stale');
    expect(sinceLastTickMs(null, { nowMs: 0, wallMs: 0 })).toBeNull();
  });

  it('in every respect when it was only fenced before', () => {
    const flag: StaleFlag = { cause: 'fenced', sinceWallMs: WALL_MS - 60 * MINUTE_MS };
    const lastTick = { atMs: null, wallMs: WALL_MS - 30 * MINUTE_MS };
    expect(decideStaleness(aStalenessView({ flag, lastTick })).action).toEqual({
      kind: 'mark-stale',
      flag: { cause: 'stopped', sinceWallMs: flag.sinceWallMs },
    });
  });
});

describe('a stale node is released', () => {
  it('when every member has answered with no later epoch', () => {
    const memory = heard(anAnswer('b'), anAnswer('c', { notStaleForMs: null }));
    expect(decideStaleness(aStalenessView({ memory }))).toEqual({
      action: { kind: 'release' },
      reason: 'stale-all-accounted',
      detail: '',
    });
  });

  it('once who served in an earlier epoch has stopped, and no sooner', () => {
    const own = { epoch: 2, seededBy: 'b' };
    const returning = (runs: boolean, seededBy: string | null = 'a') =>
      aStalenessView({
        ...own,
        memory: heard(anAnswer('b', own), anAnswer('c', { epoch: 2, seededBy, runs })),
      });
    expect(decideStaleness(returning(true))).toMatchObject({ reason: 'stale-waits', detail: 'c' });
    expect(decideStaleness(returning(false)).reason).toBe('stale-all-accounted');
    expect(decideStaleness(returning(true, 'b')).reason).toBe('stale-all-accounted');
  });

  it('when those that did not answer are gone', () => {
    const memory = heard(anAnswer('b', { notStaleForMs: null }));
    expect(decideStaleness(aStalenessView({ memory, gone: new Set(['c']) })).reason).toBe(
      'stale-all-accounted',
    );
  });

  it('when a majority of voters vouches that was not stale for as long as it was', () => {
    const mirror = { members: ['a', 'b', 'c', 'd'], voters: ['a', 'b', 'c'] };
    const memory = heard(anAnswer('b'), anAnswer('c', { notStaleForMs: 20 * MINUTE_MS }));
    expect(decideStaleness(aStalenessView({ mirror, memory }))).toEqual({
      action: { kind: 'release' },
      reason: 'stale-voters-vouch',
      detail: 'b, c',
    });
  });
});

describe('a stale node is released without witnesses', () => {
  it('by the same majority: nobody fences then, and who is silent is never gone', () => {
    const mirror = { members: ['a', 'b', 'c', 'd'], voters: ['a', 'b', 'c'] };
    const memory = heard(anAnswer('b'), anAnswer('c'));
    expect(decideStaleness(aStalenessView({ mirror, memory, listedByQuorum: null })).reason).toBe(
      'stale-voters-vouch',
    );
    expect(
      decideStaleness(aStalenessView({ mirror, memory: heard(anAnswer('b')), listedByQuorum: null })).reason,
    ).toBe('stale-waits');
  });
});

describe('a stale node waits', () => {
  const four = { members: ['a', 'b', 'c', 'd'], voters: ['a', 'b', 'c'] };
  const both = heard(anAnswer('b'), anAnswer('c'));
  it.each<[string, Partial<StalenessView>, string]>([
    ['for everybody', {}, 'b, c'],
    ['for a former voter', { memory: both, mirror: { ...four, voters: ['a', 'b'] } }, 'd'],
    [
      'for a voter that is no member',
      { memory: heard(anAnswer('b')), mirror: { members: ['a', 'b'], voters: ['e'] } },
      'e',
    ],
    [
      'when an answer is too old',
      { memory: heard(anAnswer('b'), anAnswer('c', { atMs: NOW_MS - 5 * MINUTE_MS })) },
      'c',
    ],
    ['when too few vouch', { memory: heard(anAnswer('b'), anAnswer('d')), mirror: four }, 'c'],
    [
      'when a voter was stale itself',
      { memory: heard(anAnswer('b'), anAnswer('c', { notStaleForMs: null })), mirror: four },
      'd',
    ],
    [
      'when a voter was stale meanwhile',
      { memory: heard(anAnswer('b'), anAnswer('c', { notStaleForMs: 20 * MINUTE_MS - 1 })), mirror: four },
      'd',
    ],
    ['when half of four vouch', { memory: both, mirror: { ...four, voters: ['a', 'b', 'c', 'd'] } }, 'd'],
    ['when it is not listed', { memory: both, mirror: four, listedByQuorum: false }, 'd'],
    [
      'when only one of three vouches, whom the silent one may have been told to be gone',
      { memory: heard(anAnswer('b')) },
      'c',
    ],
    [
      'when the clock went back',
      { memory: both, mirror: four, flag: { ...stopped, sinceWallMs: WALL_MS + 1 } },
      'd',
    ],
  ])('%s', (_, difference, detail) => {
    expect(decideStaleness(aStalenessView(difference))).toEqual({
      action: { kind: 'none' },
      reason: 'stale-waits',
      detail,
    });
  });

  it('where nothing tells who belongs', () => {
    expect(decideStaleness(aStalenessView({ mirror: null })).reason).toBe('stale-mirror-unknown');
  });

  it('when others went on with a later epoch, even long ago', () => {
    const memory = heard(anAnswer('b', { epoch: 2, atMs: 0 }), anAnswer('c'));
    expect(decideStaleness(aStalenessView({ memory, gone: new Set(['b']) }))).toEqual({
      action: { kind: 'none' },
      reason: 'stale-epoch-passed',
      detail: 'b',
    });
  });
});

describe('an epoch of the same number', () => {
  const of = (own: string | null, theirs: string | null) =>
    decideStaleness(
      aStalenessView({
        epoch: 2,
        seededBy: own,
        memory: heard(
          anAnswer('b', { epoch: 2, seededBy: theirs, atMs: NOW_MS - MINUTE_MS }),
          anAnswer('c', { epoch: 2, seededBy: own }),
        ),
      }),
    ).reason;

  it('passed this node by where its seeder is the higher one, also once nobody tells it any more', () => {
    expect(of('a', 'c')).toBe('stale-epoch-passed');
    expect(of(null, 'c')).toBe('stale-epoch-passed');
    // What runs in the epoch that is passed has not heard of this one yet.
    expect(of('c', 'a')).toBe('stale-waits');
    expect(of('c', 'c')).toBe('stale-all-accounted');
  });
});

describe('what is remembered and allowed', () => {
  it('are answers from the staleness on only', () => {
    expect(rememberAnswers(heard(anAnswer('b')), { flag: null, answers: [anAnswer('c')] })).toEqual({});
  });

  it('depends on whether ticks stopped', () => {
    expect(allowances(null)).toEqual({ patroni: true, etcd: true, recovery: true });
    expect(allowances({ ...stopped, cause: 'fenced' })).toEqual({
      patroni: false,
      etcd: true,
      recovery: false,
    });
    expect(allowances(stopped)).toEqual({ patroni: false, etcd: false, recovery: false });
  });

  it('a release leaves too few voters that others can have counted as gone, and makes no quorum by itself', () => {
    const voters = ['a', 'b', 'c', 'd', 'e', 'f'];
    fc.assert(
      fc.property(
        fc.integer({ min: 1, max: 6 }),
        fc.array(fc.record({ node: fc.nat(5), ago: fc.integer({ min: 0, max: 9 }), fresh: fc.boolean() })),
        (count, answers) => {
          const mirror = { members: [...voters.slice(0, count), 'z'], voters: voters.slice(0, count) };
          const memory = heard(
            ...answers.map(({ node, ago, fresh }) =>
              anAnswer(voters[node] ?? 'a', {
                atMs: NOW_MS - ago * MINUTE_MS,
                notStaleForMs: fresh ? 60 * MINUTE_MS : null,
              }),
            ),
          );
          if (decideStaleness(aStalenessView({ mirror, memory })).action.kind !== 'release') return;
          const vouching = Object.values(memory).filter(
            (a) => a.nodeId !== 'a' && a.notStaleForMs !== null && mirror.voters.includes(a.nodeId),
          );
          const canCountAsGone = count - vouching.length;
          // Those that vouch, this node not among them, are a quorum.
          expect(count - canCountAsGone).toBeGreaterThan(count / 2);
        },
      ),
      { numRuns: 2000 },
    );
  });
});
