import { silentForMs } from '../absence/index.ts';
import { compareIds } from '../member-names/compare-ids.ts';
import { QUIET_MS } from './learner-rules.ts';
import { removal } from './removal-rules.ts';
import type { Roster, Seat } from './roster.ts';
import { change, type MembershipRule, rest } from './rule.ts';

/** Two voters survive the loss of neither; they are kept this long all the same, since a third may be on its way. */
export const SURPLUS_VOTER_MS = 10 * 60_000;
/** An absence is worth telling once a restart would be over. */
const ABSENT_AFTER_MS = 30_000;

function leadTo(seat: Seat, reason: 'single-voter-on-primary' | 'leader-off-primary') {
  return change({ kind: 'move-leader', targetId: seat.member.id }, reason, seat.name);
}

/** Of two voters where one is wanted, the one on the primary's node stays. Nobody removes itself, so that one leads first. */
export const shrinkToPrimary: MembershipRule = (roster) => {
  const { voters, target, content, self, view } = roster;
  if (target !== 1 || voters.length !== 2 || view.settledForMs < SURPLUS_VOTER_MS) return null;
  const kept = voters.find(({ nodeId }) => nodeId !== null && nodeId === content.primary);
  const surplus = voters.find((seat) => seat !== kept);
  if (kept === undefined || surplus === undefined || !kept.healthy) return null;
  return surplus === self
    ? leadTo(kept, 'single-voter-on-primary')
    : removal(roster, surplus, 'surplus-voter');
};

function appliedIndex({ peer }: Seat): number {
  return peer?.reading?.raftAppliedIndex ?? -1;
}

/**
 * Losing the node that holds both costs an election and a lease, one after the other. So etcd's leader moves away from
 * the primary's node once nothing has changed for a while.
 */
export const moveLeaderOffPrimary: MembershipRule = ({ voters, target, content, self, view }) => {
  if (target === 1 || content.primary !== view.self.nodeId || view.quietForMs < QUIET_MS) return null;
  const [next] = voters
    .filter((seat) => seat !== self && seat.healthy)
    .sort(
      (left, right) =>
        appliedIndex(right) - appliedIndex(left) || compareIds(left.member.id, right.member.id),
    );
  return next === undefined ? null : leadTo(next, 'leader-off-primary');
};

/** What is missing although nothing can be done about it now. */
export const tellWhatIsMissing: MembershipRule = ({ voters, target, view }: Roster) => {
  const absent = voters.filter(({ nodeId, peer, healthy }) => {
    if (healthy || peer !== null || nodeId === null) return false;
    return (silentForMs(view.absence, nodeId, view.nowMs) ?? 0) >= ABSENT_AFTER_MS;
  });
  if (absent.length > 0) return rest('voter-absent', absent.map(({ name }) => name).join(', '));
  return voters.length < target ? rest('voters-missing', `${voters.length} of ${target}`) : null;
};
