import { leaderFor } from './elections.ts';
import { isContained } from './log.ts';
import { type EtcdExitReason, type MemberProcess, stepDown } from './member-process.ts';
import type { PeerLinks } from './peer-links.ts';

/** A process that ends over what it hears. */
export interface Exit {
  readonly process: MemberProcess;
  readonly reason: EtcdExitReason;
}

/** A member that is connected to one that knows of its removal hears of it. */
export function exitOfRemoved(processes: readonly MemberProcess[], links: PeerLinks): Exit | null {
  const process = processes.find((member) =>
    processes.some((other) => other.log.state.removed.has(member.memberId) && links.connected(member, other)),
  );
  return process === undefined ? null : { process, reason: 'removed' };
}

/** A leader that hears of a later term is one no more. */
export function yieldToLaterTerms(processes: readonly MemberProcess[], links: PeerLinks): void {
  for (const leader of processes) {
    if (leader.leadership === null) continue;
    const later = processes.find((other) => other.term > leader.term && links.connected(leader, other));
    if (later === undefined) continue;
    stepDown(leader);
    leader.term = later.term;
  }
}

/** Compares a follower's log with that of its new leader. @returns why it ends over it; null if it does not */
function meetLeader(
  process: MemberProcess,
  leader: MemberProcess,
  caughtUpAtMs: number,
): EtcdExitReason | null {
  const acknowledged = leader.leadership?.acknowledged;
  process.term = leader.term;
  if (!isContained(process.log, leader.log)) return 'log-conflict';
  if ((acknowledged?.get(process.memberId) ?? 0) > process.log.index) return 'log-lost';
  if (process.log.index < leader.log.index) {
    process.caughtUpAtMs = caughtUpAtMs;
    return null;
  }
  process.log = leader.log;
  acknowledged?.set(process.memberId, process.log.index);
  return null;
}

/**
 * Lets every member follow the leader that it listens to.
 * @param caughtUpAtMs when a member that begins to follow now will have the leader's log
 * @returns the first process that ends over it; then there is more to do
 */
export function followLeaders(
  processes: readonly MemberProcess[],
  links: PeerLinks,
  caughtUpAtMs: number,
): Exit | null {
  const leaders = processes.filter(({ leadership }) => leadership !== null);
  for (const process of processes) {
    if (process.leadership !== null) continue;
    const leader = leaderFor(process, leaders, links);
    if (leader === process.leader && leader !== null) continue;
    process.leader = leader;
    process.caughtUpAtMs = null;
    const reason = leader === null ? null : meetLeader(process, leader, caughtUpAtMs);
    if (reason !== null) return { process, reason };
  }
  return null;
}
