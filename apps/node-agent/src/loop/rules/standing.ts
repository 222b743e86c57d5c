import { allowances, decideFencing, type StaleFlag } from '@flux-pg/etcd-membership';
import { type Decision, decided, waiting } from '../action.ts';
import { effectiveFlag, fencingEvidence, staleness } from '../standing.ts';
import type { View } from '../view.ts';
import { databaseRuns, processState } from './process.ts';
import type { Rule } from './rule.ts';

function reasonOf({ cause }: StaleFlag): 'fenced' | 'stale' {
  return cause === 'fenced' ? 'fenced' : 'stale';
}

function persistFlag(view: View, stale: StaleFlag | null, reason: string, detail: string): Decision {
  return decided({ kind: 'persist-state', state: { ...view.state, stale } }, reason, detail);
}

/**
 * Whether only the wall clock says that ticks have stopped. It is set right far more often than a machine is suspended, and a
 * primary that is stopped for it could be overtaken by a replica that is not there yet: the flag is written first, which
 * gives the others a tick to answer.
 */
function onlyWallClockMoved({ state, memory, nowMs, config }: View): boolean {
  const lastAtMs = memory.standing.lastTick?.atMs ?? null;
  return state.stale === null && lastAtMs !== null && nowMs - lastAtMs <= config.fenceAfterMs;
}

/**
 * PostgreSQL ends before anything else is done: a node that stood still may be about to renew a lease in an etcd that the
 * others have given up. What made it stale is not forgotten meanwhile, as no tick is completed before the flag is written.
 */
export const stopStalePatroni: Rule = {
  name: 'stop-stale-patroni',
  apply: (view) => {
    const stale = effectiveFlag(view);
    if (stale === null || allowances(stale).patroni || databaseRuns(view) !== true) return null;
    if (stale.cause === 'stopped' && onlyWallClockMoved(view)) return null;
    return decided({ kind: 'stop-program', program: 'patroni' }, reasonOf(stale));
  },
};

/** Comes before all else that is noted: once another tick is completed, nobody would know any more that ticks had stopped. */
export const markStale: Rule = {
  name: 'mark-stale',
  blocks: true,
  apply: (view) => {
    const decision = staleness(view);
    if (decision?.action.kind !== 'mark-stale') return null;
    return persistFlag(view, decision.action.flag, decision.reason, decision.detail);
  },
};

/** A node that others may soon count as gone stops serving first. */
export const fence: Rule = {
  name: 'fence',
  blocks: true,
  apply: (view) => {
    const decision = fencing(view);
    if (decision?.action.kind !== 'fence' || effectiveFlag(view) === null) return null;
    return persistFlag(view, decision.action.flag, decision.reason, decision.detail);
  },
};

function fencing(view: View) {
  if (view.state.cluster === null) return null;
  const { fencing: memory, answeredAtMs } = view.memory.standing;
  return decideFencing(memory, fencingEvidence(view, answeredAtMs));
}

/** Flux may end an instance that it does not list, so another one leads while this one is heard. */
export const handOver: Rule = {
  name: 'hand-over',
  apply: (view) => {
    const decision = view.etcd.ok ? fencing(view) : null;
    if (decision?.action.kind !== 'hand-over-leadership') return null;
    const [to] = decision.action.candidates;
    return to === undefined ? null : decided({ kind: 'hand-over', to }, decision.reason, decision.detail);
  },
};

/** A stale node serves nothing until everybody who could have gone on without it is accounted for. */
export const leaveStale: Rule = {
  name: 'leave-stale',
  apply: (view) => {
    const decision = staleness(view);
    if (decision?.action.kind !== 'release') return null;
    return persistFlag(view, null, decision.reason, decision.detail);
  },
};

/** Patroni goes first, so that PostgreSQL never runs on without the etcd that holds its lease. */
export const stopWhileStale: Rule = {
  name: 'stop-while-stale',
  blocks: true,
  apply: (view) => {
    const stale = effectiveFlag(view);
    if (stale === null) return null;
    const may = allowances(stale);
    const reason = reasonOf(stale);
    if (!may.patroni && databaseRuns(view) === true) {
      return decided({ kind: 'stop-program', program: 'patroni' }, reason);
    }
    if (!may.etcd && processState(view, 'etcd')?.alive === true) {
      return decided({ kind: 'stop-program', program: 'etcd' }, reason);
    }
    return null;
  },
};

/** What a stale node waits for; comes after what it may still do. */
export const awaitRelease: Rule = {
  name: 'await-release',
  apply: (view) => {
    if (view.state.stale === null) return null;
    const decision = staleness(view);
    return decision === null ? null : waiting(decision.reason, decision.detail);
  },
};
