import { memberName, startFencing } from '@flux-pg/etcd-membership';
import fc from 'fast-check';
import {
  aCopy,
  aMemberState,
  aRecord,
  aRunningPostgres,
  aVolume,
  processesIn,
  seen,
  THIRD,
} from './member-builder.ts';
import { aGeneratedPeer, aQuietPeer, someMirror } from './peer-generator.ts';
import { remember } from './remember.ts';
import { keepMirror } from './rules/mirror.ts';
import { processState } from './rules/process.ts';
import { nodes, nullable, ownRecord, someContent, somePostgres, someState } from './state-generator.ts';
import type { Memory, Seen, View } from './view.ts';
import { aMemory, anEtcdContent, anEtcdMember, aView, CLUSTER, NODE, OTHER } from './view-builder.ts';
import { hostEntries } from './wanted/hosts-block.ts';
import { patroniConfig } from './wanted/patroni-config.ts';
import { routerServers } from './wanted/router-servers.ts';

const NOW_MS = 1_000_000;
const WALL_MS = 1_800_000_000_000;
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

const STATUS = {
  memberId: '1',
  raftTerm: 2,
  raftIndex: 5,
  raftAppliedIndex: 5,
  dbSizeBytes: 0,
  version: '3.5.30',
  errors: [],
};
const VOTERS = [
  anEtcdMember(memberName(NODE, 'aaaaaaaa'), { id: '1' }),
  anEtcdMember(memberName(OTHER, 'bbbbbbbb'), { id: '2' }),
  anEtcdMember(memberName(THIRD, 'bbbbbbbb'), { id: '3' }),
];

/** A reading that fails now and then. */
function maybe<T>(value: fc.Arbitrary<T>): fc.Arbitrary<Seen<T>> {
  return fc.oneof(
    { weight: 3, arbitrary: value.map(seen) },
    { weight: 1, arbitrary: fc.constant({ ok: false as const, error: 'refused' }) },
  );
}

const etcdStatus = fc
  .record({ leaderId: fc.constantFrom(null, '1', '2'), isLearner: fc.boolean() })
  .map((part) => ({ ...STATUS, ...part }));

const programs = fc.record({
  router: fc.constantFrom('running' as const, ...states),
  etcd: fc.constantFrom(...states),
  patroni: fc.constantFrom(...states),
});

const listing = fc
  .record({
    addresses: fc.subarray(['10.0.0.1', '10.0.0.2', '10.0.0.3']),
    ageMs: fc.constantFrom(0, 700_000),
  })
  .map(({ addresses, ageMs }) => ({
    ok: true as const,
    seenAtMs: NOW_MS - ageMs,
    value: { instances: addresses.map((address) => ({ address, runningSinceMs: null })) },
  }));

/** What one witness says, as a private API in place of all; none at all now and then. */
const witnesses = fc
  .record({
    total: fc.constantFrom(0, 1, 1),
    addresses: fc.subarray(['10.0.0.1', '10.0.0.2', '10.0.0.3'], { minLength: 1 }),
    ageMs: fc.constantFrom(0, 400_000),
  })
  .map(({ total, addresses, ageMs }) => ({
    total,
    answers: total === 0 ? [] : [{ witness: 'api', addresses, atMs: NOW_MS - ageMs }],
  }));

/** Everybody absent for longer than any grace, or just not. */
const absence: fc.Arbitrary<Memory['absence']> = fc
  .record({ nodes: fc.subarray([OTHER, THIRD]), sinceMs: fc.constantFrom(NOW_MS - 900_000, NOW_MS - 1000) })
  .map(({ nodes: absent, sinceMs }) => ({
    nowMs: NOW_MS,
    total: 1,
    witnesses: { api: { atMs: NOW_MS, interrupted: false } },
    nodes: Object.fromEntries(
      absent.map((nodeId) => [nodeId, { aliveAtMs: sinceMs, unlistedSinceMs: { api: sinceMs } }]),
    ),
  }));

const standing: fc.Arbitrary<Memory['standing']> = fc
  .record({
    lastTickAgoMs: nullable(fc.constantFrom(1000, 1000, 1000, 400_000)),
    overdue: fc.constantFrom(false, false, false, true),
    notStaleSinceMs: nullable(fc.constant(NOW_MS - 50_000)),
    answered: fc.subarray([OTHER, THIRD]),
  })
  .map(({ lastTickAgoMs, overdue, notStaleSinceMs, answered }) => {
    const at = { nowMs: NOW_MS, wallMs: WALL_MS, fenceAfterMs: 300_000, witnessTotal: 1 };
    const answer = (nodeId: string) => ({
      nodeId,
      epoch: 1,
      seededBy: null,
      runs: true,
      notStaleForMs: 10_000_000,
      atMs: NOW_MS,
    });
    return {
      lastTick:
        lastTickAgoMs === null ? null : { atMs: NOW_MS - lastTickAgoMs, wallMs: WALL_MS - lastTickAgoMs },
      fencing: { ...startFencing(null, at), overdue },
      answers: Object.fromEntries(answered.map((nodeId) => [nodeId, answer(nodeId)])),
      notStaleSinceMs,
      answeredAtMs: Object.fromEntries(answered.map((nodeId) => [nodeId, NOW_MS])),
    };
  });

const longAgo = nullable(fc.constantFrom(NOW_MS - 1000, NOW_MS - 900_000));

const memory: fc.Arbitrary<Memory> = fc
  .record({
    leaderlessSinceMs: longAgo,
    etcdStartsAtMs: fc.constantFrom([], [], [], [1, 2, 3, 4]),
    startId: fc.constantFrom(
      { signature: '1-aaaaaaaa', sinceMs: NOW_MS - 1000 },
      { signature: '1-aaaaaaaa', sinceMs: NOW_MS - 4_000_000 },
    ),
    quiet: fc.constantFrom(
      { signature: 'x', sinceMs: NOW_MS },
      { signature: 'x', sinceMs: NOW_MS - 900_000 },
    ),
    heardAtMs: fc.constantFrom({}, { [OTHER]: NOW_MS - 5000 }),
    heardStarts: fc.constantFrom(
      {},
      { [OTHER]: { startId: '1-cccccccc', isForgotten: false } },
      { [OTHER]: { startId: '2-dddddddd', isForgotten: true } },
    ),
    absence: nullable(absence),
    standing,
    etcdUnreachableSinceMs: longAgo,
    leaderKeyMissingSinceMs: longAgo,
    grantDueSinceMs: longAgo,
    idleLockSinceMs: longAgo,
    leaderLease: nullable(
      fc.record({
        nodeId: fc.constantFrom(NODE, OTHER),
        leaseId: fc.constant('1'),
        raftTerm: fc.constant(1),
        endsByMs: fc.constant(NOW_MS + 20_000),
        renewals: fc.constantFrom(0, 2),
        renewedAtMs: fc.constantFrom(NOW_MS - 1000, NOW_MS - 60_000),
      }),
    ),
    warmth: nullable(
      fc.record({
        warm: fc.boolean(),
        headlessSinceMs: fc.constant(null),
        coldSinceMs: longAgo,
        reports: fc.constant({}),
      }),
    ),
    toldMirror: nullable(someMirror),
    userDataAskedAtMs: longAgo,
    rolesEnsured: fc.boolean(),
  })
  .map((difference) => aMemory(difference));

const operatorOrder = fc.constantFrom<View['operatorOrder']>(
  null,
  null,
  { kind: 'declare-gone', nodeIds: [THIRD] },
  { kind: 'permit-founding', addresses: ['10.0.0.3'] },
  { kind: 'give-up-copy', leader: OTHER, timeline: 1 },
);

/** Every part of a view, each on its own: what is read at once need not be of one moment. */
const parts = fc.record({
  state: someState,
  mirror: nullable(someMirror),
  volume: fc
    .record({
      postgres: somePostgres,
      atRoot: fc.constantFrom(false, false, true),
      etcdData: fc.boolean(),
      setAside: nullable(fc.boolean()),
    })
    .map(({ postgres, ...rest }) => aVolume(postgres, rest)),
  processes: fc.oneof(
    { weight: 5, arbitrary: programs.map(processesIn) },
    { weight: 1, arbitrary: fc.constant({ ok: false as const, error: 'timeout' }) },
  ),
  ownAddress: nullable(fc.constant({ address: '10.0.0.1', source: 'interface' })),
  listing: fc.oneof(listing, fc.constant({ ok: false as const, error: 'refused' })),
  latestListing: fc.oneof(listing, fc.constant({ ok: false as const, error: 'refused' })),
  witnesses,
  proposedWitnesses: fc.constantFrom(null, ['192.0.2.9:16127']),
  expectedNodes: fc.constantFrom(null, 1, 3),
  peers: fc.oneof(
    { weight: 4, arbitrary: fc.tuple(aGeneratedPeer(OTHER), aGeneratedPeer(THIRD)) },
    { weight: 1, arbitrary: fc.constant([]) },
  ),
  calledAtMs: fc.constantFrom({}, { [OTHER]: NOW_MS - 2000 }),
  operatorOrder,
  localEtcd: maybe(etcdStatus),
  etcd: maybe(someContent),
  postgres: maybe(
    fc
      .record({
        role: fc.constantFrom('primary', 'replica'),
        state: fc.constantFrom('running', 'starting', 'stopped'),
        timeline: nullable(fc.constant(1)),
        lsn: nullable(fc.constant('0/1000078')),
        streaming: fc.boolean(),
        replicating: fc.subarray([...nodes]),
      })
      .map(aRunningPostgres),
  ),
  memory,
});

const ownListing: View['listing'] = {
  ok: true,
  seenAtMs: NOW_MS,
  value: {
    instances: ['10.0.0.1', '10.0.0.2', '10.0.0.3'].map((address) => ({ address, runningSinceMs: null })),
  },
};

const settledSince = { signature: 'x', sinceMs: NOW_MS - 900_000 };
const founder = { id: CLUSTER, epoch: 1, founder: true };
const started = { incarnation: 'aaaaaaaa', started: true };
const records = [ownRecord, aRecord(OTHER, '10.0.0.2'), aRecord(THIRD, '10.0.0.3')];
const ordinaryContent = anEtcdContent({ bootstrap: NODE, userData: false, records, members: VOTERS });

/** The founder with its etcd at work and Patroni still down: a generated view without any strange part. */
const atWork = aView({
  state: aMemberState({ cluster: founder, startIds: ['1-aaaaaaaa'], etcd: started }),
  volume: aVolume({ kind: 'absent' }, { etcdData: true }),
  processes: processesIn({ etcd: 'running' }),
  localEtcd: seen({ ...STATUS, leaderId: '1', isLearner: false }),
  etcd: seen(ordinaryContent),
  listing: ownListing,
  latestListing: ownListing,
  peers: [aQuietPeer(OTHER), aQuietPeer(THIRD)],
  memory: aMemory({ membership: settledSince, quiet: settledSince }),
});

/** From there: before its etcd has started, with nobody else admitted, before its keys are written, and as a joiner. */
const ordinaryViews: readonly View[] = [
  atWork,
  atWork,
  {
    ...atWork,
    state: aMemberState({ cluster: founder, startIds: ['1-aaaaaaaa'] }),
    volume: aVolume({ kind: 'absent' }),
    processes: processesIn({}),
    localEtcd: { ok: false, error: 'refused' },
    etcd: { ok: false, error: 'refused' },
  },
  {
    ...atWork,
    etcd: seen({ ...ordinaryContent, members: VOTERS.slice(0, 1) }),
    peers: [aQuietPeer(OTHER, false), aQuietPeer(THIRD, false)],
  },
  { ...atWork, etcd: seen({ ...ordinaryContent, cluster: null }) },
  {
    ...atWork,
    volume: aVolume(aCopy('7000'), { etcdData: true }),
    etcd: seen({ ...ordinaryContent, patroni: { ...ordinaryContent.patroni, initialize: '7000' } }),
  },
  // Whoever was to initialise is gone, and all that are left have said for long that they hold nothing.
  {
    ...atWork,
    state: aMemberState({ cluster: founder, startIds: ['1-aaaaaaaa'], etcd: started }),
    etcd: seen({ ...ordinaryContent, bootstrap: '44444444-4444-4444-8444-444444444444' }),
    memory: aMemory({ membership: settledSince, quiet: settledSince, grantDueSinceMs: NOW_MS - 900_000 }),
  },
  {
    ...atWork,
    state: aMemberState({ startIds: ['1-aaaaaaaa'] }),
    volume: aVolume({ kind: 'absent' }),
    processes: processesIn({}),
    localEtcd: { ok: false, error: 'refused' },
    etcd: seen({
      ...ordinaryContent,
      bootstrap: OTHER,
      members: VOTERS.map((member, index) => ({ ...member, isLearner: index === 0 })),
    }),
  },
];

/** With all texts and the mirror on disk as they are wanted, so that what comes after them is decided. */
function settled(view: View): View {
  const routed = JSON.stringify([processState(view, 'router')?.pid ?? null, routerServers(view)]);
  const hosts = JSON.stringify(hostEntries(view));
  const applied = { ...view.applied, hosts, routerServers: routed, patroniConfig: patroniConfig(view) };
  const kept = keepMirror.apply(view)?.action;
  return { ...view, applied, mirror: kept?.kind === 'write-mirror' ? kept.mirror : view.mirror };
}

const PARTS: (keyof View)[] = [
  'state',
  'mirror',
  'volume',
  'processes',
  'ownAddress',
  'listing',
  'latestListing',
  'witnesses',
  'proposedWitnesses',
  'expectedNodes',
  'peers',
  'calledAtMs',
  'operatorOrder',
  'localEtcd',
  'etcd',
  'postgres',
  'memory',
];

/**
 * Any view that a node can have, whether its parts fit together or not. Some of its parts are as usual and the rest is
 * anything, so that both the rules at the front and those at the end get their turn.
 */
export function aGeneratedView(): fc.Arbitrary<View> {
  const strange = fc.oneof(
    fc.subarray(PARTS, { maxLength: 1 }),
    fc.subarray(PARTS, { maxLength: 3 }),
    fc.subarray(PARTS, { maxLength: 5 }),
    fc.subarray(PARTS),
  );
  return fc
    .record({
      ordinary: fc.constantFrom(...ordinaryViews),
      any: parts,
      strange,
      isRemembered: fc.boolean(),
      isSettled: fc.constantFrom(true, true, true, true, false),
    })
    .map(({ ordinary, any, strange: chosen, isRemembered, isSettled }) => {
      const isChosen = new Set<string>(chosen);
      const difference = Object.fromEntries(Object.entries(any).filter(([name]) => isChosen.has(name)));
      const mixed: View = { ...ordinary, ...difference };
      const view = isRemembered ? { ...mixed, memory: remember(mixed) } : mixed;
      return isSettled ? settled(view) : view;
    });
}
