import type { Field } from './field.ts';
import type {
  RecoveryAction,
  RecoveryDecision,
  RecoveryReason,
  RecoveryState,
  RecoveryView,
} from './recovery-view.ts';

/** A rule of the recovery: what it decides, or null where it does not apply. */
export type RecoveryRule = (field: Field) => RecoveryDecision | null;

/** Builds a decision. */
export function decision(action: RecoveryAction, reason: RecoveryReason, detail = ''): RecoveryDecision {
  return { action, reason, detail };
}

/** Recovery does nothing, and says why. */
export function rest(reason: RecoveryReason, detail = ''): RecoveryDecision {
  return decision({ kind: 'none' }, reason, detail);
}

/** Nothing may be started until this has passed. */
export function hold(reason: RecoveryReason, detail = ''): RecoveryDecision {
  return decision({ kind: 'hold' }, reason, detail);
}

/** Persists a changed state. */
export function persist(state: RecoveryState, reason: RecoveryReason, detail = ''): RecoveryDecision {
  return decision({ kind: 'persist', state }, reason, detail);
}

/** What this node has persisted, without what it only observes. */
export function stateOf({ self }: RecoveryView): RecoveryState {
  const { epoch, seededBy, intent, cancelled, seeding } = self;
  return { epoch, seededBy, intent, cancelled, seeding };
}

/** Stops Patroni, then etcd, so that PostgreSQL never runs on without the etcd that holds its lease; null once both are. */
export function stopBoth(
  { self }: RecoveryView,
  reason: RecoveryReason,
  detail: string,
): RecoveryDecision | null {
  if (self.patroniRuns !== false) return decision({ kind: 'stop-patroni' }, reason, detail);
  return self.etcdRuns === false ? null : decision({ kind: 'stop-etcd' }, reason, detail);
}
