import type { MembershipAction, MembershipDecision, MembershipReason } from './membership-view.ts';
import type { Roster } from './roster.ts';

/** A rule of the membership: what it decides, or null where it does not apply. */
export type MembershipRule = (roster: Roster) => MembershipDecision | null;

/** etcd refuses to add a member until it has been connected for 5 s to the voter that came before. */
export const ADD_PAUSE_MS = 6000;
/** A removal waits until the last change has shown its effect in everybody's readings. */
export const REMOVE_PAUSE_MS = 10_000;

/** Builds a decision. */
export function change(action: MembershipAction, reason: MembershipReason, detail = ''): MembershipDecision {
  return { action, reason, detail };
}

/** Builds the decision to change nothing now. */
export function rest(reason: MembershipReason, detail = ''): MembershipDecision {
  return change({ kind: 'none' }, reason, detail);
}

/** Makes the change once the membership has been the same for long enough. */
export function onceSettled(
  { view }: Roster,
  pauseMs: number,
  decision: MembershipDecision,
): MembershipDecision {
  return view.settledForMs >= pauseMs
    ? decision
    : rest('membership-settling', `next: ${decision.reason} ${decision.detail}`);
}
