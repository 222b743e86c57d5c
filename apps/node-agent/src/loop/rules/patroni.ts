import { readRegistration, registeredHost } from '../../patroni/registration.ts';
import { type Decision, decided, waiting } from '../action.ts';
import { coldStart } from '../cold-start.ts';
import { effectiveFlag } from '../standing.ts';
import type { View } from '../view.ts';
import { mayBootstrap, patroniConfig } from '../wanted/patroni-config.ts';
import { clash } from './clash.ts';
import { databaseRuns, processState } from './process.ts';
import type { Rule } from './rule.ts';

/** Patroni's configuration follows the members and their addresses; a running Patroni reloads it. */
export const configurePatroni: Rule = {
  name: 'configure-patroni',
  apply: (view) => {
    const text = patroniConfig(view);
    if (text === null) return waiting('own-address-unknown');
    if (text === view.applied.patroniConfig) return null;
    const reload = processState(view, 'patroni')?.running ?? false;
    return decided({ kind: 'apply-patroni-config', text, reload }, 'patroni-config-differs');
  },
};

/** Reasons that keep Patroni from starting: each is a way in which it would touch the wrong data. */
function obstacle(view: View): Decision | null {
  if (!view.etcd.ok) return waiting('etcd-unreachable', view.etcd.error);
  const other = clash(view);
  if (other !== null) return waiting(other.reason, other.detail);
  if (view.volume.atRoot) return waiting('volume-of-version-1', 'its data is on its way into pgdata');
  const { initialize } = view.etcd.value.patroni;
  const { postgres } = view.volume;
  if (postgres.kind === 'unreadable') return waiting('postgres-data-unreadable', postgres.reason);
  if (postgres.kind === 'unfinished' && postgres.operation !== 'rewind') {
    return waiting('unfinished-copy', postgres.reason);
  }
  if (postgres.kind === 'absent') return null;
  // Patroni would write its own system id as the cluster's, whatever other copies hold.
  if (initialize === null || initialize === '') return waiting('initialize-missing');
  if (postgres.kind !== 'copy' || initialize === postgres.systemId) return null;
  return waiting('foreign-data', `the cluster is ${initialize}, this volume holds ${postgres.systemId}`);
}

/** After a full stop the furthest copy goes first, or a replica that was far behind could take the lead. */
function awaitTurn(view: View): Decision | null {
  const { start, reason, waitingFor } = coldStart(view);
  return start ? null : waiting(reason, waitingFor.join(', '));
}

/**
 * A starting Patroni asks at the address of its own old registration whether its name is taken, and any answer there
 * keeps it from starting until the registration expires. When another node has that address now, it is deleted.
 */
export const forgetOldRegistration: Rule = {
  name: 'forget-old-registration',
  apply: (view) => {
    const process = processState(view, 'patroni');
    if (process === null || process.alive) return null;
    const registered = view.etcd.ok ? view.etcd.value.patroni.members.get(view.state.nodeId) : undefined;
    const host = registeredHost(readRegistration(registered));
    if (host === null || host === view.ownAddress?.address) return null;
    const successor = view.peers.some(
      ({ address, heard }) =>
        address === host && heard.kind === 'authenticated' && heard.document.nodeId !== view.state.nodeId,
    );
    return successor ? decided({ kind: 'delete-registration' }, 'registered-address-taken', host) : null;
  },
};

/** Patroni runs once etcd answers linearizable reads and this volume cannot be mistaken. */
export const runPatroni: Rule = {
  name: 'run-patroni',
  apply: (view) => {
    const process = processState(view, 'patroni');
    if (process === null || process.alive) return null;
    if (effectiveFlag(view) !== null) return null;
    const blocked = obstacle(view) ?? awaitTurn(view);
    if (blocked !== null) return blocked;
    // Writing it failed, and an older text could hold a `bootstrap` section that is no longer granted.
    if (patroniConfig(view) !== view.applied.patroniConfig) return waiting('patroni-config-differs');
    return decided({ kind: 'start-patroni' }, coldStart(view).reason);
  },
};

/** Longer than a failover, after which a Patroni without data and without anybody to clone from waits for nothing. */
const NOTHING_TO_FOLLOW_MS = 60_000;

/**
 * A Patroni that began to clone and lost its leader keeps an empty volume from being seen as empty; stopped, it is told for
 * what it is, and somebody may be granted to begin anew.
 */
export const stopIdlePatroni: Rule = {
  name: 'stop-idle-patroni',
  apply: (view) => {
    const { memory, nowMs, volume, postgres } = view;
    const since = memory.leaderKeyMissingSinceMs;
    if (since === null || nowMs - since < NOTHING_TO_FOLLOW_MS || volume.postgres.kind !== 'absent')
      return null;
    if (processState(view, 'patroni')?.running !== true || mayBootstrap(view)) return null;
    const isIdle = postgres.ok && ['stopped', 'uninitialized'].includes(postgres.value.state);
    return isIdle ? decided({ kind: 'stop-program', program: 'patroni' }, 'nothing-to-follow') : null;
  },
};

/**
 * A PostgreSQL that has outlived its Patroni goes on without a lease, and would go on beside the next primary. Patroni
 * takes it over when it comes back; where it cannot for longer than the lease lasts, PostgreSQL ends as its lease has.
 */
export const endOrphan: Rule = {
  name: 'end-orphaned-postgres',
  apply: (view) => {
    if (processState(view, 'patroni')?.alive !== false || databaseRuns(view) !== true) return null;
    const { memory, nowMs, config } = view;
    const since = [memory.etcdUnreachableSinceMs, memory.leaderKeyMissingSinceMs].flatMap((ms) => ms ?? []);
    if (!since.some((sinceMs) => nowMs - sinceMs >= config.patroni.ttlSeconds * 1000)) return null;
    return decided({ kind: 'stop-program', program: 'patroni' }, 'postgres-without-patroni');
  },
};

function isPrimary(view: View): boolean {
  return (
    view.postgres.ok && view.postgres.value.role === 'primary' && view.postgres.value.state === 'running'
  );
}

/** A Patroni that dies before it has written all its keys leaves a bootstrap that this node has to complete. */
function hasBootstrapped({ etcd, state }: View): boolean {
  if (!etcd.ok) return false;
  const { initialize, config, leader } = etcd.value.patroni;
  return (initialize ?? '') !== '' && config !== null && leader === state.nodeId;
}

/** The database of a new cluster is created once, after which its bootstrap is over; whoever drops it later meant to. */
export const provisionDatabase: Rule = {
  name: 'provision-database',
  apply: (view) =>
    view.etcd.ok && !view.etcd.value.provisioned && isPrimary(view) && hasBootstrapped(view)
      ? decided({ kind: 'provision-database' }, 'database-not-created')
      : null,
};

/** Roles that the environment names are added where missing, once after each start on the primary. */
export const ensureRoles: Rule = {
  name: 'ensure-roles',
  apply: (view) =>
    !view.memory.rolesEnsured && isPrimary(view)
      ? decided({ kind: 'ensure-roles' }, 'roles-not-checked')
      : null,
};
