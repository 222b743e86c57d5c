import fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import { aMemberState, aRecord } from '../loop/member-builder.ts';
import { CLUSTER, NODE, OTHER } from '../loop/view-builder.ts';
import { clusterKeySchema, clusterKeys, memberRecordSchema } from './member-record.ts';
import { type Mirror, mirrorSchema, newerMirror } from './mirror.ts';
import { newNodeState, nodeStateSchema } from './node-state.ts';
import {
  withCancelledIntent,
  withDeclaredGone,
  withPermittedAddresses,
  withWithdrawn,
} from './state-changes.ts';

describe('the state of a node', () => {
  it('begins as a promise of nothing', () => {
    const state = newNodeState(NODE, 'aaaaaaaa', 5);
    expect(state).toMatchObject({
      cluster: null,
      founding: { kind: 'none' },
      withdrawn: [],
      etcd: { started: false },
    });
    expect(nodeStateSchema.parse(state)).toEqual(state);
  });

  it.each([
    ['no uuid', { nodeId: 'node-1' }],
    ['another version', { version: 2 }],
    ['an epoch of zero', { cluster: { id: CLUSTER, epoch: 0, founder: true } }],
    ['a founder that is not told', { cluster: { id: CLUSTER, epoch: 1 } }],
    ['a proposal without its size', { founding: { kind: 'proposed', clusterId: CLUSTER } }],
    ['an incarnation that is no part of a host name', { etcd: { incarnation: '../../x', started: false } }],
  ])('is refused with %s', (_name, difference) => {
    expect(nodeStateSchema.safeParse({ ...aMemberState(), ...difference }).success).toBe(false);
  });

  it('never loses the newest withdrawal, ends the proposal with it, and stays writable', () => {
    fc.assert(
      fc.property(fc.array(fc.uuid(), { minLength: 1, maxLength: 120 }), (ids) => {
        let state = newNodeState(NODE, 'aaaaaaaa', 5);
        for (const clusterId of ids) {
          const proposing = {
            ...state,
            founding: {
              kind: 'proposed' as const,
              clusterId,
              expectedNodes: 3,
              shortHanded: false,
              systemId: null,
            },
          };
          state = withWithdrawn(proposing, clusterId);
          expect(state.founding).toEqual({ kind: 'none' });
          expect(state.withdrawn.at(-1)).toBe(clusterId);
        }
        expect(state.withdrawn).toEqual(ids.slice(-50));
        expect(nodeStateSchema.safeParse(state).success).toBe(true);
      }),
      { numRuns: 50 },
    );
  });
});

describe('what is added to the state', () => {
  const intent = { clusterId: CLUSTER, epoch: 2, seederNodeId: NODE, participants: [NODE, OTHER] };

  it('keeps an intent or its cancellation, never both', () => {
    const state = withCancelledIntent({ ...aMemberState(), intent }, intent);
    expect(state.intent).toBeNull();
    expect(state.cancelledIntents).toEqual([{ clusterId: CLUSTER, epoch: 2, seederNodeId: NODE }]);
  });

  it('stays writable, however often something is added, and keeps the newest', () => {
    let state = aMemberState();
    for (let epoch = 1; epoch <= 250; epoch += 1) {
      state = withCancelledIntent(state, { ...intent, epoch });
      const id = `00000000-0000-4000-8000-${String(epoch).padStart(12, '0')}`;
      state = withDeclaredGone(state, [id, id]);
      state = withPermittedAddresses(state, [`10.0.1.${epoch}`]);
    }
    expect(nodeStateSchema.safeParse(state).success).toBe(true);
    expect(state.cancelledIntents.at(-1)?.epoch).toBe(250);
    expect(state.declaredGone).toHaveLength(200);
    expect(state.permittedAddresses.at(-1)).toBe('10.0.1.250');
  });

  it.each([
    ['resuming', { clusterId: CLUSTER, epoch: 2, seederNodeId: NODE, proposerNodeId: OTHER }],
    ['proposed', { clusterId: CLUSTER, expectedNodes: null, shortHanded: true }],
    ['joined', { clusterId: CLUSTER, proposerNodeId: OTHER, proposerAddress: '10.0.0.2', systemId: '7000' }],
  ])('may be a founding that is %s', (kind, rest) => {
    const founding = { kind, ...rest };
    expect(nodeStateSchema.parse({ ...aMemberState(), founding }).founding).toMatchObject(founding);
  });
});

describe('a member’s record', () => {
  it('is read back as it was written, with its fields in the same order', () => {
    const record = aRecord(OTHER);
    expect(JSON.stringify(memberRecordSchema.parse(JSON.parse(JSON.stringify(record))))).toBe(
      JSON.stringify(record),
    );
  });

  it.each([
    ['a name', { address: 'node.example' }],
    ['no uuid', { nodeId: 'x' }],
    ['a port beyond', { ports: { ...aRecord(OTHER).ports, postgres: 65_536 } }],
  ])('is refused with %s', (_name, difference) => {
    expect(memberRecordSchema.safeParse({ ...aRecord(OTHER), ...difference }).success).toBe(false);
  });
});

describe('the keys in etcd', () => {
  it('of one app are beside Patroni’s, and no prefix holds those of another app', () => {
    const keys = clusterKeys('shop');
    expect(keys).toMatchObject({
      root: '/flux-pg/shop/',
      cluster: '/flux-pg/shop/cluster',
      patroniRoot: '/service/shop/',
    });
    expect(keys.member(NODE)).toBe(`${keys.memberPrefix}${NODE}`);
    const other = clusterKeys('shop2');
    expect(other.cluster.startsWith(keys.root)).toBe(false);
    expect(other.patroniRoot.startsWith(keys.patroniRoot)).toBe(false);
  });

  it('name a cluster by its id and epoch', () => {
    const key = { id: CLUSTER, epoch: 1, superuser: 'postgres', foundedAtMs: 5 };
    expect(clusterKeySchema.parse(key)).toEqual({ ...key, seededBy: null });
    expect(clusterKeySchema.safeParse({ ...key, epoch: 0 }).success).toBe(false);
  });
});

describe('the mirror', () => {
  it('is refused when any part of it cannot be read', () => {
    const mirror = {
      version: 1,
      clusterId: CLUSTER,
      epoch: 1,
      members: [aRecord(NODE)],
      voters: [],
      lastPrimary: NODE,
      initialize: '',
      history: null,
      config: null,
    };
    expect(mirrorSchema.safeParse(mirror).success).toBe(true);
    expect(mirrorSchema.safeParse({ ...mirror, members: [{}] }).success).toBe(false);
    expect(mirrorSchema.safeParse({ ...mirror, epoch: undefined }).success).toBe(false);
  });

  const aMirror = (difference: Partial<Mirror>): Mirror => ({
    version: 1,
    clusterId: CLUSTER,
    epoch: 1,
    members: [],
    voters: [],
    lastPrimary: null,
    initialize: null,
    history: null,
    config: null,
    ...difference,
  });

  it('is newer with the higher epoch, and within one epoch with the higher revision', () => {
    const place = fc.record({
      epoch: fc.integer({ min: 1, max: 3 }),
      revision: fc.integer({ min: 0, max: 3 }),
    });
    fc.assert(
      fc.property(place, place, (a, b) => {
        const [own, other] = [aMirror(a), aMirror(b)];
        const otherIsNewer = b.epoch > a.epoch || (b.epoch === a.epoch && b.revision > a.revision);
        expect(newerMirror(own, other)).toBe(otherIsNewer ? other : own);
      }),
    );
  });

  it('of another cluster, or none, is never newer; one of the version before has no revision', () => {
    const own = aMirror({});
    expect(newerMirror(own, aMirror({ clusterId: OTHER, epoch: 9 }))).toBe(own);
    expect(newerMirror(own, null)).toBe(own);
    expect(newerMirror(null, own)).toBe(own);
    expect(newerMirror(null, null)).toBeNull();
    const later = aMirror({ revision: 1 });
    expect(newerMirror(own, later)).toBe(later);
  });
});
