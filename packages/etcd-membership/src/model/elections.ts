import { compareIds } from '../member-names/compare-ids.ts';
import { compareLogs } from './log.ts';
import { type MemberProcess, voterCount } from './member-process.ts';
import { quorum } from './membership-rules.ts';
import type { PeerLinks } from './peer-links.ts';

/** The processes of the voters in `member`'s own list that it is connected to, itself included. */
export function votersInReach(
  member: MemberProcess,
  processes: readonly MemberProcess[],
  links: PeerLinks,
): readonly MemberProcess[] {
  const { members } = member.log.state;
  return processes.filter((process) => {
    if (members.get(process.memberId)?.isLearner !== false) return false;
    return process === member || links.connected(member, process);
  });
}

/** Whether so many are a quorum of the configuration that `member` knows. */
export function isQuorum(member: MemberProcess, count: number): boolean {
  return count >= quorum(voterCount(member));
}

/**
 * The members that would vote for `candidate`, if they are a quorum of the configuration that it knows; else null. Nobody
 * votes for a shorter log, and `follows` tells who has a leader and therefore does not vote at all.
 */
export function electorate(
  candidate: MemberProcess,
  processes: readonly MemberProcess[],
  links: PeerLinks,
  follows: (member: MemberProcess) => boolean,
): readonly MemberProcess[] | null {
  if (candidate.state !== 'running') return null;
  if (candidate.log.state.members.get(candidate.memberId)?.isLearner !== false) return null;
  const votes = votersInReach(candidate, processes, links).filter(
    (voter) => !follows(voter) && compareLogs(voter.log, candidate.log) <= 0,
  );
  return isQuorum(candidate, votes.length) ? votes : null;
}

/** Who is first to win when several could: the earliest, then the longest log. */
export function compareCandidates(left: MemberProcess, right: MemberProcess): number {
  return (
    (left.electedAtMs ?? 0) - (right.electedAtMs ?? 0) ||
    compareLogs(right.log, left.log) ||
    compareIds(left.memberId, right.memberId)
  );
}

/** The leader that `member` listens to: of those that reach it and are not outdated, the one of the latest term. */
export function leaderFor(
  member: MemberProcess,
  leaders: readonly MemberProcess[],
  links: PeerLinks,
): MemberProcess | null {
  let best: MemberProcess | null = null;
  for (const leader of leaders) {
    if (leader.term < member.term || !links.connected(leader, member)) continue;
    if (!leader.log.state.members.has(member.memberId)) continue;
    const isBetter = best === null || leader.term > best.term;
    if (isBetter || (leader.term === best?.term && leader === member.leader)) best = leader;
  }
  return best;
}
