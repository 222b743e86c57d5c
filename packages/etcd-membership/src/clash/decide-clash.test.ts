import fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import { type ClashParty, type ClashView, decideClash } from './decide-clash.ts';

/** A node of the cluster `c1` that was founded at 1000 and holds user data. */
function aParty(difference: Partial<ClashParty> = {}): ClashParty {
  return { nodeId: 'n1', clusterId: 'c1', epoch: 1, foundedAtMs: 1000, hasUserData: true, ...difference };
}

const other = (difference: Partial<ClashParty> = {}) =>
  aParty({ nodeId: 'n2', clusterId: 'c2', epoch: 3, foundedAtMs: 2000, ...difference });
const decide = (self: ClashParty, ...peers: ClashParty[]) => decideClash({ self, peers });
const none = { kind: 'none' };
const toC2 = { kind: 'yield', to: { id: 'c2', epoch: 3 } };

describe('two cluster ids that meet', () => {
  it.each<[string, object, Partial<ClashParty>, Partial<ClashParty>]>([
    ['empty-cluster-yields', toC2, { hasUserData: false }, {}],
    ['empty-cluster-yields', toC2, { hasUserData: false }, { hasUserData: null }],
    ['other-cluster-yields', none, {}, { hasUserData: false, foundedAtMs: 1 }],
    ['other-cluster-yields', none, { hasUserData: null }, { hasUserData: false, foundedAtMs: 1 }],
    ['younger-cluster-stops', { kind: 'stop', clusterId: 'c1' }, {}, { foundedAtMs: 999 }],
    ['younger-cluster-stops', { kind: 'stop', clusterId: 'c1' }, { foundedAtMs: null }, {}],
    ['younger-cluster-stops', { kind: 'stop', clusterId: 'c3' }, { clusterId: 'c3' }, { foundedAtMs: 1000 }],
    ['other-cluster-stops', none, {}, {}],
    ['other-cluster-stops', none, {}, { foundedAtMs: null }],
    ['other-cluster-stops', none, {}, { foundedAtMs: 1000 }],
    ['other-cluster-stops', none, { foundedAtMs: null }, { foundedAtMs: null }],
    ['younger-empty-cluster-yields', toC2, { hasUserData: false }, { hasUserData: false, foundedAtMs: 1 }],
    ['other-cluster-yields', none, { hasUserData: false }, { hasUserData: false }],
  ])('end with %s', (reason, action, self, peer) => {
    expect(decide(aParty(self), other(peer))).toMatchObject({ action, reason });
  });

  it('are no clash where there is only one', () => {
    expect(decide(aParty(), aParty({ nodeId: 'n5', epoch: 9 })).reason).toBe('no-clash');
    expect(decide(aParty()).reason).toBe('no-clash');
  });

  it('are judged by what anybody in them says', () => {
    const empty = aParty({ hasUserData: false });
    expect(decide(empty, aParty({ nodeId: 'n5' }), other({ foundedAtMs: 1 })).action.kind).toBe('stop');
    expect(decide(empty, aParty({ nodeId: 'n5', hasUserData: null }), other()).reason).toBe(
      'other-cluster-stops',
    );
    const older = aParty({ nodeId: 'n5', foundedAtMs: 5 });
    expect(decide(aParty({ foundedAtMs: null }), older, other()).reason).toBe('other-cluster-stops');
    const newest = other({ nodeId: 'n6', epoch: 7, hasUserData: false });
    expect(decide(empty, other(), newest).action).toMatchObject({ to: { id: 'c2', epoch: 7 } });
  });
});

const parties = fc.uniqueArray(
  fc.record({
    nodeId: fc.integer({ min: 1, max: 9 }).map((n) => `n${n}`),
    clusterId: fc.constantFrom('c1', 'c2', 'c3'),
    epoch: fc.integer({ min: 1, max: 3 }),
    foundedAtMs: fc.constantFrom(null, 1, 2),
    hasUserData: fc.constantFrom(null, true, false),
  }),
  { selector: ({ nodeId }) => nodeId, minLength: 1, maxLength: 7 },
);

describe('whoever meets', () => {
  it('all agree on the one that stays, and no data but an empty cluster’s is given up', () => {
    fc.assert(
      fc.property(parties, (all) => {
        const views = all.map((self): ClashView => ({ self, peers: all.filter((peer) => peer !== self) }));
        const decided = views.map((view) => ({ self: view.self, ...decideClash(view) }));
        const staying = decided.filter(({ action }) => action.kind === 'none');
        expect(new Set(staying.map(({ self }) => self.clusterId)).size).toBe(1);
        for (const { self, action } of decided) {
          if (action.kind !== 'yield') continue;
          expect(action.to.id).toBe(staying[0]?.self.clusterId);
          const mates = all.filter(({ clusterId }) => clusterId === self.clusterId);
          expect(mates.map(({ hasUserData }) => hasUserData)).not.toContain(true);
          expect(mates.map(({ hasUserData }) => hasUserData)).not.toContain(null);
        }
      }),
      { numRuns: 2000 },
    );
  });
});
