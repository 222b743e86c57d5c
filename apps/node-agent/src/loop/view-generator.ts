import { memberName } from '@flux-pg/etcd-membership';
import fc from 'fast-check';
import {
  aCopy,
  aDocument,
  aMemberDocument,
  aMemberState,
  aPeer,
  aRecord,
  aSilentPeer,
  processesIn,
  seen,
  THIRD,
} from './member-builder.ts';
import type { EtcdContent, Seen, View } from './view.ts';
import { anEtcdContent, anEtcdMember, aView, CLUSTER, NODE, OTHER } from './view-builder.ts';

const states = [
  'stopped',
  'starting',
  'running',
  'backoff',
  'stopping',
  'exited',
  'fatal',
  'unknown',
] as const;
const nodes = [NODE, OTHER, THIRD] as const;
const incarnations = ['aaaaaaaa', 'bbbbbbbb'] as const;

/** A reading that fails now and then. */
function maybe<T>(value: fc.Arbitrary<T>): fc.Arbitrary<Seen<T>> {
  return fc.oneof(
    { weight: 3, arbitrary: value.map(seen) },
    { weight: 1, arbitrary: fc.constant({ ok: false as const, error: 'refused' }) },
  );
}

const nullable = <T>(value: fc.Arbitrary<T>) => fc.option(value, { nil: null });

const names = fc
  .tuple(fc.constantFrom(...nodes), fc.constantFrom(...incarnations))
  .map(([nodeId, incarnation]) => memberName(nodeId, incarnation));

const members = fc.uniqueArray(
  fc.tuple(names, fc.boolean()).map(([name, isLearner]) => anEtcdMember(name, { isLearner })),
  { selector: ({ name }) => name, maxLength: 4 },
);

const content: fc.Arbitrary<EtcdContent> = fc
  .record({
    members,
    cluster: nullable(
      fc
        .constantFrom(CLUSTER, CLUSTER, OTHER)
        .map((id) => ({ id, epoch: 1, superuser: 'postgres', foundedAtMs: 0 })),
    ),
    bootstrap: nullable(fc.constantFrom(NODE, OTHER)),
    provisioned: fc.boolean(),
    records: fc.subarray([aRecord(NODE, '10.0.0.1'), aRecord(OTHER), aRecord(THIRD, '10.0.0.3')]),
    patroni: fc.record({
      initialize: fc.constantFrom(null, '', '7000', '6666'),
      leader: nullable(fc.constantFrom(...nodes)),
      history: fc.constantFrom(null, '[]'),
      config: fc.constantFrom(null, '{}'),
      status: fc.constant(null),
      members: fc.constant(new Map<string, string>()),
    }),
  })
  .map((difference) => anEtcdContent(difference));

const postgres: fc.Arbitrary<View['volume']['postgres']> = fc.oneof(
  fc.constant({ kind: 'absent' as const }),
  fc.constantFrom('7000', '6666').map(aCopy),
  fc
    .constantFrom('initdb' as const, 'clone' as const, 'rewind' as const)
    .map((operation) => ({ kind: 'unfinished' as const, operation, reason: 'cut short' })),
  fc.constant({ kind: 'unreadable' as const, reason: 'EIO', majorVersion: null }),
);

const founding = fc.constantFrom<View['state']['founding']>(
  { kind: 'none' },
  { kind: 'proposed', clusterId: CLUSTER, expectedNodes: 3 },
  { kind: 'joined', clusterId: CLUSTER, proposerNodeId: OTHER },
);

const state = fc
  .record({
    cluster: nullable(fc.boolean().map((founder) => ({ id: CLUSTER, epoch: 1, founder }))),
    founding,
    etcd: fc.record({ incarnation: fc.constant('aaaaaaaa'), started: fc.boolean() }),
  })
  .map((difference) => aMemberState(difference));

const peers = fc.tuple(
  fc.constantFrom(
    aPeer(aDocument()),
    aPeer(aMemberDocument()),
    aPeer(aMemberDocument({ cluster: { id: CLUSTER, epoch: 2 } })),
    aPeer(aMemberDocument({ cluster: { id: THIRD, epoch: 1 } })),
    aSilentPeer('10.0.0.2', 400_000),
  ),
  fc.constantFrom<View['peers'][number]>(
    aPeer(aDocument({ nodeId: THIRD, address: '10.0.0.3' })),
    aPeer(aMemberDocument({ nodeId: THIRD, address: '10.0.0.3' })),
    aSilentPeer('10.0.0.3'),
    { address: '10.0.0.3', listed: true, heard: { kind: 'present', detail: 'no key' } },
  ),
);

const status = fc
  .record({ leaderId: fc.constantFrom(null, '1', '2'), isLearner: fc.boolean() })
  .map((part) => ({
    memberId: '1',
    raftTerm: 2,
    raftIndex: 5,
    raftAppliedIndex: 5,
    dbSizeBytes: 0,
    version: '3.5.30',
    errors: [],
    ...part,
  }));

const mirror = fc.subarray([...nodes]).map((voters) => ({
  version: 1 as const,
  clusterId: CLUSTER,
  epoch: 1,
  members: [aRecord(OTHER)],
  voters: voters.map((nodeId) => memberName(nodeId, 'aaaaaaaa')),
  lastPrimary: null,
  initialize: null,
  history: null,
  config: null,
}));

/** Any view that a node can have, whether its parts fit together or not: what is read at once need not be of one moment. */
export function aGeneratedView(): fc.Arbitrary<View> {
  const programs = fc.record({
    router: fc.constantFrom('running' as const, ...states),
    etcd: fc.constantFrom(...states),
    patroni: fc.constantFrom(...states),
  });
  return fc
    .record<Partial<View>>({
      state,
      mirror: nullable(mirror),
      volume: fc.record({ postgres, atRoot: fc.boolean(), etcdData: fc.boolean() }),
      processes: fc.oneof(
        { weight: 5, arbitrary: programs.map(processesIn) },
        { weight: 1, arbitrary: fc.constant({ ok: false as const, error: 'timeout' }) },
      ),
      ownAddress: nullable(fc.constant({ address: '10.0.0.1', source: 'interface' })),
      listing: maybe(
        fc
          .subarray(['10.0.0.1', '10.0.0.2', '10.0.0.3'])
          .map((all) => ({ instances: all.map((address) => ({ address, runningSinceMs: null })) })),
      ),
      expectedNodes: fc.constantFrom(null, 1, 3),
      peers,
      localEtcd: maybe(status),
      etcd: maybe(content),
      postgres: maybe(
        fc.record({
          role: fc.constantFrom('primary', 'replica'),
          state: fc.constantFrom('running', 'starting', 'stopped'),
          timeline: nullable(fc.constant(1)),
          replicating: fc.constant([]),
        }),
      ),
    })
    .map((difference) => aView(difference));
}
