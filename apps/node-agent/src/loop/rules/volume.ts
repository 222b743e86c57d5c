import { type RememberedStartId, unknownStartIds, withUnknownStartIds } from '@flux-pg/etcd-membership';
import { decided, waiting } from '../action.ts';
import { clusterPeers } from '../known-members.ts';
import type { View } from '../view.ts';
import { databaseRuns, processState } from './process.ts';
import type { Rule } from './rule.ts';

/** A PGDATA of version 1 at the volume's root is moved to its place, before anything is decided on what the volume holds. */
export const adoptRootData: Rule = {
  name: 'adopt-root-data',
  blocks: true,
  apply: ({ volume, state }) => {
    if (!volume.atRoot || state.cluster !== null) return null;
    return decided({ kind: 'adopt-root-data' }, 'volume-of-version-1');
  },
};

/** What cannot be read may be the only copy: nothing is founded or cloned over it. */
export const leaveUnreadable: Rule = {
  name: 'leave-unreadable',
  blocks: true,
  apply: ({ state, volume: { postgres, atRoot } }) => {
    if (state.cluster !== null) return null;
    if (atRoot) return waiting('volume-of-version-1', 'it cannot be adopted; see the last failure');
    return postgres.kind === 'unreadable' ? waiting('postgres-data-unreadable', postgres.reason) : null;
  },
};

/** Start ids of this node that peers remember, as they tell or as the newest mirror has them. */
function remembered(view: View): readonly RememberedStartId[] {
  const { nodeId } = view.state;
  const told = clusterPeers(view).flatMap(({ nodeId: by, remembers }) => {
    const startId = remembers[nodeId];
    return startId === undefined ? [] : [{ by, startId }];
  });
  const stored = view.etcd.ok ? view.etcd.value.records : [];
  const own = stored.find((record) => record.nodeId === nodeId)?.startId;
  return own === undefined ? told : [...told, { by: 'etcd', startId: own }];
}

/**
 * An older state of this volume was put back: its etcd has forgotten votes that it gave, and its rows are not the last
 * that this node had. Noted once; from then on its copy follows, and leads only when everybody else is gone.
 */
export const noteRestored: Rule = {
  name: 'note-restored',
  blocks: true,
  apply: (view) => {
    const { state, volume } = view;
    if (state.cluster === null) return null;
    const unknown = unknownStartIds(state.startIds, remembered(view));
    if (unknown.length === 0) return null;
    const detail = unknown.map(({ by }) => by).join(', ');
    // The mark comes first: whatever fails after it, this copy does not lead any more.
    if (!state.restored) {
      const marked = { ...state, restored: true };
      return decided({ kind: 'persist-state', state: marked }, 'volume-restored', detail);
    }
    if (databaseRuns(view) === true) {
      return decided({ kind: 'stop-program', program: 'patroni' }, 'volume-restored', detail);
    }
    if (processState(view, 'etcd')?.alive === true) {
      return decided({ kind: 'stop-program', program: 'etcd' }, 'volume-restored', detail);
    }
    if (volume.etcdData) {
      return decided({ kind: 'renew-incarnation', quarantine: true }, 'volume-restored', detail);
    }
    const startIds = withUnknownStartIds(state.startIds, unknown);
    return decided({ kind: 'persist-state', state: { ...state, startIds } }, 'volume-restored', detail);
  },
};

/**
 * A backup that was taken in this start cannot be told from what is there now, as long as the start has one id only. What is
 * lost between two ids is left to etcd, which ends when it sees that its log is cut.
 */
const START_ID_INTERVAL_MS = 3_600_000;

/** A start that lasts gets a new id from time to time. */
export const renewStartId: Rule = {
  name: 'renew-start-id',
  apply: ({ state, memory, nowMs }) =>
    state.cluster !== null && nowMs - memory.startId.sinceMs >= START_ID_INTERVAL_MS
      ? decided({ kind: 'renew-start-id' }, 'start-id-renewed')
      : null,
};

/** The mark ends when this copy has become a part of the cluster's history again: it streams from the primary, or leads. */
export const endRestored: Rule = {
  name: 'end-restored',
  apply: (view) => {
    if (!view.state.restored || !view.postgres.ok) return null;
    const { role, state, streaming } = view.postgres.value;
    const follows = role !== 'primary' && streaming;
    const leads = role === 'primary' && state === 'running';
    return follows || leads
      ? decided(
          { kind: 'persist-state', state: { ...view.state, restored: false } },
          'restored-copy-followed',
        )
      : null;
  },
};

/** Whether this node was granted the bootstrap and no PostgreSQL of this cluster has ever been initialised. */
function interruptedBootstrap(view: View): boolean {
  if (!view.etcd.ok || view.etcd.value.bootstrap !== view.state.nodeId) return false;
  const { cluster, nodeId } = view.state;
  if (
    (cluster?.adopts ?? null) !== null ||
    view.etcd.value.copyHolders.some((holder) => holder.nodeId === nodeId)
  ) {
    return false;
  }
  return !view.etcd.value.provisioned && (view.etcd.value.patroni.initialize ?? '') === '';
}

/**
 * A clone or initdb that was cut short is no copy of anything: without a valid control file PostgreSQL never ran on
 * it. It is moved aside, so that Patroni finds an empty directory instead of failing on it for ever.
 */
export const setAsideUnfinished: Rule = {
  name: 'set-aside-unfinished',
  apply: (view) => {
    const { postgres } = view.volume;
    if (postgres.kind !== 'unfinished' || databaseRuns(view) !== false || !view.etcd.ok) return null;
    // What an interrupted rewind left may be the only copy of its rows; Patroni finishes it by following the primary.
    if (postgres.operation === 'rewind') return null;
    const releaseInitialize = interruptedBootstrap(view);
    const action = { kind: 'set-aside-pgdata' as const, why: 'unfinished', releaseInitialize };
    return decided(action, 'unfinished-copy', postgres.reason);
  },
};

/**
 * An initdb that was cut short before Patroni told the cluster leaves Patroni's lock on `initialize` without an owner. With
 * nothing on the volume it is released. A directory that is complete is kept: PostgreSQL may have run on it and taken
 * writes, so the cluster is told of it instead.
 */
export const repeatBootstrap: Rule = {
  name: 'repeat-bootstrap',
  apply: (view) => {
    if (databaseRuns(view) !== false || !view.etcd.ok || !interruptedBootstrap(view)) return null;
    const { postgres } = view.volume;
    if (postgres.kind === 'copy') {
      return decided({ kind: 'complete-bootstrap', systemId: postgres.systemId }, 'bootstrap-completed');
    }
    if (postgres.kind !== 'absent' || view.etcd.value.patroni.initialize === null) return null;
    return decided({ kind: 'release-initialize' }, 'bootstrap-interrupted');
  },
};

/** Longer than Patroni needs to begin with what it has locked `initialize` for. */
const IDLE_LOCK_MS = 30_000;

/**
 * Where the answer to its lock was lost, Patroni takes its own lock for another's and waits for ever. The grantee is the
 * only one that could be at work, so a lock beside an idle Patroni of its own is nobody's.
 */
export const releaseIdleLock: Rule = {
  name: 'release-idle-lock',
  apply: (view) => {
    const { postgres, memory, nowMs } = view;
    const since = memory.idleLockSinceMs;
    if (since === null || nowMs - since < IDLE_LOCK_MS || !interruptedBootstrap(view)) return null;
    const detail = postgres.ok ? postgres.value.state : '';
    return decided({ kind: 'release-initialize' }, 'bootstrap-lock-idle', detail);
  },
};

/** Whether `initialize` is locked while this node's Patroni, the only one that may, does nothing. */
export function isLockIdle(view: View): boolean {
  const locked = view.etcd.ok && view.etcd.value.patroni.initialize === '';
  const idle = view.postgres.ok && ['stopped', 'uninitialized'].includes(view.postgres.value.state);
  return locked && idle && interruptedBootstrap(view);
}
