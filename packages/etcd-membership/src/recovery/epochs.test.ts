import fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import { compareEpochs, highestKnown, withCancelled, withoutIntent } from './epochs.ts';
import { anIntent, CLUSTER } from './recovery-builders.ts';

const epoch = fc.record({
  epoch: fc.integer({ min: 1, max: 3 }),
  seededBy: fc.constantFrom(null, 'n1', 'n2', 'n3'),
});
const name = fc.record({
  clusterId: fc.constant(CLUSTER),
  epoch: fc.integer({ min: 1, max: 60 }),
  seederNodeId: fc.constantFrom('n1', 'n2'),
});

describe('the order of epochs', () => {
  it('is total: any two different ones have one that is higher for everybody', () => {
    fc.assert(
      fc.property(epoch, epoch, epoch, (one, two, three) => {
        expect(Math.sign(compareEpochs(one, two))).toBe(0 - Math.sign(compareEpochs(two, one)));
        expect(compareEpochs(one, two) === 0).toBe(one.epoch === two.epoch && one.seededBy === two.seededBy);
        const sorted = compareEpochs(one, two) <= 0 && compareEpochs(two, three) <= 0;
        if (sorted) expect(compareEpochs(one, three)).toBeLessThanOrEqual(0);
      }),
    );
  });
});

describe('cancelled intents', () => {
  it('are kept once each, the 20 highest of them', () => {
    fc.assert(
      fc.property(fc.array(name, { maxLength: 60 }), (names) => {
        let kept: ReturnType<typeof withCancelled> = [];
        for (const one of names) kept = withCancelled(kept, one);
        const distinct = new Set(names.map((one) => JSON.stringify(one)));
        expect(kept).toHaveLength(Math.min(20, distinct.size));
        expect(new Set(kept.map((one) => JSON.stringify(one))).size).toBe(kept.length);
        const highest = Math.max(0, ...names.map((one) => one.epoch));
        expect(Math.max(0, ...kept.map((one) => one.epoch))).toBe(highest);
      }),
    );
  });

  it('keep their epochs from being used again', () => {
    const held = {
      epoch: 1,
      seededBy: null,
      intent: anIntent('n2', [], { epoch: 7 }),
      cancelled: [],
      seeding: false,
    };
    const released = withoutIntent(held);
    expect(released.intent).toBeNull();
    expect([highestKnown([held]), highestKnown([released])]).toEqual([7, 7]);
    expect(withoutIntent(released)).toBe(released);
  });
});
