import { afterEach, describe, expect, it } from 'vitest';
import { realSleep } from '../loop/ports-builder.ts';
import type { Listing } from '../loop/view.ts';
import { type FluxCalls, keepFluxReadings } from './flux-readings.ts';
import { noWitnesses, type WitnessReading } from './witnesses.ts';

const one: Listing = { instances: [{ address: '10.0.0.1', runningSinceMs: null }] };
const two: Listing = { instances: [...one.instances, { address: '10.0.0.2', runningSinceMs: null }] };
const empty: Listing = { instances: [] };

let kept: ReturnType<typeof keepFluxReadings> | null = null;
afterEach(() => kept?.stop());

type Options = Parameters<typeof keepFluxReadings>[0];

/** Readings of an API that gives the answers one after the other, and the last one from then on; one a second. */
function readingsOf(
  answers: readonly (Listing | Error)[],
  calls: Partial<FluxCalls> = {},
  options: Partial<Options> = {},
) {
  let asked = 0;
  let nowMs = 0;
  let rounds = 0;
  let changed: () => void = () => undefined;
  const keeper = keepFluxReadings({
    cached: null,
    clusterSize: null,
    intervalMs: 5,
    founded: () => true,
    ...options,
    calls: {
      listing: async () => {
        nowMs += 1000;
        const answer = answers[Math.min(asked, answers.length - 1)] ?? new Error('no answer');
        asked += 1;
        if (answer instanceof Error) throw answer;
        return answer;
      },
      expectedNodes: async () => 3,
      ownAddress: async () => ({ address: '10.0.0.1', source: 'interface' }),
      witnesses: async () => noWitnesses,
      witnessTotal: () => 9,
      renewWitnesses: async () => null,
      clock: { nowMs: () => nowMs, sleep: realSleep },
      random: () => 0,
      keep: async () => undefined,
      changed: () => {
        rounds += 1;
        changed();
      },
      ...calls,
    },
  });
  kept = keeper;
  const after = async (count: number) => {
    while (rounds < count) {
      await new Promise<void>((resolve) => {
        changed = resolve;
      });
    }
    return keeper.readings();
  };
  return { ...keeper, after };
}

describe('the listing', () => {
  it('is unknown before the first answer, which is not the same as empty', () => {
    expect(readingsOf([one]).readings()).toMatchObject({
      listing: { ok: false, error: 'not asked yet' },
      ownAddress: null,
    });
  });

  it('is the last answer with its time', async () => {
    const { after } = readingsOf([one, two]);
    expect((await after(1)).listing).toEqual({ ok: true, value: one, seenAtMs: 1000 });
    expect((await after(2)).listing).toMatchObject({ ok: true, value: two });
  });

  it.each([
    ['an empty answer', empty],
    ['a failure', new Error('timeout')],
  ])('stays the last good one, with its age, after %s', async (_name, answer) => {
    const { after } = readingsOf([one, answer]);
    const readings = await after(2);
    expect(readings.listing).toEqual({ ok: true, value: one, seenAtMs: 1000 });
    expect(readings.latest).toEqual(
      answer instanceof Error ? { ok: false, error: 'timeout' } : { ok: true, value: empty, seenAtMs: 2000 },
    );
  });

  it('is the failure as long as there was no good answer', async () => {
    const { after } = readingsOf([new Error('timeout')]);
    expect((await after(1)).listing).toEqual({ ok: false, error: 'timeout' });
  });

  it('from before the start counts as infinitely old until the API answers', async () => {
    const cached = { listing: two, expectedNodes: 5 };
    const { readings, after } = readingsOf([new Error('timeout'), one], {}, { cached });
    expect(readings()).toMatchObject({
      listing: { ok: true, value: two, seenAtMs: Number.NEGATIVE_INFINITY },
      latest: { ok: false },
      expectedNodes: 5,
    });
    expect((await after(1)).listing).toMatchObject({ value: two, seenAtMs: Number.NEGATIVE_INFINITY });
    expect((await after(2)).listing).toMatchObject({ value: one, seenAtMs: 2000 });
  });

  it('is cached when it is good, and only then', async () => {
    const cachedSoFar: unknown[] = [];
    const keep = async (...parameters: unknown[]) => {
      cachedSoFar.push(parameters);
    };
    const { after } = readingsOf([empty, one, new Error('timeout')], { keep });
    await after(3);
    expect(cachedSoFar).toEqual([[one, 3]]);
  });

  it('goes on being asked for when it cannot be cached', async () => {
    let failures = 0;
    const keep = async () => {
      failures += 1;
      throw new Error('ENOSPC');
    };
    const { readings } = readingsOf([one, two], { keep });
    await expect.poll(() => failures).toBeGreaterThan(1);
    expect(readings().listing).toMatchObject({ ok: true, value: two });
  });
});

describe('the expected number of nodes', () => {
  it('is the configured one, without asking', async () => {
    let asked = 0;
    const expectedNodes = async () => {
      asked += 1;
      return 7;
    };
    const { after } = readingsOf([one], { expectedNodes }, { clusterSize: 5 });
    expect((await after(1)).expectedNodes).toBe(5);
    expect(asked).toBe(0);
  });

  it('is the last one that the specification told', async () => {
    const answers = [3, null];
    const expectedNodes = async () => {
      if (answers.length > 0) return answers.shift() ?? null;
      throw new Error('timeout');
    };
    const { after } = readingsOf([one], { expectedNodes });
    expect((await after(3)).expectedNodes).toBe(3);
  });
});

describe('the own address', () => {
  it('is looked for in the listing, and kept while it cannot be found again', async () => {
    const listings: (Listing | null)[] = [];
    const ownAddress: FluxCalls['ownAddress'] = async (listing) => {
      listings.push(listing);
      if (listings.length === 1) return { address: '10.0.0.1', source: 'interface' };
      if (listings.length === 2) return null;
      throw new Error('no source answers');
    };
    const { after } = readingsOf([one, new Error('timeout')], { ownAddress });
    expect((await after(3)).ownAddress).toEqual({ address: '10.0.0.1', source: 'interface' });
    expect(listings.slice(0, 2)).toEqual([one, one]);
  });

  it('is looked for also while there is no listing', async () => {
    const { after } = readingsOf([new Error('timeout')], {
      ownAddress: async (listing) =>
        listing === null ? { address: '10.0.0.9', source: 'configured' } : null,
    });
    expect((await after(1)).ownAddress?.address).toBe('10.0.0.9');
  });
});

describe('the end', () => {
  it('cuts the pause and the calls short', async () => {
    let signal: AbortSignal | null = null;
    const listing = (given: AbortSignal) => {
      signal = given;
      return new Promise<Listing>((_resolve, reject) => {
        given.addEventListener('abort', () => reject(new Error('aborted')));
      });
    };
    const { stop } = readingsOf([one], { listing }, { intervalMs: 60_000 });
    await stop();
    expect(signal).toMatchObject({ aborted: true });
  });
});

describe('what the witnesses say', () => {
  const answer = { witness: '8.8.4.4:16127', addresses: ['10.0.0.1'], atMs: 1000 };
  const said: WitnessReading = { total: 9, answers: [answer] };

  it('is read anew in each round', async () => {
    const readings = [said, noWitnesses];
    const { after } = readingsOf([one], { witnesses: async () => readings.shift() ?? noWitnesses });
    expect((await after(1)).witnesses).toEqual(said);
    expect((await after(2)).witnesses).toEqual(noWitnesses);
  });

  it('is nothing when they cannot be asked, and then nobody counts as absent', async () => {
    const { after } = readingsOf([one], {
      witnesses: async () => {
        throw new Error('no network');
      },
    });
    expect((await after(1)).witnesses).toEqual({ total: 9, answers: [] });
  });

  it('may call for another set of witnesses', async () => {
    const { after } = readingsOf([one], { renewWitnesses: async () => ['8.8.8.8:16127'] });
    expect((await after(1)).proposedWitnesses).toEqual(['8.8.8.8:16127']);
  });
});
