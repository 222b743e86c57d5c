import { memberName } from '@flux-pg/etcd-membership';
import { describe, expect, it } from 'vitest';
import type { Mirror } from '../../identity/mirror.ts';
import type { Intent, NodeState } from '../../identity/node-state.ts';
import type { StatusDocument } from '../../status/document.ts';
import {
  aCopy,
  aMemberDocument,
  aMemberState,
  aPeer,
  aRecord,
  aSilentPeer,
  aToldCluster,
  aVolume,
  processesIn,
  seen,
  THIRD,
} from '../member-builder.ts';
import type { Listing, View } from '../view.ts';
import { anEtcdContent, anEtcdMember, aView, CLUSTER, NODE, OTHER } from '../view-builder.ts';
import { aPath, type Path, writtenKeys } from './path-builder.ts';

const FRESH = 'cccccccc';
const aHolder = (nodeId: string) => ({ nodeId, address: nodeId === NODE ? '10.0.0.1' : '10.0.0.2' });
const records = [aRecord(NODE, '10.0.0.1'), aRecord(OTHER), aRecord(THIRD, '10.0.0.3')];
const mirror: Mirror = {
  version: 1,
  clusterId: CLUSTER,
  epoch: 1,
  revision: 7,
  members: records,
  voters: [NODE, OTHER, THIRD].map((nodeId) => memberName(nodeId, 'aaaaaaaa')),
  formerVoters: [],
  witnesses: [],
  lastPrimary: OTHER,
  bootstrap: NODE,
  copyHolders: [aHolder(NODE), aHolder(OTHER)],
  provisioned: true,
  userData: true,
  superuser: 'postgres',
  foundedAtMs: 5,
  initialize: '7000',
  history: '[]',
  config: '{}',
};

const listed = (...addresses: string[]) =>
  seen<Listing>({ instances: addresses.map((address) => ({ address, runningSinceMs: null })) });
const writtenFor = { clusterId: CLUSTER, epoch: 1, seededBy: null };
const ownEtcd = { incarnation: 'aaaaaaaa', started: true, writtenFor };

/** `NODE` with a copy and with all that it runs, in a cluster of three whose etcd has been silent for the grace. */
function aSurvivor(gone: readonly string[], difference: Partial<View> = {}, state: Partial<NodeState> = {}) {
  const base = aView();
  return aView({
    state: aMemberState({ etcd: ownEtcd, declaredGone: [...gone], ...state }),
    mirror,
    volume: aVolume(aCopy('7000'), { etcdData: true }),
    processes: processesIn({ etcd: 'running', patroni: 'running' }),
    witnesses: { total: 1, answers: [{ witness: 'private', addresses: ['10.0.0.1'], atMs: 0 }] },
    listing: listed('10.0.0.1'),
    memory: { ...base.memory, etcdUnreachableSinceMs: base.nowMs - 600_000 },
    ...difference,
  });
}

const status = {
  memberId: '1',
  leaderId: '1',
  raftTerm: 2,
  raftIndex: 5,
  raftAppliedIndex: 5,
  dbSizeBytes: 0,
  isLearner: false,
  version: '3.5.30',
  errors: [],
};

/** What the seeder's new etcd holds, before its keys are written and after. */
function seeded(
  seederNodeId: string,
  incarnation: string,
  isWritten: boolean,
  members: Mirror['members'] = records,
): View['etcd'] {
  const cluster = { id: CLUSTER, epoch: 2, seededBy: seederNodeId, superuser: 'postgres', foundedAtMs: 5 };
  const own = anEtcdMember(memberName(seederNodeId, incarnation), { id: '1' });
  return seen(
    anEtcdContent({
      members: [own],
      cluster: isWritten ? cluster : null,
      records: isWritten ? members : [],
      copyHolders: isWritten ? [aHolder(NODE), aHolder(OTHER)] : [],
      provisioned: isWritten,
      userData: isWritten ? true : null,
      patroni: { ...anEtcdContent().patroni, initialize: isWritten ? '7000' : null, config: '{}' },
    }),
  );
}

/** The status of `OTHER` with an equal copy and without its etcd data: it runs nothing, and may have promised. */
function acknowledged(
  intent: Intent | null,
  difference: Partial<StatusDocument> = {},
): View['peers'][number] {
  const document = aMemberDocument();
  const postgres = {
    ...document.volume.postgres,
    kind: 'copy' as const,
    systemId: '7000',
    timeline: 1,
    walEnd: { timeline: 1, lsn: '0/1000078' },
    controlState: 'shut down',
  };
  return aPeer({
    ...document,
    intent,
    listedByQuorum: true,
    runs: { patroni: false, etcd: false },
    volume: { postgres, etcd: false },
    ...difference,
  });
}

function intentOf(path: Path): Intent | null {
  return path.view().state.intent ?? null;
}

describe('the recovery of the last survivor', () => {
  it('goes from the intent over a stopped node and a new etcd to written keys, and then falls silent', async () => {
    const path = aPath(aSurvivor([OTHER, THIRD]));
    expect(await path.run(8)).toEqual([
      'recovery-begins: persist-state',
      'intent-held: stop patroni',
      'intent-held: stop etcd',
      'all-acknowledged: persist-state',
      'etcd-data-of-other-epoch: renew-incarnation',
      'founder-starts-etcd: start-etcd',
      'etcd-unreachable',
    ]);
    expect(path.view().state).toMatchObject({
      cluster: { id: CLUSTER, epoch: 2, seededBy: NODE, founder: true, seeding: true },
      intent: null,
      declaredGone: [OTHER, THIRD],
      etcd: { incarnation: FRESH, started: false, writtenFor: { epoch: 2, seededBy: NODE } },
    });
    path.see({ localEtcd: seen(status), etcd: seeded(NODE, FRESH, false) });
    expect(await path.run(2)).toEqual([
      'etcd-has-started: persist-state',
      'cluster-keys-missing: write-cluster-keys',
    ]);
    expect(writtenKeys(path)).toEqual([
      'bootstrap',
      'provisioned',
      'user-data',
      'witnesses',
      ...records.map(({ nodeId }) => `members/${nodeId}`),
      `copies/${NODE}`,
      `copies/${OTHER}`,
      'patroni/initialize',
      'patroni/config',
      `members/${NODE}`,
      'cluster',
    ]);
    path.see({ etcd: seeded(NODE, FRESH, true) });
    expect(await path.run(3)).toEqual([
      'mirror-outdated: write-mirror',
      'epoch-seeded: persist-state',
      'member-forgotten: change-membership',
    ]);
    expect(path.view().state.cluster).toMatchObject({ epoch: 2, founder: true, seeding: false });
    expect(path.view().mirror).toMatchObject({ epoch: 2, voters: [memberName(NODE, FRESH)] });
    path.see({ etcd: seeded(NODE, FRESH, true, records.slice(0, 1)) });
    expect(await path.run(6)).toEqual(['mirror-outdated: write-mirror', 'leads: start-patroni', 'steady']);
  });

  it('is not begun before the grace, nor by one that the witnesses do not list', async () => {
    const early = aSurvivor([OTHER, THIRD]);
    const memory = { ...early.memory, etcdUnreachableSinceMs: early.nowMs - 590_000 };
    const path = aPath({ ...early, memory });
    expect(await path.run(5)).toEqual(['etcd-silent-too-briefly']);
    expect(await path.run(6)).toContain('recovery-begins: persist-state');
    const delisted = aSurvivor([OTHER, THIRD], { witnesses: { total: 1, answers: [] } });
    expect(await aPath(delisted).run(5)).toEqual(['member-not-listed']);
  });

  it.each([1, 2, 3, 4, 5, 6])('goes on with the same epoch after the node died at step %i', async (steps) => {
    const start = aSurvivor([OTHER, THIRD]);
    const before = aPath(start);
    await before.run(steps);
    const { state, volume } = before.view();
    const after = aPath({ ...start, state, volume, processes: processesIn({}) });
    // A single voter's etcd is started from its data once the others have been silent for 15 s.
    await after.run(30);
    const { value } = after.view().processes as Extract<View['processes'], { ok: true }>;
    expect(value.find(({ name }) => name === 'etcd')?.state).toBe('running');
    expect(after.view().state).toMatchObject({
      cluster: { epoch: 2, seededBy: NODE, founder: true },
      etcd: { incarnation: FRESH, writtenFor: { epoch: 2, seededBy: NODE } },
    });
  });

  it('goes on with the same epoch after the agent died at any step', async () => {
    const start = aSurvivor([OTHER, THIRD]);
    for (const ticks of [1, 2, 3, 4, 5, 6, 7, 8]) {
      const before = aPath(start);
      await before.run(ticks);
      const { memory, applied } = start;
      const { state, volume, processes } = before.view();
      const after = aPath({ ...start, state, volume, processes, memory, applied });
      await after.run(9);
      expect(after.view().state).toMatchObject({ cluster: { epoch: 2, seededBy: NODE, founder: true } });
    }
  });
});

describe('a recovery of two', () => {
  /** `THIRD` is gone and `OTHER` has lost its etcd data. Both copies are equal, so a primary's leads, else the lower id. */
  const both = (seeder: string) => {
    const listing = listed('10.0.0.1', '10.0.0.2');
    const peers = [acknowledged(null)];
    const controlState = seeder === NODE ? 'shut down' : 'shut down in recovery';
    const copy = aCopy('7000');
    const volume = aVolume(copy.kind === 'copy' ? { ...copy, controlState } : copy, { etcdData: true });
    return aPath(aSurvivor([THIRD], { listing, peers, volume }));
  };

  it('waits with everything stopped until the other has promised and stopped, too', async () => {
    const path = both(NODE);
    expect(await path.run(8)).toEqual([
      'recovery-begins: persist-state',
      'intent-held: stop patroni',
      'intent-held: stop etcd',
      'waiting-for-acknowledgements',
    ]);
    const intent = intentOf(path);
    expect(intent).toEqual({ clusterId: CLUSTER, epoch: 2, seederNodeId: NODE, participants: [NODE, OTHER] });
    path.see({ peers: [acknowledged(intent, { runs: { patroni: false, etcd: true } })] });
    expect(await path.run(3)).toEqual(['waiting-for-acknowledgements']);
    path.see({ peers: [acknowledged(intent, { runs: { patroni: null, etcd: false } })] });
    expect(await path.run(3)).toEqual(['waiting-for-acknowledgements']);
    path.see({ peers: [acknowledged(intent, { ageMs: 5001 })] });
    expect(await path.run(3)).not.toContain('all-acknowledged: persist-state');
    path.see({ peers: [acknowledged(intent)] });
    expect(await path.run(1)).toEqual(['all-acknowledged: persist-state']);
  });

  it('is cancelled for good when one that counted as gone answers, and the old etcd may go on', async () => {
    const path = both(NODE);
    await path.run(8);
    const postgres = aMemberDocument().volume.postgres;
    const volume = { postgres, etcd: true };
    const back = acknowledged(null, { nodeId: THIRD, address: '10.0.0.3', volume });
    path.see({ peers: [acknowledged(intentOf(path)), back] });
    const steps = await path.run(6);
    expect(steps.slice(0, 2)).toEqual([
      'declared-node-answers: persist-state',
      'gone-member-returned: persist-state',
    ]);
    expect(steps).toContain('enough-voters-answer: start-etcd');
    expect(path.view().state).toMatchObject({
      cluster: { epoch: 1 },
      intent: null,
      cancelledIntents: [{ clusterId: CLUSTER, epoch: 2, seederNodeId: NODE }],
      declaredGone: [],
    });
  });

  it('is followed by the other: it promises, stops, takes the epoch and joins by its new name', async () => {
    const path = both(OTHER);
    const intent = { clusterId: CLUSTER, epoch: 2, seederNodeId: OTHER, participants: [NODE, OTHER] };
    path.see({ peers: [acknowledged(intent)] });
    expect(await path.run(8)).toEqual([
      'intent-adopted: persist-state',
      'intent-held: stop patroni',
      'intent-held: stop etcd',
      'waiting-for-seeder',
    ]);
    const cluster = aToldCluster({ epoch: 2, seededBy: OTHER });
    path.see({ peers: [acknowledged(null, { cluster })] });
    expect((await path.run(4)).slice(0, 2)).toEqual([
      'higher-epoch-heard: persist-state',
      'etcd-data-of-other-epoch: renew-incarnation',
    ]);
    expect(path.view().state).toMatchObject({
      cluster: { epoch: 2, seededBy: OTHER, founder: false, seeding: false },
      etcd: { incarnation: FRESH, started: false },
    });
    expect(path.view().volume.etcdData).toBe(false);
    const etcd = seeded(OTHER, 'bbbbbbbb', true);
    if (!etcd.ok) throw new Error('the builder gives a reading');
    path.see({ etcd });
    await path.run(3);
    const learner = anEtcdMember(memberName(NODE, FRESH), { name: '', isLearner: true });
    path.see({ etcd: { ...etcd, value: { ...etcd.value, members: [...etcd.value.members, learner] } } });
    expect(await path.run(2)).toContain('admitted-as-learner: start-etcd');
    expect(path.view().state.etcd.writtenFor).toEqual({ clusterId: CLUSTER, epoch: 2, seededBy: OTHER });
  });

  it('blocks on a listed address that is silent, cannot prove itself, or holds data without a cluster', async () => {
    const listing = listed('10.0.0.1', '10.0.0.2', '10.0.0.7');
    const loose = acknowledged(null, { cluster: null, nodeId: THIRD, address: '10.0.0.7' });
    const cases: readonly [View['peers'][number], string][] = [
      [aSilentPeer('10.0.0.7', 86_400_000), 'address-silent'],
      [
        { address: '10.0.0.7', listed: true, heard: { kind: 'present', detail: 'no key' } },
        'address-unverifiable',
      ],
      [{ ...loose, address: '10.0.0.7' }, 'address-unverifiable'],
    ];
    for (const [peer, reason] of cases) {
      const state = { declaredGone: [] };
      const view = aSurvivor([], { listing, peers: [acknowledged(null), peer] }, state);
      const voters = mirror.voters.slice(0, 1);
      const lost = {
        ...view,
        mirror: { ...mirror, voters, members: records.slice(0, 2), lastPrimary: NODE },
      };
      const path = aPath({
        ...lost,
        volume: { ...view.volume, etcdData: false },
        processes: processesIn({}),
      });
      expect((await path.run(8)).at(-1)).toBe(reason);
    }
  });
});

describe('a founder that is lost before anybody has seen its etcd', () => {
  const sealedBy = { nodeId: THIRD, address: '10.0.0.3' };
  const joiner = (gone: readonly string[]) =>
    aSurvivor(
      gone,
      { mirror: null, volume: aVolume({ kind: 'absent' }), processes: processesIn({}) },
      {
        cluster: { id: CLUSTER, epoch: 1, founder: false, sealedBy },
        etcd: { incarnation: 'aaaaaaaa', started: false, writtenFor: null },
      },
    );

  it('is recovered from, and what it may have held is told as lost', async () => {
    const path = aPath(joiner([THIRD]));
    expect((await path.run(6)).filter((step) => step.includes(':'))).toEqual([
      'recovery-begins: persist-state',
      'all-acknowledged: persist-state',
      'founder-starts-etcd: start-etcd',
    ]);
    const cluster = { id: CLUSTER, epoch: 2, seededBy: NODE, superuser: 'postgres', foundedAtMs: 5 };
    const members = [anEtcdMember(memberName(NODE, 'aaaaaaaa'), { id: '1' })];
    const content = anEtcdContent({ cluster: null, bootstrap: null, members });
    path.see({ localEtcd: seen(status), etcd: seen(content) });
    await path.run(2);
    expect(writtenKeys(path)).toEqual(['bootstrap', `copies/${THIRD}`, `members/${NODE}`, 'cluster']);
    const held = { bootstrap: THIRD, copyHolders: [sealedBy], records: records.slice(0, 1) };
    path.see({ etcd: seen({ ...content, cluster, ...held }) });
    expect((await path.run(60)).at(-1)).toBe('data_lost');
  });

  it('is waited for while it may come back', async () => {
    const steps = await aPath(joiner([])).run(5);
    expect(steps.filter((step) => step.includes(':'))).toEqual([]);
  });
});
