import { memberName } from '@flux-pg/etcd-membership';
import { describe, expect, it } from 'vitest';
import { decided, waiting } from '../loop/action.ts';
import type { LoopState } from '../loop/loop.ts';
import {
  aMemberDocument,
  aMemberState,
  aMirror,
  aPeer,
  aRecord,
  aRunningPostgres,
  processesIn,
  seen,
  THIRD,
} from '../loop/member-builder.ts';
import type { View } from '../loop/view.ts';
import { anEtcdContent, anEtcdMember, aView, CLUSTER, NODE, OTHER } from '../loop/view-builder.ts';
import { memberStatuses, statusReport } from './report.ts';
import { statusReportSchema } from './report-schema.ts';

const keys = anEtcdContent().patroni;
const own = anEtcdMember(memberName(NODE, 'aaaaaaaa'));
const other = anEtcdMember(memberName(OTHER, 'bbbbbbbb'));
const status = {
  memberId: own.id,
  leaderId: own.id,
  raftTerm: 2,
  raftIndex: 5,
  raftAppliedIndex: 5,
  dbSizeBytes: 0,
  isLearner: false,
  version: '3.5.30',
  errors: [],
};
const primaryKey = JSON.stringify({ role: 'primary', state: 'running', timeline: 2, xlog_location: 5000 });
const replicaKey = (difference: object = {}) =>
  JSON.stringify({ role: 'replica', state: 'running', timeline: 2, xlog_location: 4000, ...difference });

/** A primary with one replica. */
function aPair(members: Record<string, string> = { [NODE]: primaryKey, [OTHER]: replicaKey() }): View {
  return aView({
    state: aMemberState(),
    expectedNodes: 2,
    processes: processesIn({ etcd: 'running', patroni: 'running' }),
    peers: [aPeer(aMemberDocument())],
    localEtcd: seen(status),
    postgres: seen(aRunningPostgres({ timeline: 2, replicating: [OTHER] })),
    etcd: seen(
      anEtcdContent({
        members: [own, other],
        provisioned: true,
        records: [aRecord(NODE, '10.0.0.1'), aRecord(OTHER)],
        patroni: { ...keys, leader: NODE, members: new Map(Object.entries(members)) },
      }),
    ),
  });
}

function reported(view: View | null, difference: Partial<LoopState> = {}) {
  const state = { view, decision: waiting('steady'), failure: null, ...difference };
  return statusReport(state, '10.0.0.1', (members) => Math.min(members, 3));
}

describe('the members', () => {
  it('are shown with their part in PostgreSQL and in etcd, and how far behind they are', () => {
    expect(memberStatuses(aPair())).toMatchObject([
      { nodeId: NODE, address: '10.0.0.1', role: 'primary', timeline: 2, lagBytes: 0, etcd: 'leader' },
      { nodeId: OTHER, address: '10.0.0.2', role: 'replica', timeline: 2, lagBytes: 1000, etcd: 'voter' },
    ]);
  });

  it('are absent where Patroni has no key, or none that can be read', () => {
    for (const members of [{ [NODE]: primaryKey }, { [NODE]: primaryKey, [OTHER]: 'no json' }]) {
      expect(memberStatuses(aPair(members))[1]).toMatchObject({
        role: 'replica',
        state: 'absent',
        timeline: null,
        lagBytes: null,
      });
    }
  });

  it('are never ahead of the primary by a negative lag', () => {
    const ahead = { [NODE]: primaryKey, [OTHER]: replicaKey({ xlog_location: 9000 }) };
    expect(memberStatuses(aPair(ahead))[1]?.lagBytes).toBe(0);
  });

  it('are reachable when they answered in this tick; the own node always is', () => {
    const view = { ...aPair(), peers: [] };
    expect(memberStatuses(view).map(({ reachable }) => reachable)).toEqual([true, false]);
  });

  it('are learners, or outside of etcd, where etcd says so', () => {
    const view = aPair();
    if (!view.etcd.ok) throw new Error('the builder gives an etcd');
    const content = view.etcd.value;
    const learner = { ...other, isLearner: true };
    const withLearner = { ...view, etcd: seen({ ...content, members: [own, learner] }) };
    expect(memberStatuses(withLearner)[1]?.etcd).toBe('learner');
    const alone = { ...view, etcd: seen({ ...content, members: [own] }) };
    expect(memberStatuses(alone)[1]?.etcd).toBe('none');
  });

  it('are not known while etcd does not answer', () => {
    expect(memberStatuses({ ...aPair(), etcd: { ok: false, error: 'refused' } })).toEqual([]);
  });
});

describe('the report', () => {
  it('can be printed before the first look', () => {
    expect(reported(null, { decision: null })).toEqual({
      node: {
        id: null,
        address: '10.0.0.1',
        state: 'waiting',
        role: null,
        action: 'wait',
        reason: 'starting',
        detail: '',
        failure: null,
      },
      cluster: { id: null, epoch: null, expectedNodes: null, formed: false },
      members: [],
      problems: [],
    });
  });

  it('of a primary says that it serves, and as what', () => {
    const report = reported(aPair());
    expect(report).toMatchObject({
      node: { id: NODE, state: 'serving', role: 'primary', reason: 'steady' },
      cluster: { id: CLUSTER, epoch: 1, expectedNodes: 2 },
    });
    expect(statusReportSchema.parse(JSON.parse(JSON.stringify(report)))).toEqual(report);
  });

  it.each<[string, Partial<View>]>([
    ['its PostgreSQL does not run', { postgres: { ok: false, error: 'refused' } }],
    [
      'its PostgreSQL still starts',
      { postgres: seen(aRunningPostgres({ role: 'replica', state: 'starting', timeline: null })) },
    ],
    ['its Patroni does not run', { processes: processesIn({ patroni: 'stopped' }) }],
  ])('says that a node waits while %s', (_name, difference) => {
    expect(reported({ ...aPair(), ...difference }).node.state).toBe('waiting');
  });

  it('of a stale node says since when, whom it waits for, what it has promised and who lists it', () => {
    const intent = { clusterId: CLUSTER, epoch: 4, seederNodeId: OTHER, participants: [NODE, OTHER] };
    const state = aMemberState({
      stale: { cause: 'fenced', sinceWallMs: Date.UTC(2026, 0, 2) },
      intent,
      declaredGone: [THIRD],
    });
    const view = aPair();
    const answer = (witness: string, addresses: string[], atMs = view.nowMs) => ({
      witness,
      addresses,
      atMs,
    });
    const witnesses = {
      total: 3,
      answers: [answer('a', ['10.0.0.1']), answer('b', ['10.0.0.2']), answer('old', ['10.0.0.1'], 0)],
    };
    const { node } = reported({ ...view, state, witnesses, mirror: aMirror({ members: [aRecord(OTHER)] }) });
    expect(node).toMatchObject({
      stale: { cause: 'fenced', since: '2026-01-02T00:00:00.000Z', reason: 'stale-waits', detail: OTHER },
      intent: { epoch: 4, seederNodeId: OTHER, participants: [NODE, OTHER] },
      witnesses: { total: 3, answering: 2, listing: 1 },
      declaredGone: [THIRD],
    });
  });

  it('of a node without a cluster names no witnesses: nobody has agreed on any', () => {
    expect(reported(aView()).node).toMatchObject({ stale: null, intent: null, witnesses: null });
  });

  it('tells who seeded the epoch', () => {
    const cluster = { id: CLUSTER, epoch: 2, founder: false, seededBy: OTHER };
    expect(reported({ ...aPair(), state: aMemberState({ cluster }) }).cluster.seededBy).toBe(OTHER);
  });

  it('tells what is done, why, and what failed', () => {
    const decision = decided({ kind: 'start-patroni' }, 'etcd-answers', 'detail');
    const failure = { kind: 'start-patroni' as const, message: 'timeout' };
    expect(reported(aPair(), { decision, failure }).node).toMatchObject({
      action: 'start-patroni',
      reason: 'etcd-answers',
      detail: 'detail',
      failure: 'start-patroni: timeout',
    });
  });

  it.each<[string, (view: View) => View]>([
    ['a replica is absent', () => aPair({ [NODE]: primaryKey })],
    ['members are missing', (view) => ({ ...view, expectedNodes: 3 })],
    ['etcd does not answer', (view) => ({ ...view, etcd: { ok: false, error: 'refused' } })],
    [
      'another member has joined that does not stream',
      (view) =>
        view.etcd.ok
          ? {
              ...view,
              etcd: seen({ ...view.etcd.value, records: [...view.etcd.value.records, aRecord(THIRD)] }),
            }
          : view,
    ],
    [
      'the database is not there yet',
      (view) => (view.etcd.ok ? { ...view, etcd: seen({ ...view.etcd.value, provisioned: false }) } : view),
    ],
  ])('counts a cluster as incomplete while %s', (_name, change) => {
    expect(reported(change(aPair())).cluster.formed).toBe(false);
  });
});
