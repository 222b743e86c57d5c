import { memberName } from '@flux-pg/etcd-membership';
import fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import type { Action, Decision } from './action.ts';
import { decide } from './decide.ts';
import { holdsOwnEtcdData } from './etcd-data.ts';
import { clusterPeers } from './known-members.ts';
import { isOwnEpoch } from './own-epoch.ts';
import { memberReports } from './reports.ts';
import { goneNodes, isMarkDue, staleness } from './standing.ts';
import type { View } from './view.ts';
import { aGeneratedView } from './view-generator.ts';
import { mayBootstrap } from './wanted/patroni-config.ts';

/** What may have failed a moment ago and is not tried again yet: a full volume, a supervisor that does not answer. */
const heldBack = fc.subarray<Action['kind']>([
  'persist-state',
  'stop-program',
  'renew-incarnation',
  'set-router-servers',
  'write-hosts',
  'set-aside-pgdata',
  'apply-patroni-config',
  'put-record',
  'write-mirror',
  'write-cluster-keys',
]);

const RUNS = 400;
/** A busy machine takes its time. */
const TIMEOUT_MS = 60_000;

/** Checks every decision on whatever the node sees and whatever is held back. */
function everyDecision(check: (view: View, decision: Decision) => void): void {
  fc.assert(
    fc.property(aGeneratedView(), fc.oneof(fc.constant([]), heldBack), (view, held) =>
      check(view, decide(view, new Set(held))),
    ),
    { numRuns: RUNS },
  );
}

function isKind<K extends Action['kind']>(
  action: Action,
  kind: K,
): action is Extract<Action, { readonly kind: K }> {
  return action.kind === kind;
}

/** Checks every decision of the given kind. */
function always<K extends Action['kind']>(
  kind: K,
  check: (view: View, action: Extract<Action, { readonly kind: K }>) => void,
): void {
  everyDecision((view, { action }) => {
    if (isKind(action, kind)) check(view, action);
  });
}

function isAlive(view: View, program: string): boolean {
  if (!view.processes.ok) return true;
  const state = view.processes.value.find(({ name }) => name === program)?.state ?? 'running';
  return ['starting', 'running', 'stopping', 'backoff'].includes(state);
}

function starts({ kind }: Action): boolean {
  return kind === 'start-patroni' || kind === 'start-etcd';
}

/** Whether a fresh or old authenticated peer of this cluster tells of an epoch that ends this node's. */
function hearsHigherEpoch(view: View): boolean {
  const own = view.state.cluster?.epoch ?? 0;
  return clusterPeers(view).some(({ cluster }) => (cluster?.epoch ?? 0) > own);
}

describe('the generated views', () => {
  const wanted = [
    'wait',
    'persist-state',
    'persist-order',
    'stop-program',
    'start-patroni',
    'start-etcd new',
    'start-etcd own-data',
    'start-etcd join',
    'renew-incarnation',
    'write-cluster-keys',
    'set-aside-pgdata',
    'change-membership',
    'grant-bootstrap',
    'yield-cluster',
    'write-mirror',
    'put-witnesses',
    'note-copy',
  ];
  const reached = new Set<string>();
  // Some are rare: more are looked at until each was met, within a bound.
  for (let seed = 1; seed <= 12 && wanted.some((kind) => !reached.has(kind)); seed += 1) {
    for (const view of fc.sample(aGeneratedView(), { numRuns: 2000, seed })) {
      const { action } = decide(view, new Set());
      reached.add(action.kind === 'start-etcd' ? `start-etcd ${action.start.kind}` : action.kind);
    }
  }

  it.each(wanted)('reach %s, so that what holds for it is looked at', (kind) => {
    expect(reached).toContain(kind);
  });
});

describe('whatever a node sees', { timeout: TIMEOUT_MS }, () => {
  it('Patroni starts only with an etcd of the own cluster and epoch that answers', () => {
    always('start-patroni', (view) => {
      expect(view.etcd.ok && view.etcd.value.cluster?.id).toBe(view.state.cluster?.id);
      expect(isOwnEpoch(view)).toBe(true);
      expect(isAlive(view, 'patroni')).toBe(false);
    });
  });

  it('Patroni starts on no data but a copy of the cluster’s own system or what a rewind left', () => {
    always('start-patroni', (view) => {
      const { postgres } = view.volume;
      const initialize = view.etcd.ok ? view.etcd.value.patroni.initialize : null;
      if (postgres.kind === 'copy') expect(postgres.systemId).toBe(initialize);
      else if (postgres.kind === 'unfinished') expect(postgres.operation).toBe('rewind');
      else expect(postgres.kind).toBe('absent');
    });
  });

  it('a stale node never starts Patroni, and no etcd unless it was only fenced', () => {
    everyDecision((view, { action }) => {
      // One that is released and cannot write that down is bound by nothing but its file.
      if (view.state.stale === null || staleness(view)?.action.kind === 'release') return;
      expect(action.kind).not.toBe('start-patroni');
      if (view.state.stale.cause === 'stopped') expect(action.kind).not.toBe('start-etcd');
    });
  });

  it('a node that has not looked for too long starts nothing, also where it cannot write that down', () => {
    everyDecision((view, { action }) => {
      if (isMarkDue(view)) expect(starts(action)).toBe(false);
    });
  });

  it('a node that holds an intent starts neither etcd nor Patroni', () => {
    everyDecision((view, { action }) => {
      if (view.state.intent !== null && view.state.cluster !== null) expect(starts(action)).toBe(false);
    });
  });

  it('a node that hears of a higher epoch starts neither etcd nor Patroni', () => {
    everyDecision((view, { action }) => {
      if (view.state.cluster === null || !hearsHigherEpoch(view)) return;
      const fresh = clusterPeers(view).every(({ ageMs = 0 }) => ageMs <= 5000);
      if (fresh) expect(starts(action)).toBe(false);
    });
  });

  it('the membership is not changed while a higher epoch is heard', () => {
    always('change-membership', (view) => {
      const higher = clusterPeers(view).filter(
        ({ cluster, ageMs = 0 }) => ageMs <= 5000 && (cluster?.epoch ?? 0) > (view.state.cluster?.epoch ?? 0),
      );
      expect(higher).toEqual([]);
      expect(isOwnEpoch(view)).toBe(true);
      expect(view.state.stale?.cause).not.toBe('stopped');
    });
  });

  it('PostgreSQL may be initialised by the grantee alone, and not once the cluster is in use', () => {
    fc.assert(
      fc.property(aGeneratedView(), (view) => {
        if (!mayBootstrap(view)) return;
        if (!view.etcd.ok) throw new Error('granted without an etcd');
        const { bootstrap, provisioned, patroni } = view.etcd.value;
        expect(bootstrap).toBe(view.state.nodeId);
        expect(provisioned).toBe(false);
        expect(Boolean(patroni.initialize) && patroni.config !== null && patroni.leader !== null).toBe(false);
      }),
      { numRuns: RUNS },
    );
  });

  it('Patroni starts on an empty volume to initialise only where nobody reports a copy', () => {
    always('start-patroni', (view) => {
      if (!mayBootstrap(view) || view.volume.postgres.kind !== 'absent' || !view.etcd.ok) return;
      const { initialize, leader } = view.etcd.value.patroni;
      // Patroni itself refuses to initialise where a system or a leader is named.
      if ((initialize ?? '') !== '' || leader !== null) return;
      const gone = goneNodes(view);
      const holders = memberReports(view).filter(
        ({ nodeId, report }) =>
          !gone.has(nodeId) &&
          (report?.kind === 'unreadable' || (report?.kind === 'copy' && report.copy.unfinished === null)),
      );
      expect(holders).toEqual([]);
    });
  });

  it('the bootstrap is granted only where nobody who is not gone holds a copy or could', () => {
    always('grant-bootstrap', (view, { grant }) => {
      if (!view.etcd.ok) throw new Error('granted without an etcd');
      const gone = goneNodes(view);
      const present = memberReports(view).filter(({ nodeId }) => !gone.has(nodeId));
      expect(present.every(({ report }) => report !== null && report.kind !== 'unreadable')).toBe(true);
      const copies = present.filter(({ report }) => report?.kind === 'copy' && !report.copy.unfinished);
      expect(copies).toEqual([]);
      expect(gone.has(grant.to)).toBe(false);
      const { copyHolders, userData } = view.etcd.value;
      if (copyHolders.length > 0 && !view.state.permitsNewData) expect(userData).toBe(false);
    });
  });

  it('etcd starts as a new cluster only on its founder or seeder, without data and without a mirror of the epoch', () => {
    always('start-etcd', (view, { start }) => {
      expect(isAlive(view, 'etcd')).toBe(false);
      // Data that a learner's first start left behind may have no log in it: only such a one joins with data.
      if (view.volume.etcdData) {
        expect(start.kind === 'own-data' || (start.kind === 'join' && !view.state.etcd.started)).toBe(true);
      } else expect(start.kind).not.toBe('own-data');
      if (start.kind !== 'new') return;
      const { cluster, etcd } = view.state;
      expect(cluster?.founder).toBe(true);
      expect(view.mirror?.clusterId === cluster?.id && view.mirror?.epoch === cluster?.epoch).toBe(false);
      expect(etcd.started).toBe(false);
    });
  });

  it('etcd data of another cluster or epoch is never started', () => {
    always('start-etcd', (view, { start }) => {
      if (start.kind === 'own-data') expect(holdsOwnEtcdData(view)).toBe(true);
    });
  });

  it('etcd joins only under a learner’s entry of exactly its own name, in an etcd of its own epoch', () => {
    always('start-etcd', (view, { start }) => {
      if (start.kind !== 'join' || !view.etcd.ok) return;
      const own = memberName(view.state.nodeId, view.state.etcd.incarnation);
      const entry = view.etcd.value.members.find(({ peerUrls }) => peerUrls[0] === `https://${own}:2380`);
      expect(entry?.isLearner).toBe(true);
      expect(isOwnEpoch(view)).toBe(true);
    });
  });

  it('PGDATA is moved only while Patroni is down and etcd answers, and never what a rewind left', () => {
    always('set-aside-pgdata', (view, { why }) => {
      expect(view.etcd.ok).toBe(true);
      expect(isAlive(view, 'patroni')).toBe(false);
      const { postgres } = view.volume;
      if (why === 'unfinished') expect(postgres).toMatchObject({ kind: 'unfinished' });
      if (why === 'unfinished') expect(postgres).not.toMatchObject({ operation: 'rewind' });
    });
  });

  it('etcd’s data is moved aside only of another epoch, of a restored volume, or beside a quorum that does without it', () => {
    everyDecision((view, { action, reason }) => {
      if (action.kind !== 'renew-incarnation') return;
      expect(isAlive(view, 'etcd')).toBe(false);
      expect(action.quarantine).toBe(view.volume.etcdData);
      if (!action.quarantine || reason === 'volume-restored') return;
      if (reason === 'etcd-data-of-other-epoch') {
        expect(holdsOwnEtcdData(view)).toBe(false);
        return;
      }
      expect(['removed-from-etcd', 'etcd-keeps-ending']).toContain(reason);
      expect(isOwnEpoch(view)).toBe(true);
      if (reason === 'etcd-keeps-ending') {
        expect(view.memory.etcdStartsAtMs.length).toBeGreaterThan(3);
        return;
      }
      const own = memberName(view.state.nodeId, view.state.etcd.incarnation);
      expect(view.etcd.ok && view.etcd.value.members.map(({ name }) => name)).not.toContain(own);
    });
  });

  it('a cluster gives its data up only while it knows that no user has made anything', () => {
    always('yield-cluster', (view) => {
      const known = view.etcd.ok
        ? view.etcd.value.userData
        : (view.memory.toldMirror ?? view.mirror)?.userData;
      expect(known).toBe(false);
      expect(isAlive(view, 'patroni')).toBe(false);
      expect(isAlive(view, 'etcd')).toBe(false);
    });
  });

  it('the keys of a cluster are written by its founder or seeder alone', () => {
    always('write-cluster-keys', (view) => {
      expect(view.state.cluster?.founder).toBe(true);
      expect(view.etcd.ok && view.etcd.value.cluster).toBeNull();
    });
  });
});
