import { type FieldMemory, recoveryGrace } from '@flux-pg/etcd-membership';
import { describe, expect, it } from 'vitest';
import { boundAbsentSince, boundNodes, fieldEvidence, seenAt } from './field-evidence.ts';
import { aDocument, aJoin, aMemberState, aPeer, aSilentPeer, seen, THIRD } from './member-builder.ts';
import type { Listing, Memory, Peer, View } from './view.ts';
import { aConfig, aMemory, aView, NODE, OTHER } from './view-builder.ts';

const NOW_MS = aView().nowMs;

function listing(addresses: readonly string[], sources?: Listing['sources']): Listing {
  const instances = addresses.map((address) => ({ address, runningSinceMs: 5 }));
  return { instances, ...(sources === undefined ? {} : { sources }) };
}

describe('what a look tells about who is listed', () => {
  it('is each source’s own answer', () => {
    const sources = [
      { name: 'public', addresses: ['10.0.0.1', '10.0.0.2'] },
      { name: 'node 10.0.0.2', addresses: ['10.0.0.1'] },
    ];
    const evidence = fieldEvidence(
      aView({ latestListing: seen(listing(['10.0.0.1', '10.0.0.2'], sources)) }),
    );
    const instance = (address: string) => ({ address, runningSinceMs: 5 });
    expect(evidence.answers).toEqual([
      { source: 'public', instances: [instance('10.0.0.1'), instance('10.0.0.2')] },
      { source: 'node 10.0.0.2', instances: [instance('10.0.0.1')] },
    ]);
  });

  it('is one answer where nobody says who gave it', () => {
    const { answers } = fieldEvidence(aView({ latestListing: seen(listing(['10.0.0.1'])) }));
    expect(answers.map(({ source }) => source)).toEqual(['listing']);
  });

  it.each<[string, View['latestListing']]>([
    ['fails', { ok: false, error: 'HTTP 500' }],
    ['is empty', seen(listing([]))],
    ['is older than ten minutes', { ...seen(listing(['10.0.0.1'])), seenAtMs: NOW_MS - 600_001 }],
  ])('is nothing where the latest answer %s, whatever was listed before', (_, latestListing) => {
    const kept = seen(listing(['10.0.0.1', '10.0.0.2']));
    expect(fieldEvidence(aView({ latestListing, listing: kept })).answers).toEqual([]);
  });

  it('has N, this node’s address and the configuration with it', () => {
    const config = aConfig({ FLUX_API_URL: 'http://127.0.0.1:16127' });
    expect(fieldEvidence(aView({ config, expectedNodes: null, ownAddress: null }))).toMatchObject({
      nowMs: NOW_MS,
      ownAddress: null,
      expectedNodes: null,
      clusterSizeConfigured: true,
      standsForAll: true,
      graceMs: recoveryGrace(config),
    });
    expect(fieldEvidence(aView())).toMatchObject({ ownAddress: '10.0.0.1', standsForAll: false });
  });
});

const resuming = {
  kind: 'resuming' as const,
  clusterId: aJoin().clusterId,
  epoch: 2,
  seederNodeId: THIRD,
  expectedNodes: 3,
  systemId: null,
  proposerNodeId: OTHER,
  proposerAddress: '10.0.0.2',
  join: null,
};

describe('the nodes that this one is bound to', () => {
  const { state } = aView();

  it('are the proposer that it joined, and whoever shall go on in its place', () => {
    const proposer = { nodeId: OTHER, address: '10.0.0.2' };
    expect(boundNodes({ ...state, founding: aJoin() }, {})).toEqual([proposer]);
    expect(boundNodes({ ...state, founding: resuming }, { [THIRD]: '10.0.0.3' })).toEqual([
      proposer,
      { nodeId: THIRD, address: '10.0.0.3' },
    ]);
    expect(boundNodes({ ...state, founding: resuming }, {})[1]).toEqual({ nodeId: THIRD, address: null });
  });

  it('are none of who has promised nothing', () => {
    expect(boundNodes(state, {})).toEqual([]);
  });
});

describe('where nodes answered last', () => {
  const before = { seenAt: { [OTHER]: '10.0.0.9', [THIRD]: '10.0.0.3' } };

  it('is kept until they answer elsewhere', () => {
    const view = aView({ memory: aMemory(before), peers: [aPeer(aDocument()), aSilentPeer('10.0.0.3')] });
    expect(seenAt(view)).toEqual({ [OTHER]: '10.0.0.2', [THIRD]: '10.0.0.3' });
  });

  it('is forgotten once there is a cluster, which keeps records of it', () => {
    expect(seenAt(aView({ memory: aMemory(before), state: aMemberState() }))).toEqual({});
  });
});

describe('the absence of a bound node', () => {
  const field = (difference: Partial<FieldMemory> = {}, listed: readonly string[] = []): FieldMemory => ({
    nowMs: NOW_MS,
    ownAddress: '10.0.0.1',
    size: 3,
    informed: true,
    containsSelf: true,
    instances: Object.fromEntries(
      listed.map((address) => [
        address,
        {
          address,
          runningSinceMs: null,
          firstListedAtMs: 0,
          lastListedAtMs: NOW_MS,
          listed: true,
          unlistedForMs: 0,
        },
      ]),
    ),
    shortHandedSinceMs: null,
    ...difference,
  });
  const state = { ...aView().state, founding: aJoin() };
  const absent = (
    now: FieldMemory | null,
    peers: readonly Peer[],
    before: Partial<Memory> = {},
    founding: View['state']['founding'] = state.founding,
  ) =>
    boundAbsentSince(
      aView({ state: { ...state, founding }, peers, memory: aMemory({ field: now }) }),
      aMemory({ field: field({ nowMs: NOW_MS - 5000 }), ...before }),
    );

  it('begins when it is neither listed nor heard, and lasts while that is so', () => {
    expect(absent(field(), [])).toEqual({ [OTHER]: NOW_MS });
    const since = { boundAbsentSinceMs: { [OTHER]: NOW_MS - 60_000 } };
    expect(absent(field(), [aSilentPeer('10.0.0.2')], since)).toEqual({ [OTHER]: NOW_MS - 60_000 });
  });

  it.each<[string, FieldMemory | null, readonly Peer[]]>([
    ['it is listed', field({}, ['10.0.0.2']), []],
    ['it answers, wherever', field(), [aPeer(aDocument({ address: '10.0.0.77' }))]],
    [
      'somebody at its address proves nothing',
      field(),
      [{ ...aSilentPeer('10.0.0.2'), heard: { kind: 'present', detail: 'no key' } }],
    ],
    ['nobody is known to be listed at all', null, []],
  ])('is none while %s', (_, now, peers) => {
    const since = { boundAbsentSinceMs: { [OTHER]: NOW_MS - 60_000 } };
    expect(absent(now, peers, since)).toEqual({});
  });

  it('is that of one at whose listed address another node proves to be', () => {
    const now = field({}, ['10.0.0.2']);
    expect(absent(now, [aPeer(aDocument({ nodeId: THIRD, address: '10.0.0.2' }))])).toEqual({
      [OTHER]: NOW_MS,
    });
    expect(absent(now, [aSilentPeer('10.0.0.2')])).toEqual({});
  });

  it('does not grow in time without an answer that contains this node', () => {
    const since = { boundAbsentSinceMs: { [OTHER]: NOW_MS - 60_000 } };
    expect(absent(field({ informed: false }), [], since)).toEqual({ [OTHER]: NOW_MS - 55_000 });
    expect(absent(field({ containsSelf: false }), [], since)).toEqual({ [OTHER]: NOW_MS - 55_000 });
  });

  it('of one whose address nobody knows needs every listed address to be proven somebody else’s', () => {
    const at = '10.0.0.3';
    const now = field({}, [at]);
    const seeder = { ...resuming, seederNodeId: NODE.replaceAll('1', '7'), proposerNodeId: OTHER };
    const isAbsent = (peers: readonly Peer[]) => seeder.seederNodeId in absent(now, peers, {}, seeder);
    expect(isAbsent([aPeer(aDocument({ nodeId: THIRD, address: at }))])).toBe(true);
    expect(isAbsent([aSilentPeer(at)])).toBe(false);
    expect(isAbsent([])).toBe(false);
  });
});
