import { decideBootstrapGrant, decideGuards, decideUserDataCheck } from '../../cold-start/index.ts';
import { type Decision, decided, waiting } from '../action.ts';
import { leaderKey, syncMembers } from '../cold-start.ts';
import { newestMirror } from '../known-members.ts';
import { memberReports } from '../reports.ts';
import { goneNodes } from '../standing.ts';
import type { View } from '../view.ts';
import type { Rule } from './rule.ts';

/**
 * How long all must go on to say that they hold nothing. A status may be some seconds old, and within those an initdb can
 * have come to its end.
 */
const GRANT_AFTER_MS = 30_000;

/** Whether the right to begin anew would be given to another now. */
export function isGrantDue(view: View): boolean {
  return (grant(view)?.grant ?? null) !== null;
}

function grant(view: View) {
  if (!view.etcd.ok) return null;
  const { bootstrap, copyHolders, userData, patroni } = view.etcd.value;
  return decideBootstrapGrant({
    etcdReadable: true,
    leader: leaderKey(view),
    bootstrap,
    initialized: (patroni.initialize ?? '') !== '',
    members: memberReports(view),
    everHeld: copyHolders.map(({ nodeId }) => nodeId),
    gone: goneNodes(view),
    userData,
    permitted: view.state.permitsNewData,
  });
}

/** Where every copy is lost and there was nothing of a user's in them, PostgreSQL begins anew; else a person has to say so. */
export const regrantBootstrap: Rule = {
  name: 'regrant-bootstrap',
  apply: (view): Decision | null => {
    const decision = grant(view);
    if (decision === null || decision.grant === null) return null;
    const since = view.memory.grantDueSinceMs;
    if (since === null || view.nowMs - since < GRANT_AFTER_MS) return null;
    const detail = [decision.grant.to, ...decision.because].join(', ');
    return decided({ kind: 'grant-bootstrap', grant: decision.grant }, decision.reason, detail);
  },
};

/** A permission to begin anew is for one beginning. */
export const endPermission: Rule = {
  name: 'end-permission',
  apply: (view) => {
    if (!view.state.permitsNewData || leaderKey(view)?.runsPrimary !== true) return null;
    const state = { ...view.state, permitsNewData: false };
    return decided({ kind: 'persist-state', state }, 'permission-used');
  },
};

/** Data that is lost is told until somebody decides, and so is a copy that nobody can ask. */
export const tellLostData: Rule = {
  name: 'tell-lost-data',
  apply: (view) => {
    const decision = grant(view);
    const { etcd, state, volume } = view;
    // Its own initdb is under way, and until it is over this node cannot say what its volume holds.
    const initialises =
      etcd.ok && etcd.value.bootstrap === state.nodeId && (etcd.value.patroni.initialize ?? '') === '';
    if (decision === null || initialises || volume.postgres.kind === 'copy') return null;
    return ['data_lost', 'copy-set-aside', 'copy-may-exist'].includes(decision.reason)
      ? waiting(decision.reason, decision.because.join(', '))
      : null;
  },
};

/** Patroni's guards keep a replica from leading while somebody may be ahead; they outlive whom they wait for. */
export const outliveGuards: Rule = {
  name: 'outlive-guards',
  apply: (view) => {
    const { etcd, localEtcd, memory, nowMs } = view;
    if (!etcd.ok || !localEtcd.ok) return null;
    const { leader, standbys } = syncMembers(view);
    const since = memory.leaderKeyMissingSinceMs;
    const { failoverTo, reason, because } = decideGuards({
      leadsEtcd: localEtcd.value.leaderId === localEtcd.value.memberId,
      noLeaderForMs: since === null ? null : nowMs - since,
      failoverPending: etcd.value.patroni.failover !== null,
      lastPrimary: newestMirror(view)?.lastPrimary ?? null,
      syncMembers: [...(leader === null ? [] : [leader]), ...standbys],
      members: memberReports(view),
      gone: goneNodes(view),
      patroniMembers: new Set(etcd.value.patroni.members.keys()),
    });
    return failoverTo === null
      ? null
      : decided({ kind: 'ask-failover', to: failoverTo }, reason, because.join(', '));
  },
};

/** The primary finds out whether a user has made anything: from then on losing all copies is for a person to decide. */
export const checkUserData: Rule = {
  name: 'check-user-data',
  apply: (view) => {
    if (!view.etcd.ok) return null;
    const leader = leaderKey(view);
    const { ask, reason } = decideUserDataCheck({
      nowMs: view.nowMs,
      userData: view.etcd.value.userData,
      servesAsPrimary: leader?.nodeId === view.state.nodeId && leader.runsPrimary,
      askedAtMs: view.memory.userDataAskedAtMs,
    });
    return ask ? decided({ kind: 'check-user-data' }, reason) : null;
  },
};
