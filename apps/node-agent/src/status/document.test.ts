import fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import { aJoin, aMirror, PORTS } from '../loop/member-builder.ts';
import { CLUSTER, NODE, OTHER } from '../loop/view-builder.ts';
import { type StatusDocument, statusDocumentSchema } from './document.ts';

/** What a member of the version before tells: none of the fields that came later. */
const before = {
  protocol: 1,
  software: '0.1.0',
  nodeId: OTHER,
  address: '10.0.0.2',
  ports: PORTS,
  fingerprint: 'ab12',
  expectedNodes: 3,
  virgin: false,
  cluster: { id: CLUSTER, epoch: 1 },
  founding: { kind: 'none' },
  withdrawn: [],
  volume: { postgres: { kind: 'copy', systemId: '7000', timeline: 2 }, etcd: true },
  etcd: { memberName: `${OTHER}-bbbbbbbb.fluxpg`, running: true, reading: null },
  postgres: { role: 'replica', state: 'running', timeline: 2 },
  heard: { [NODE]: 3 },
  reason: 'steady',
};

function read(difference: object = {}): StatusDocument {
  return statusDocumentSchema.parse({ ...before, ...difference });
}

describe('a status of the version before', () => {
  it('is read with the value of not knowing for all that it does not tell', () => {
    expect(read()).toMatchObject({
      startIds: [],
      remembers: {},
      restored: false,
      cluster: { id: CLUSTER, epoch: 1, seededBy: null, foundedAtMs: null, userData: null, sealedBy: null },
      promisedEpoch: 1,
      intent: null,
      cancelledIntents: [],
      stale: null,
      notStaleForMs: null,
      listedByQuorum: null,
      runs: { patroni: null, etcd: null },
      volume: {
        postgres: { walEnd: null, controlState: null, history: [], operation: null, setAside: null },
      },
      postgres: { lsn: null, streaming: false },
      mirror: null,
    });
    expect(read().ageMs).toBeUndefined();
  });

  it('that has joined a proposal is read with terms that are not known', () => {
    const founding = { kind: 'joined', clusterId: CLUSTER, proposerNodeId: NODE };
    expect(read({ cluster: null, founding }).founding).toEqual(
      aJoin({ proposerNodeId: NODE, expectedNodes: null, proposerAddress: null }),
    );
  });

  it('that proposes is read as one for a cluster that begins empty and full-handed', () => {
    const founding = { kind: 'proposed', clusterId: CLUSTER, expectedNodes: 3 };
    expect(read({ cluster: null, founding }).founding).toEqual({
      ...founding,
      shortHanded: false,
      systemId: null,
    });
  });
});

describe('a status of the next version', () => {
  it('is read, without the fields that this version does not know', () => {
    const newer = read({
      somethingNew: { deep: [1] },
      cluster: { id: CLUSTER, epoch: 4, seededBy: NODE, somethingNew: 1 },
      volume: { ...before.volume, somethingNew: 'x' },
      mirror: { ...aMirror(), somethingNew: true },
    });
    expect(newer.cluster).toEqual({
      id: CLUSTER,
      epoch: 4,
      seededBy: NODE,
      foundedAtMs: null,
      userData: null,
      sealedBy: null,
    });
    expect(newer.mirror).toMatchObject({ clusterId: CLUSTER, epoch: 1 });
    expect(JSON.stringify(newer)).not.toContain('somethingNew');
  });
});

describe('a status', () => {
  it.each<[string, object]>([
    ['another protocol', { protocol: 2 }],
    ['no node id', { nodeId: 'me' }],
    ['a name for an address', { address: 'node.example' }],
    ['an epoch that cannot be', { cluster: { id: CLUSTER, epoch: 0 } }],
    ['a half intent', { intent: { clusterId: CLUSTER, epoch: 2 } }],
    ['a standing that nobody knows', { stale: 'perhaps' }],
    ['a start id of another form', { startIds: ['first'] }],
    ['more start ids than are kept', { startIds: Array.from({ length: 201 }, (_, i) => `${i}-aaaaaaaa`) }],
    ['an age before now', { ageMs: -1 }],
    ['a mirror that cannot be read', { mirror: { version: 1, clusterId: CLUSTER } }],
  ])('with %s is refused as a whole', (_, difference) => {
    expect(statusDocumentSchema.safeParse({ ...before, ...difference }).success).toBe(false);
    expect(statusDocumentSchema.safeParse(before).success).toBe(true);
  });

  it('is never made up of anything else, and reading it never throws', () => {
    fc.assert(
      fc.property(fc.jsonValue(), (value) => {
        expect(statusDocumentSchema.safeParse(value).success).toBe(false);
      }),
    );
  });

  it('is the same after it was read again', () => {
    const once = read({ mirror: aMirror(), intent: { clusterId: CLUSTER, epoch: 2, seederNodeId: NODE } });
    expect(statusDocumentSchema.parse(JSON.parse(JSON.stringify(once)))).toEqual(once);
    expect(once.intent?.participants).toEqual([]);
  });
});
