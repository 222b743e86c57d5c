import { describe, expect, it } from 'vitest';
import type { Mirror } from '../../identity/mirror.ts';
import type { NodeState } from '../../identity/node-state.ts';
import type { StatusDocument } from '../../status/document.ts';
import {
  aCopy,
  aDocument,
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
import { aConfig, anEtcdContent, aView, CLUSTER, NODE, OTHER } from '../view-builder.ts';
import { awaitRecovery, recover, recoveryView } from './recovery.ts';

const writtenFor = { clusterId: CLUSTER, epoch: 1, seededBy: null };
const mirror: Mirror = {
  version: 1,
  clusterId: CLUSTER,
  epoch: 1,
  members: [aRecord(NODE, '10.0.0.1'), aRecord(OTHER), aRecord(THIRD, '10.0.0.3')],
  voters: [NODE, OTHER, THIRD].map((nodeId) => `${nodeId}-aaaaaaaa.fluxpg`),
  lastPrimary: null,
  initialize: null,
  history: null,
  config: null,
};
const listed = (...addresses: string[]) =>
  seen<Listing>({ instances: addresses.map((address) => ({ address, runningSinceMs: null })) });

function aMember(difference: Partial<View> = {}, state: Partial<NodeState> = {}): View {
  return aView({
    mirror,
    state: aMemberState({ etcd: { incarnation: 'aaaaaaaa', started: true, writtenFor }, ...state }),
    listing: listed('10.0.0.1', '10.0.0.2', '10.0.0.3'),
    ...difference,
  });
}

function viewOf(view: View) {
  const recovery = recoveryView(view);
  if (recovery === null) throw new Error('a node with a cluster has a view of its recovery');
  return recovery;
}

function holding(nodeId: string, lsn: string, difference: Partial<StatusDocument> = {}) {
  const document = aMemberDocument({ nodeId, ...difference });
  const postgres = {
    ...document.volume.postgres,
    kind: 'copy' as const,
    systemId: '7000',
    timeline: 1,
    walEnd: { timeline: 1, lsn },
  };
  return aPeer({ ...document, volume: { postgres, etcd: true } });
}

describe('what a recovery is decided on', () => {
  it('is nothing without a cluster', () => {
    expect(recoveryView(aView())).toBeNull();
    expect(recover.apply(aView())).toBeNull();
    expect(awaitRecovery.apply(aView())).toBeNull();
  });

  it('leaves out the own address, and says of every other what was heard there', () => {
    const peers = [
      aPeer(aMemberDocument()),
      aPeer(aDocument({ nodeId: THIRD, address: '10.0.0.3' })),
      { address: '10.0.0.4', listed: true, heard: { kind: 'present' as const, detail: 'no key' } },
      aSilentPeer('10.0.0.5', 7),
      aPeer(aMemberDocument({ nodeId: THIRD, address: '10.0.0.6', cluster: aToldCluster({ id: OTHER }) })),
      aPeer(aDocument({ nodeId: THIRD, address: '10.0.0.7', virgin: false })),
    ];
    const listing = listed('10.0.0.1', ...[2, 3, 4, 5, 6, 7, 8].map((n) => `10.0.0.${n}`));
    expect(viewOf(aMember({ listing, peers })).listed).toEqual([
      { address: '10.0.0.2', nodeId: OTHER, answer: { kind: 'authenticated', nodeId: OTHER } },
      { address: '10.0.0.3', nodeId: THIRD, answer: { kind: 'virgin' } },
      { address: '10.0.0.4', nodeId: null, answer: { kind: 'present', detail: 'no key' } },
      { address: '10.0.0.5', nodeId: null, answer: { kind: 'silent', detail: 'refused' } },
      { address: '10.0.0.6', nodeId: null, answer: { kind: 'other-cluster' } },
      {
        address: '10.0.0.7',
        nodeId: null,
        answer: { kind: 'present', detail: 'holds data without a cluster' },
      },
      { address: '10.0.0.8', nodeId: null, answer: { kind: 'silent', detail: 'not asked yet' } },
    ]);
  });

  it('is no listing at all where that is old or was never read', () => {
    const aged = (ageMs: number) => ({ ...listed('10.0.0.2'), seenAtMs: 1_000_000 - ageMs });
    expect(viewOf(aMember({ listing: aged(600_000) })).listed).toHaveLength(1);
    expect(viewOf(aMember({ listing: aged(600_001) })).listed).toBeNull();
    expect(viewOf(aMember({ listing: { ok: false, error: 'not asked yet' } })).listed).toBeNull();
  });

  it('takes peers of this cluster alone, each as old as its word', () => {
    const peers = [
      aPeer(aMemberDocument({ ageMs: 3000, listedByQuorum: true, runs: { patroni: true, etcd: null } })),
      aPeer(aMemberDocument({ nodeId: THIRD, address: '10.0.0.3', cluster: aToldCluster({ id: OTHER }) })),
    ];
    expect(viewOf(aMember({ peers, lookedAtMs: 999_000 })).peers).toEqual([
      expect.objectContaining({
        nodeId: OTHER,
        ageMs: 4000,
        listedByQuorum: true,
        patroniRuns: true,
        etcdRuns: null,
      }),
    ]);
  });

  it('counts as gone whom the operator declared, and by time alone only whom the configuration lets', () => {
    expect(viewOf(aMember({}, { declaredGone: [OTHER] }))).toMatchObject({
      gone: new Set([OTHER]),
      declaredGone: new Set([OTHER]),
    });
    const absence = {
      nowMs: 1_000_000,
      total: 1,
      witnesses: {},
      nodes: { [THIRD]: { aliveAtMs: 1_000_000 - 900_000, unlistedSinceMs: {} } },
    };
    const view = aMember();
    const silent = { ...view, memory: { ...view.memory, absence } };
    expect(viewOf(silent).gone).toEqual(new Set());
    const config = aConfig({ ABSENCE_TIMEOUT_RECOVERY: '900' });
    expect(viewOf({ ...silent, config })).toMatchObject({
      gone: new Set([THIRD]),
      declaredGone: new Set([THIRD]),
    });
    const present = {
      address: '10.0.0.9',
      listed: true,
      heard: { kind: 'present' as const, detail: 'no key' },
    };
    expect(viewOf({ ...silent, config, peers: [present] }).gone).toEqual(new Set());
  });

  it('says of this node what runs, or that it is not known', () => {
    const running = processesIn({ patroni: 'stopping', etcd: 'stopped' });
    expect(viewOf(aMember({ processes: running })).self).toMatchObject({
      patroniRuns: true,
      etcdRuns: false,
    });
    const orphaned = processesIn({ postgres: 'running' });
    expect(viewOf(aMember({ processes: orphaned })).self.patroniRuns).toBe(true);
    const processes = { ok: false as const, error: 'timeout' };
    expect(viewOf(aMember({ processes })).self).toMatchObject({ patroniRuns: null, etcdRuns: null });
  });

  it('takes etcd data of another epoch for none', () => {
    const volume = aVolume({ kind: 'absent' }, { etcdData: true });
    expect(viewOf(aMember({ volume })).self.etcdData).toBe(true);
    const cluster = { id: CLUSTER, epoch: 2, seededBy: OTHER, founder: false };
    expect(viewOf(aMember({ volume }, { cluster })).self.etcdData).toBe(false);
    expect(viewOf(aMember()).self.etcdData).toBe(false);
  });

  it('measures for how long etcd did not answer, and never as if it did', () => {
    const view = aMember();
    const silentSince = (etcdUnreachableSinceMs: number | null) =>
      viewOf({ ...view, memory: { ...view.memory, etcdUnreachableSinceMs } }).etcdUnreachableForMs;
    expect(silentSince(null)).toBe(0);
    expect(silentSince(view.nowMs)).toBe(1);
    expect(silentSince(view.nowMs - 5000)).toBe(5000);
  });
});

describe('the lead of a recovery', () => {
  const volume = aVolume(aCopy('7000'));
  const leadOf = (peers: View['peers'], difference: Partial<View> = {}, state: Partial<NodeState> = {}) =>
    viewOf(aMember({ volume, peers, ...difference }, state)).lead;

  it('is the furthest copy of all who answer', () => {
    expect(leadOf([holding(OTHER, '0/2000000')])).toEqual({ nodeId: OTHER, blocked: null });
    expect(leadOf([holding(OTHER, '0/1000000')])).toEqual({ nodeId: NODE, blocked: null });
  });

  it('is not a restored copy beside another', () => {
    expect(leadOf([holding(OTHER, '0/2000000', { restored: true })]).nodeId).toBe(NODE);
    expect(leadOf([holding(OTHER, '0/1000000')], {}, { restored: true }).nodeId).toBe(OTHER);
  });

  it('is not what a cut rewind left, and nobody waits for that while a whole copy is there', () => {
    const document = aMemberDocument();
    const postgres = {
      ...document.volume.postgres,
      kind: 'unfinished' as const,
      operation: 'rewind' as const,
    };
    const cut = aPeer({ ...document, volume: { postgres, etcd: true } });
    expect(leadOf([cut])).toEqual({ nodeId: NODE, blocked: null });
    const absent = aVolume({ kind: 'absent' });
    expect(leadOf([cut], { volume: absent })).toEqual({
      nodeId: null,
      blocked: `only-unfinished-rewind: ${OTHER}`,
    });
  });

  it('is nobody while a copy cannot be read or is of another system', () => {
    const document = aMemberDocument();
    const postgres = { ...document.volume.postgres, kind: 'unreadable' as const };
    const unreadable = aPeer({ ...document, volume: { postgres, etcd: true } });
    expect(leadOf([unreadable])).toEqual({ nodeId: null, blocked: `unreadable-copy: ${OTHER}` });
    const foreign = aVolume(aCopy('6666'));
    expect(leadOf([holding(OTHER, '0/1')], { volume: foreign })).toEqual({
      nodeId: null,
      blocked: `two-systems: ${NODE}, ${OTHER}`,
    });
  });

  it('is the lowest node that answers where nobody has a copy', () => {
    const absent = { volume: aVolume({ kind: 'absent' }) };
    expect(leadOf([aPeer(aMemberDocument())], absent)).toEqual({ nodeId: NODE, blocked: null });
    const state = { nodeId: THIRD };
    expect(leadOf([aPeer(aMemberDocument())], absent, state).nodeId).toBe(OTHER);
  });
});

describe('a recovery', () => {
  const running = processesIn({ patroni: 'running', etcd: 'running' });

  it('has nothing to say while etcd answers in the own epoch', () => {
    const view = aMember({ etcd: seen(anEtcdContent()) });
    const memory = { ...view.memory, etcdUnreachableSinceMs: null };
    expect(recover.apply({ ...view, memory })).toBeNull();
    expect(awaitRecovery.apply({ ...view, memory })).toBeNull();
  });

  it('tells why it does not begin, without holding anything up', () => {
    const view = aMember();
    expect(recover.apply(view)).toBeNull();
    expect(awaitRecovery.apply(view)).toMatchObject({
      action: { kind: 'wait' },
      reason: 'majority-may-return',
    });
    expect(awaitRecovery.apply(aMember({ mirror: null }))?.reason).toBe('voters-unknown');
  });

  it('takes a later epoch although the own etcd answers: Patroni stops, then etcd, then it is persisted', () => {
    const later = aPeer(aMemberDocument({ cluster: aToldCluster({ epoch: 2, seededBy: OTHER }) }));
    const kept = { declaredGone: [THIRD], startIds: ['1-aaaaaaaa'], promisedEpoch: 3 };
    const view = aMember({ peers: [later], etcd: seen(anEtcdContent()), processes: running }, kept);
    const memory = { ...view.memory, etcdUnreachableSinceMs: null };
    const at = (processes: View['processes']) => recover.apply({ ...view, memory, processes });
    expect(at(running)).toMatchObject({
      action: { kind: 'stop-program', program: 'patroni' },
      reason: 'higher-epoch-heard',
    });
    expect(at(processesIn({ etcd: 'running' }))?.action).toEqual({ kind: 'stop-program', program: 'etcd' });
    expect(at(processesIn({}))?.action).toEqual({
      kind: 'persist-state',
      state: {
        ...view.state,
        cluster: { id: CLUSTER, epoch: 2, founder: false, seededBy: OTHER, seeding: false },
      },
    });
  });

  it('orders two epochs of one number by their seeders, so that one of two sides gives way', () => {
    const cluster = { id: CLUSTER, epoch: 2, seededBy: OTHER, founder: false };
    const told = (seededBy: string) =>
      recover.apply(
        aMember(
          { peers: [aPeer(aMemberDocument({ cluster: aToldCluster({ epoch: 2, seededBy }) }))] },
          { cluster },
        ),
      );
    expect(told(THIRD)?.reason).toBe('higher-epoch-heard');
    expect(told(NODE)).toBeNull();
    expect(told(OTHER)).toBeNull();
  });

  it('keeps what etcd data without a note was written for, so that it is not taken for the new epoch’s', () => {
    const later = aPeer(aMemberDocument({ cluster: aToldCluster({ epoch: 2, seededBy: OTHER }) }));
    const etcd = { incarnation: 'aaaaaaaa', started: true };
    const action = recover.apply(aMember({ peers: [later] }, { etcd }))?.action;
    expect(action).toMatchObject({ kind: 'persist-state', state: { etcd: { ...etcd, writtenFor } } });
  });

  it('holds everything while an intent is promised, and gives nothing of it up for silence', () => {
    const intent = { clusterId: CLUSTER, epoch: 2, seederNodeId: OTHER, participants: [NODE, OTHER] };
    const held = aMember({ peers: [aSilentPeer('10.0.0.2', 86_400_000)] }, { intent });
    expect(recover.apply(held)).toMatchObject({ action: { kind: 'wait' }, reason: 'waiting-for-seeder' });
    const cancelled = aPeer(
      aMemberDocument({ cancelledIntents: [{ clusterId: CLUSTER, epoch: 2, seederNodeId: OTHER }] }),
    );
    expect(recover.apply({ ...held, peers: [cancelled] })).toMatchObject({
      action: {
        kind: 'persist-state',
        state: {
          cluster: { epoch: 1 },
          intent: null,
          cancelledIntents: [{ clusterId: CLUSTER, epoch: 2, seederNodeId: OTHER }],
        },
      },
      reason: 'intent-cancelled',
    });
    const state = { intent, declaredGone: [OTHER] };
    expect(recover.apply(aMember({}, state))).toMatchObject({ reason: 'seeder-gone' });
  });

  it('disowns an intent that others hold of it and that it does not know', () => {
    const intent = { clusterId: CLUSTER, epoch: 4, seederNodeId: NODE, participants: [NODE, OTHER] };
    const view = aMember({ peers: [aPeer(aMemberDocument({ intent }))] });
    expect(recover.apply(view)).toMatchObject({
      action: { state: { cancelledIntents: [{ clusterId: CLUSTER, epoch: 4, seederNodeId: NODE }] } },
      reason: 'intent-unknown',
    });
  });

  it('is no matter of a stale node, whatever it has seeded or promised', () => {
    const stale = { cause: 'fenced' as const, sinceWallMs: 0 };
    const cluster = { id: CLUSTER, epoch: 2, seededBy: NODE, founder: true, seeding: true };
    expect(recover.apply(aMember({}, { stale, cluster }))).toMatchObject({
      action: { kind: 'wait' },
      reason: 'stale',
    });
    expect(recover.apply(aMember({}, { stale }))).toBeNull();
  });

  it('lets an own seeding go on without another write', () => {
    const cluster = { id: CLUSTER, epoch: 2, founder: true, seededBy: NODE, seeding: true };
    expect(recover.apply(aMember({}, { cluster }))).toBeNull();
  });
});
