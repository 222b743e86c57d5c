import fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import { FENCE_AFTER_MS, GRACE_MS, type Outcome, TwoSides, type World } from './two-sides-builders.ts';

/*
 * The claim: when a side counts a member that is cut from it as gone for recovery, that member has fenced before. What
 * it rests on:
 *
 * - Both sides ask the same witnesses. One that lists a node goes on to for at least `maxAnswerGapMs`, so that everybody
 *   who asks it in a row sees that. It may begin, and stop, at any time, for each node by itself.
 * - `maxAnswerGapMs` and the time between two ticks are together at most `ABSENCE_GRACE`.
 * - Witnesses that lie, or answer the two sides differently, are tolerated so far as more than a quorum answers: the
 *   quorum that lists the one node has to share an honest witness with those whose answers make the other side count it
 *   as gone. With 5 answering of 9 that is no liar, with all 9 it is 4.
 * - Who asks a node for its status is alive to that node: else the one would be in contact, and the other not.
 * - The moment of the last assurance survives a restart, and a node keeps its address. (Where it does not, recovery is
 *   blocked by the listed address that nobody accounts for.)
 *
 * Why: let `m` not have fenced at `t`, and not have been heard within the grace. Then some quorum listed `m` by answers
 * given between `t - gap - FENCE_AFTER - tick` and `t - gap`. It shares a witness with the quorum whose rows cover the
 * whole grace, that is from before the first of these moments. That witness went on to list `m` until it answered the
 * other side, which was at `t` at the latest, and any such answer sets the time for which `m` is absent back to zero.
 */
const honest: World = {
  liars: 0,
  failures: 0.05,
  graceMs: GRACE_MS,
  restarts: 0.002,
  keepsAssurance: true,
  cut: 'for-good',
  callersCount: true,
};
const lied: World = { ...honest, liars: 4, failures: 0 };
const flapping: World = { ...honest, cut: 'comes-back' };

/** Adds runs up until there were enough of what is looked for. */
function seenIn(world: World, key: keyof Outcome, runs = 60): number {
  let sum = 0;
  for (let seed = 0; seed < runs && sum === 0; seed += 1) sum += new TwoSides(seed, world).run()[key];
  return sum;
}

describe('who is counted as gone for recovery has fenced before, and no two count each other', () => {
  it.each<[string, World]>([
    ['with honest witnesses that answer now and then', honest],
    ['with four liars of nine where all answer', lied],
    ['when the sides are in contact now and then, and release each other', flapping],
  ])('%s', (_, world) => {
    fc.assert(
      fc.property(fc.integer(), (seed) => {
        const { unfenced, mutual } = new TwoSides(seed, world).run();
        expect({ unfenced, mutual }).toEqual({ unfenced: 0, mutual: 0 });
      }),
      { numRuns: 50 },
    );
  });
});

it('nobody fences or is gone in contact with all, whatever the witnesses say', () => {
  fc.assert(
    fc.property(fc.integer(), (seed) => {
      const world: World = { ...honest, cut: 'never', liars: 3, failures: 0.3, restarts: 0 };
      expect(new TwoSides(seed, world).run()).toMatchObject({ gone: 0, fences: 0 });
    }),
    { numRuns: 20 },
  );
});

describe('the runs', () => {
  it('come to nodes that fence, are gone, and are released', () => {
    expect(seenIn(honest, 'gone')).toBeGreaterThan(0);
    expect(seenIn(lied, 'gone')).toBeGreaterThan(0);
    expect(seenIn(flapping, 'gone')).toBeGreaterThan(0);
    expect(seenIn(flapping, 'fences')).toBeGreaterThan(0);
    expect(seenIn(flapping, 'releases')).toBeGreaterThan(0);
  });

  it.each<[string, World]>([
    ['the grace is shorter', { ...honest, graceMs: FENCE_AFTER_MS / 2 }],
    ['five of nine witnesses lie', { ...lied, liars: 5 }],
    ['a restart forgets when the node was assured', { ...honest, restarts: 0.02, keepsAssurance: false }],
    ['a call is no sign of life', { ...flapping, callersCount: false }],
  ])('break the claim where %s', (_, world) => {
    expect(seenIn(world, 'unfenced')).toBeGreaterThan(0);
  });
});
