import { memberName } from '@flux-pg/etcd-membership';
import fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import type { Action } from './action.ts';
import { decide } from './decide.ts';
import type { View } from './view.ts';
import { aGeneratedView } from './view-generator.ts';
import { mayBootstrap } from './wanted/patroni-config.ts';

const heldBack = fc.subarray<Action['kind']>([
  'set-router-servers',
  'write-hosts',
  'persist-state',
  'set-aside-pgdata',
  'apply-patroni-config',
  'put-record',
]);

/** Checks every decision of the given kind, whatever the node sees and whatever is held back. */
function always<K extends Action['kind']>(
  kind: K,
  check: (view: View, action: Extract<Action, { readonly kind: K }>) => void,
): void {
  fc.assert(
    fc.property(aGeneratedView(), heldBack, (view, held) => {
      const { action } = decide(view, new Set(held));
      if (isKind(action, kind)) check(view, action);
    }),
    { numRuns: 1000 },
  );
}

function isKind<K extends Action['kind']>(
  action: Action,
  kind: K,
): action is Extract<Action, { readonly kind: K }> {
  return action.kind === kind;
}

function isAlive(view: View, program: string): boolean {
  if (!view.processes.ok) return true;
  const state = view.processes.value.find(({ name }) => name === program)?.state ?? 'running';
  return ['starting', 'running', 'stopping', 'backoff'].includes(state);
}

describe('whatever a node sees', () => {
  it('Patroni starts only with an etcd of the own cluster that answers', () => {
    always('start-patroni', (view) => {
      expect(view.etcd.ok && view.etcd.value.cluster?.id).toBe(view.state.cluster?.id);
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
      { numRuns: 1000 },
    );
  });

  it('etcd starts as a new cluster only on a founder without data and without a mirror', () => {
    always('start-etcd', (view, { start }) => {
      expect(isAlive(view, 'etcd')).toBe(false);
      expect(start.kind === 'own-data').toBe(view.volume.etcdData);
      if (start.kind !== 'new') return;
      expect(view.state.cluster?.founder).toBe(true);
      expect(view.mirror).toBeNull();
      expect(view.state.etcd.started).toBe(false);
    });
  });

  it('etcd joins only under a learner’s entry of exactly its own name', () => {
    always('start-etcd', (view, { start }) => {
      if (start.kind !== 'join' || !view.etcd.ok) return;
      const own = memberName(view.state.nodeId, view.state.etcd.incarnation);
      const entry = view.etcd.value.members.find(({ peerUrls }) => peerUrls[0] === `https://${own}:2380`);
      expect(entry?.isLearner).toBe(true);
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

  it('etcd’s data is moved aside only by a node that a quorum does not list', () => {
    always('renew-incarnation', (view, { quarantine }) => {
      expect(isAlive(view, 'etcd')).toBe(false);
      expect(quarantine).toBe(view.volume.etcdData);
      if (!quarantine) return;
      const own = memberName(view.state.nodeId, view.state.etcd.incarnation);
      expect(view.etcd.ok && view.etcd.value.members.map(({ name }) => name)).not.toContain(own);
      expect(view.etcd.ok).toBe(true);
    });
  });

  it('the keys of a cluster are written by its founder alone', () => {
    always('write-cluster-keys', (view) => {
      expect(view.state.cluster?.founder).toBe(true);
      expect(view.etcd.ok && view.etcd.value.cluster).toBeNull();
    });
  });
});
