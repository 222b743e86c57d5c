import { decided, waiting } from '../action.ts';
import type { View } from '../view.ts';
import { processState } from './process.ts';
import type { Rule } from './rule.ts';

/** Data at the root of the volume belongs to flux-pg-cluster 1.x; it is left alone until it can be adopted. */
export const leaveForeignVolume: Rule = {
  name: 'leave-foreign-volume',
  apply: ({ state, volume }) => {
    if (state.cluster !== null) return null;
    if (volume.atRoot) {
      return waiting(
        'volume-of-version-1',
        'the volume root holds a PGDATA; this version does not adopt it yet',
      );
    }
    const { postgres } = volume;
    return postgres.kind === 'unreadable' ? waiting('postgres-data-unreadable', postgres.reason) : null;
  },
};

/** Whether this node was granted the bootstrap and no PostgreSQL of this cluster has ever been initialised. */
function interruptedBootstrap(view: View): boolean {
  if (!view.etcd.ok || view.etcd.value.bootstrap !== view.state.nodeId) return false;
  const { initialize, config } = view.etcd.value.patroni;
  const everInitialized = (view.mirror?.initialize ?? '') !== '' || view.etcd.value.provisioned;
  return !everInitialized && config === null && (initialize ?? '') === '';
}

/**
 * A clone or initdb that was cut short is no copy of anything: without a valid control file PostgreSQL never ran on
 * it. It is moved aside, so that Patroni finds an empty directory instead of failing on it for ever.
 */
export const setAsideUnfinished: Rule = {
  name: 'set-aside-unfinished',
  apply: (view) => {
    const patroni = processState(view, 'patroni');
    const { postgres } = view.volume;
    if (postgres.kind !== 'unfinished' || patroni === null || patroni.alive || !view.etcd.ok) return null;
    // What an interrupted rewind left may be the only copy of its rows; Patroni finishes it by following the primary.
    if (postgres.operation === 'rewind') return null;
    const releaseInitialize = interruptedBootstrap(view);
    const action = { kind: 'set-aside-pgdata' as const, why: 'unfinished', releaseInitialize };
    return decided(action, 'unfinished-copy', postgres.reason);
  },
};

/**
 * An initdb that came to its end but was cut short before Patroni told the cluster leaves a copy that nobody knows, and
 * Patroni's lock on `initialize` without an owner. Nobody can have written a row to it; it is moved aside and repeated.
 */
export const repeatBootstrap: Rule = {
  name: 'repeat-bootstrap',
  apply: (view) => {
    const patroni = processState(view, 'patroni');
    if (patroni === null || patroni.alive || !view.etcd.ok || !interruptedBootstrap(view)) return null;
    const untouched = view.volume.postgres.kind === 'absent' && view.etcd.value.patroni.initialize === null;
    if (untouched) return null;
    const action = { kind: 'set-aside-pgdata' as const, why: 'initdb', releaseInitialize: true };
    return decided(action, 'bootstrap-interrupted');
  },
};
