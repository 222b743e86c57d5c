import { memberName } from '@flux-pg/etcd-membership';
import fc from 'fast-check';
import type { NodeState } from '../identity/node-state.ts';
import { aCopy, aJoin, aMemberState, aProposal, aRecord, THIRD } from './member-builder.ts';
import type { EtcdContent, View } from './view.ts';
import { anEtcdContent, anEtcdMember, CLUSTER, NODE, OTHER } from './view-builder.ts';

/** The node ids that generated views know. */
export const nodes = [NODE, OTHER, THIRD] as const;
const incarnations = ['aaaaaaaa', 'bbbbbbbb'] as const;

/** The value, or null. */
export function nullable<T>(value: fc.Arbitrary<T>): fc.Arbitrary<T | null> {
  return fc.option(value, { nil: null });
}

/** Who has held a copy, and where; the address of some is not known. */
export const someHolders = fc.subarray([
  { nodeId: NODE, address: '10.0.0.1' },
  { nodeId: OTHER, address: '10.0.0.2' },
  { nodeId: THIRD, address: null },
]);

/** Null most often, else the value. */
export function rarely<T>(value: fc.Arbitrary<T>): fc.Arbitrary<T | null> {
  return fc.oneof({ weight: 3, arbitrary: fc.constant(null) }, { weight: 1, arbitrary: value });
}

/** The usual value most often, else any. */
export function mostly<T>(usual: T, any: fc.Arbitrary<T>): fc.Arbitrary<T> {
  return fc.oneof({ weight: 3, arbitrary: fc.constant(usual) }, { weight: 1, arbitrary: any });
}

/** The first epoch most often, and later ones with or without the same seeder. */
export const someEpoch = fc.constantFrom<{ epoch: number; seededBy: string | null }>(
  { epoch: 1, seededBy: null },
  { epoch: 1, seededBy: null },
  { epoch: 1, seededBy: null },
  { epoch: 1, seededBy: null },
  { epoch: 2, seededBy: NODE },
  { epoch: 2, seededBy: OTHER },
  { epoch: 3, seededBy: OTHER },
);

/** A promise to raise the epoch, of this node's own or another's. */
export const someIntent = fc
  .record({
    epoch: fc.constantFrom(2, 3),
    seederNodeId: fc.constantFrom(...nodes),
    participants: fc.subarray([...nodes]),
  })
  .map((intent) => ({ clusterId: CLUSTER, ...intent }));

const founding = fc.constantFrom<NodeState['founding']>(
  { kind: 'none' },
  { kind: 'none' },
  aProposal(),
  aProposal({ shortHanded: true, expectedNodes: null }),
  aJoin(),
  {
    kind: 'resuming',
    clusterId: CLUSTER,
    epoch: 2,
    seederNodeId: NODE,
    expectedNodes: 3,
    systemId: null,
    proposerNodeId: OTHER,
    proposerAddress: '10.0.0.2',
    join: aJoin(),
  },
);

const cluster = fc
  .record({
    epoch: someEpoch,
    founder: fc.boolean(),
    seeding: fc.boolean(),
    adopts: fc.constantFrom(null, '7000'),
  })
  .map(({ epoch, ...rest }) => ({ id: CLUSTER, ...epoch, ...rest, foundedAtMs: null }));

const writtenFor = fc.oneof(
  fc.constantFrom(undefined, null),
  fc.tuple(fc.constantFrom(CLUSTER, CLUSTER, OTHER), someEpoch).map(([clusterId, epoch]) => ({
    clusterId,
    ...epoch,
  })),
);

/** Anything that a node can have promised and noted about itself. */
export const someState: fc.Arbitrary<NodeState> = fc
  .record({
    cluster: nullable(cluster),
    founding,
    promisedEpoch: fc.constantFrom(1, 2),
    startIds: fc.constantFrom(['1-aaaaaaaa'], ['1-aaaaaaaa', '2-bbbbbbbb']),
    restored: mostly(false, fc.boolean()),
    intent: rarely(someIntent),
    cancelledIntents: fc.array(
      someIntent.map(({ participants: _, ...name }) => name),
      { maxLength: 2 },
    ),
    stale: rarely(
      fc.record({
        cause: fc.constantFrom('fenced' as const, 'stopped' as const),
        sinceWallMs: fc.constant(1_799_999_000_000),
      }),
    ),
    declaredGone: fc.subarray([OTHER, THIRD]),
    permittedAddresses: fc.subarray(['10.0.0.2', '10.0.0.3']),
    permitsNewData: fc.boolean(),
    recloneOrder: rarely(
      fc.record({ leader: fc.constantFrom(NODE, OTHER), timeline: fc.constant(1), setAside: fc.boolean() }),
    ),
    copyEpoch: writtenFor.map((name) => name ?? null),
    etcd: fc.record({ incarnation: fc.constant('aaaaaaaa'), started: fc.boolean(), writtenFor }),
  })
  .map((difference) => {
    const { intent, cluster: own } = difference;
    // Whoever seeds an epoch has done with its intent, in one write.
    const consistent = own?.seeding === true ? null : intent;
    return aMemberState({ ...difference, intent: consistent });
  });

const names = fc
  .tuple(fc.constantFrom(...nodes), fc.constantFrom(...incarnations))
  .map(([nodeId, incarnation]) => memberName(nodeId, incarnation));

const members = fc.uniqueArray(
  fc.tuple(names, fc.boolean()).map(([name, isLearner]) => anEtcdMember(name, { isLearner })),
  { selector: ({ name }) => name, maxLength: 4 },
);

const sync = fc.constantFrom(
  null,
  '',
  'no json',
  JSON.stringify({ leader: OTHER, sync_standby: NODE }),
  JSON.stringify({ leader: NODE, sync_standby: `${OTHER}, ${THIRD}` }),
);

/** The record of this node's first start. */
export const ownRecord = { ...aRecord(NODE, '10.0.0.1'), startId: '1-aaaaaaaa' };
const newerRecord = { ...ownRecord, startId: '9-99999999' };

/** Anything that can be read from an etcd. */
export const someContent: fc.Arbitrary<EtcdContent> = fc
  .record({
    members,
    revision: fc.constantFrom(1, 5),
    cluster: mostly<EtcdContent['cluster']>(
      { id: CLUSTER, epoch: 1, seededBy: null, superuser: 'postgres', foundedAtMs: 0 },
      nullable(
        fc.tuple(fc.constantFrom(CLUSTER, CLUSTER, OTHER), someEpoch).map(([id, epoch]) => ({
          id,
          ...epoch,
          superuser: 'postgres',
          foundedAtMs: 0,
        })),
      ),
    ),
    bootstrap: nullable(fc.constantFrom(NODE, OTHER)),
    provisioned: fc.boolean(),
    userData: nullable(fc.boolean()),
    witnesses: fc.subarray(['192.0.2.1:16127', '192.0.2.2:16127']),
    formerVoters: fc.subarray([...nodes]),
    copyHolders: someHolders,
    records: fc
      .tuple(
        mostly<typeof ownRecord | null>(ownRecord, fc.constantFrom(newerRecord, null)),
        fc.subarray([OTHER, THIRD]),
      )
      .map(([own, others]) => [
        ...(own === null ? [] : [own]),
        ...others.map((nodeId) => aRecord(nodeId, nodeId === OTHER ? '10.0.0.2' : '10.0.0.3')),
      ]),
    patroni: fc.record({
      initialize: fc.constantFrom(null, '', '7000', '6666'),
      leader: nullable(fc.constantFrom(...nodes)),
      history: fc.constantFrom(null, '[]'),
      config: fc.constantFrom(null, '{}'),
      status: fc.constant(null),
      sync,
      failover: fc.constantFrom(null, null, '{}'),
      members: fc.subarray([...nodes]).map((ids) => new Map(ids.map((id) => [id, '{}']))),
    }),
  })
  .map((difference) => anEtcdContent(difference));

/** Anything that a PGDATA can be. */
export const somePostgres: fc.Arbitrary<View['volume']['postgres']> = fc.oneof(
  fc.constant({ kind: 'absent' as const }),
  fc
    .record({ systemId: fc.constantFrom('7000', '7000', '6666'), known: fc.boolean() })
    .map(({ systemId, known }) => {
      const copy = aCopy(systemId);
      return known || copy.kind !== 'copy' ? copy : { ...copy, walEnd: null, walEndUnknown: 'no pg_waldump' };
    }),
  fc
    .constantFrom('initdb' as const, 'clone' as const, 'rewind' as const)
    .map((operation) => ({ kind: 'unfinished' as const, operation, reason: 'cut short' })),
  fc.constant({ kind: 'unreadable' as const, reason: 'EIO', majorVersion: null }),
);
