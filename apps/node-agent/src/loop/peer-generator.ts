import fc from 'fast-check';
import type { StatusDocument } from '../status/document.ts';
import {
  aDocument,
  aMemberDocument,
  aMirror,
  aPeer,
  aRecord,
  aSilentPeer,
  aToldCluster,
  THIRD,
} from './member-builder.ts';
import { nodes, nullable, rarely, someEpoch, someHolders, someIntent } from './state-generator.ts';
import type { Peer } from './view.ts';
import { CLUSTER, NODE, OTHER } from './view-builder.ts';

const onDisk: fc.Arbitrary<StatusDocument['volume']> = fc
  .record({
    kind: fc.constantFrom('absent' as const, 'copy' as const, 'unfinished' as const, 'unreadable' as const),
    systemId: fc.constantFrom('7000', '6666'),
    walEnd: nullable(fc.constantFrom({ timeline: 1, lsn: '0/1000000' }, { timeline: 1, lsn: '0/2000000' })),
    operation: fc.constantFrom('clone' as const, 'rewind' as const),
    setAside: nullable(fc.boolean()),
    etcd: fc.boolean(),
  })
  .map(({ kind, systemId, walEnd, operation, setAside, etcd }) => {
    const isCopy = kind === 'copy';
    const postgres = {
      kind,
      systemId: isCopy ? systemId : null,
      timeline: isCopy ? 1 : null,
      walEnd: isCopy ? walEnd : null,
      controlState: isCopy ? 'shut down' : null,
      consistent: true,
      history: [],
      operation: kind === 'unfinished' ? operation : null,
      setAside,
    };
    return { postgres, etcd };
  });

const running: fc.Arbitrary<StatusDocument['postgres']> = nullable(
  fc.record({
    role: fc.constantFrom('primary', 'replica'),
    state: fc.constantFrom('running', 'stopped'),
    timeline: nullable(fc.constant(1)),
    lsn: nullable(fc.constant('0/3000000')),
    streaming: fc.boolean(),
  }),
);

/** A mirror of some epoch, told or kept. */
export const someMirror = fc
  .record({
    epoch: fc.constantFrom(1, 1, 2),
    revision: fc.constantFrom(1, 9),
    voters: fc.subarray([...nodes]).map((ids) => ids.map((id) => `${id}-aaaaaaaa.fluxpg`)),
    members: fc.subarray([aRecord(NODE, '10.0.0.1'), aRecord(OTHER), aRecord(THIRD, '10.0.0.3')]),
    formerVoters: fc.subarray([...nodes]),
    witnesses: fc.subarray(['192.0.2.1:16127']),
    copyHolders: someHolders,
    lastPrimary: nullable(fc.constantFrom(...nodes)),
    bootstrap: nullable(fc.constantFrom(NODE, OTHER)),
    provisioned: fc.boolean(),
    userData: nullable(fc.boolean()),
    initialize: fc.constantFrom(null, '7000'),
    superuser: fc.constant('postgres'),
    foundedAtMs: nullable(fc.constant(5)),
  })
  .map((difference) => aMirror(difference));

const told = fc.record({
  startIds: fc.constant('1-cccccccc').map((startId) => [startId]),
  remembers: fc.constantFrom({}, {}, {}, { [NODE]: '1-aaaaaaaa' }, { [NODE]: '7-77777777' }),
  restored: fc.boolean(),
  intent: rarely(someIntent),
  cancelledIntents: fc.array(
    someIntent.map(({ participants: _, ...name }) => name),
    { maxLength: 1 },
  ),
  stale: fc.constantFrom(null, null, 'fenced' as const, 'stopped' as const),
  notStaleForMs: nullable(fc.constantFrom(1000, 10_000_000)),
  listedByQuorum: nullable(fc.boolean()),
  runs: fc.record({ patroni: nullable(fc.boolean()), etcd: nullable(fc.boolean()) }),
  volume: onDisk,
  postgres: running,
  ageMs: fc.constantFrom(0, 100, 60_000),
  heard: fc.constantFrom({}, { [THIRD]: 2 }),
});

function address(nodeId: string): string {
  return nodeId === OTHER ? '10.0.0.2' : '10.0.0.3';
}

/** A node at a known address: a virgin, a member of this or another cluster and epoch, silent, or nobody knows who. */
export function aGeneratedPeer(nodeId: string): fc.Arbitrary<Peer> {
  const at = address(nodeId);
  const member = fc
    .record({ told, epoch: someEpoch, mirror: nullable(someMirror), userData: nullable(fc.boolean()) })
    .map(({ told: difference, epoch, mirror, userData }) => {
      const cluster = aToldCluster({ ...epoch, userData });
      const complete = mirror as StatusDocument['mirror'];
      return aPeer(aMemberDocument({ ...difference, nodeId, address: at, cluster, mirror: complete }));
    });
  const clash = fc.record({
    foundedAtMs: nullable(fc.constantFrom(-5, 5)),
    userData: fc.constantFrom(true, true, false, null),
  });
  return fc.oneof(
    { weight: 6, arbitrary: member },
    { weight: 1, arbitrary: fc.constant(aPeer(aDocument({ nodeId, address: at }))) },
    {
      weight: 3,
      arbitrary: clash.map((rest) =>
        aPeer(aMemberDocument({ nodeId, address: at, cluster: aToldCluster({ id: THIRD, ...rest }) })),
      ),
    },
    { weight: 2, arbitrary: fc.constantFrom(0, 20_000, 2_000_000).map((forMs) => aSilentPeer(at, forMs)) },
    {
      weight: 1,
      arbitrary: fc
        .boolean()
        .map((listed): Peer => ({ address: at, listed, heard: { kind: 'present', detail: 'no key' } })),
    },
  );
}

/** A member that has nothing to say against anything, so that what rests on quiet peers is reached as well. */
export function aQuietPeer(nodeId: string, hasEtcd = true): Peer {
  const memberDocument = aMemberDocument({ nodeId });
  const volume = { postgres: memberDocument.volume.postgres, etcd: hasEtcd };
  return aPeer(
    aMemberDocument({
      nodeId,
      address: address(nodeId),
      cluster: aToldCluster({ id: CLUSTER }),
      volume,
      etcd: { ...memberDocument.etcd, running: hasEtcd },
      notStaleForMs: 10_000_000,
      listedByQuorum: true,
      runs: { patroni: false, etcd: hasEtcd },
    }),
  );
}
