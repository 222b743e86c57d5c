import { type ClusterState, revokeLeases, setMember } from './cluster-state.ts';
import { compareCandidates, electorate, isQuorum, votersInReach } from './elections.ts';
import { exitOfRemoved, followLeaders, yieldToLaterTerms } from './following.ts';
import { append } from './log.ts';
import { type EtcdExitReason, type Leadership, type MemberProcess, stepDown } from './member-process.ts';
import { HEALTH_INTERVAL_MS } from './membership-rules.ts';
import { createPeerLinks, type EtcdSurroundings, type PeerLinks } from './peer-links.ts';
import type { EtcdModelClock, EtcdModelTiming } from './timing.ts';

/** What the consensus runs on. */
export interface ConsensusOptions {
  readonly clock: EtcdModelClock;
  readonly timing: EtcdModelTiming;
  readonly surroundings: EtcdSurroundings;
  /** 0 to below 1; without it every election takes exactly `electionMs`. */
  readonly random?: (() => number) | undefined;
}

/**
 * Raft without its messages: what takes raft a round trip happens at once here, if the members that it needs can talk, and
 * an entry is either committed on a quorum or does not exist. Each member has its own log, so one that is cut off or starts
 * from an old directory knows no more than that. Time passes only when somebody looks.
 */
export class Consensus {
  readonly clock: EtcdModelClock;
  readonly timing: EtcdModelTiming;
  readonly links: PeerLinks;
  readonly #random: (() => number) | undefined;
  readonly #byNode = new Map<string, MemberProcess>();
  #processes: readonly MemberProcess[] = [];
  #settledAtMs = Number.NEGATIVE_INFINITY;
  #nextEventMs = Number.POSITIVE_INFINITY;

  constructor(options: ConsensusOptions) {
    this.clock = options.clock;
    this.timing = options.timing;
    this.links = createPeerLinks(options.surroundings);
    this.#random = options.random;
  }

  get processes(): readonly MemberProcess[] {
    return this.#processes;
  }

  processAt(nodeId: string): MemberProcess | null {
    return this.#byNode.get(nodeId) ?? null;
  }

  /** Brings everything up to the present; to be called before anything is read. */
  settle(): void {
    const nowMs = this.clock.nowMs();
    while (this.#nextEventMs <= nowMs) {
      this.#settledAtMs = Math.max(this.#settledAtMs, this.#nextEventMs);
      this.#fire(this.#settledAtMs);
    }
    this.#settledAtMs = Math.max(this.#settledAtMs, nowMs);
  }

  /** Applies a change of the surroundings or of processes at the present time. */
  change(apply: () => void): void {
    this.settle();
    apply();
    this.#refresh(this.#settledAtMs);
  }

  add(process: MemberProcess): void {
    this.change(() => {
      this.#byNode.set(process.nodeId, process);
      this.#processes = [...this.#byNode.values()];
    });
  }

  end(process: MemberProcess): void {
    this.change(() => this.#drop(process, null));
  }

  /** Whether what `member` passes to its leader is committed at once, and what it reads is not old. */
  canCommit(member: MemberProcess): boolean {
    const { leader } = member;
    return leader?.leadership?.isQuorate === true && leader.log === member.log;
  }

  /** Appends an entry on all that follow `leader`; only after {@link Consensus.canCommit}. */
  commit(leader: MemberProcess, state: ClusterState): void {
    const { members } = leader.log.state;
    this.#append(leader, state);
    if (state.members !== members) this.#refresh(this.#settledAtMs);
  }

  /** Voters that `member` has been connected to for long enough to count as healthy, itself included. */
  healthyVoters(member: MemberProcess): number {
    return votersInReach(member, this.#processes, this.links).filter((voter) =>
      this.links.connectedFor(member, voter, HEALTH_INTERVAL_MS, this.#settledAtMs),
    ).length;
  }

  /** Makes `target` the leader in place of the one that asks it. @returns whether it could be */
  transfer(leader: MemberProcess, target: MemberProcess): boolean {
    const votes = electorate(
      target,
      this.#processes,
      this.links,
      (voter) => voter.leader !== null && voter.leader !== leader,
    );
    if (votes === null || !this.links.connected(leader, target)) return false;
    this.#lead(target, votes, this.#settledAtMs);
    this.#refresh(this.#settledAtMs);
    return true;
  }

  /** Starts the time of a lease anew. */
  renewLease(leader: MemberProcess, leaseId: string, ttlMs: number): void {
    const expiryMs = this.#settledAtMs + ttlMs;
    leader.leadership?.leaseExpiryMs.set(leaseId, expiryMs);
    this.#nextEventMs = Math.min(this.#nextEventMs, expiryMs);
  }

  #drop(process: MemberProcess, exitReason: EtcdExitReason | null): void {
    process.state = 'ended';
    process.exitReason = exitReason;
    process.leader = null;
    process.leadership = null;
    if (this.#byNode.get(process.nodeId) === process) this.#byNode.delete(process.nodeId);
    this.#processes = [...this.#byNode.values()];
  }

  #leaders(): readonly MemberProcess[] {
    return this.#processes.filter(({ leadership }) => leadership !== null);
  }

  #fire(atMs: number): void {
    let isChanged = false;
    for (const leader of this.#leaders()) {
      if ((leader.leadership?.stepDownAtMs ?? Number.POSITIVE_INFINITY) <= atMs) {
        stepDown(leader);
        isChanged = true;
      }
      this.#expireLeases(leader, atMs);
    }
    for (const process of this.#processes) {
      if (process.leader === null || (process.caughtUpAtMs ?? Number.POSITIVE_INFINITY) > atMs) continue;
      process.log = process.leader.log;
      process.caughtUpAtMs = null;
      process.leader.leadership?.acknowledged.set(process.memberId, process.log.index);
      isChanged = true;
    }
    const due = this.#processes.filter(({ electedAtMs }) => electedAtMs !== null && electedAtMs <= atMs);
    const [winner] = due.sort(compareCandidates);
    if (winner !== undefined) {
      // What the member could win was checked with the last change; a leader may only just have stepped down.
      const votes = electorate(winner, this.#processes, this.links, ({ leader }) => leader !== null);
      if (votes !== null) this.#lead(winner, votes, atMs);
      winner.electedAtMs = null;
      isChanged = true;
    }
    if (isChanged) this.#refresh(atMs);
    else this.#schedule();
  }

  #lead(winner: MemberProcess, votes: readonly MemberProcess[], atMs: number): void {
    const term = Math.max(...votes.map((voter) => voter.term)) + 1;
    for (const voter of votes) {
      if (voter.leadership !== null) stepDown(voter);
      voter.term = term;
    }
    // An election gives every lease its whole time again, and the time of an election on top.
    const leaseExpiryMs = new Map<string, number>();
    for (const [id, ttlMs] of winner.log.state.leases) {
      leaseExpiryMs.set(id, atMs + ttlMs + this.timing.electionMs);
    }
    const acknowledged = new Map([[winner.memberId, winner.log.index]]);
    winner.leadership = { isQuorate: false, stepDownAtMs: null, acknowledged, leaseExpiryMs };
    winner.leader = winner;
    winner.caughtUpAtMs = null;
  }

  #append(leader: MemberProcess, state: ClusterState): void {
    const { log: before, leadership } = leader;
    const log = append(before, leader.term, state);
    for (const process of this.#processes) {
      if (process.leader !== leader || process.log !== before) continue;
      process.log = log;
      leadership?.acknowledged.set(process.memberId, log.index);
      if (state.removed.has(process.memberId)) this.#drop(process, 'removed');
    }
  }

  #expireLeases(leader: MemberProcess, atMs: number): void {
    if (leader.leadership?.isQuorate !== true) return;
    const { leaseExpiryMs } = leader.leadership;
    const due = [...leaseExpiryMs].filter(([, expiryMs]) => expiryMs <= atMs).map(([id]) => id);
    if (due.length === 0) return;
    for (const id of due) leaseExpiryMs.delete(id);
    this.#append(leader, revokeLeases(leader.log.state, new Set(due)));
  }

  /** Draws all conclusions from who can talk to whom now. */
  #refresh(atMs: number): void {
    do {
      this.links.update(this.#processes, atMs);
      yieldToLaterTerms(this.#processes, this.links);
    } while (this.#endOne(atMs) || this.#settleLeaderships(atMs));
    for (const process of this.#processes) this.#arm(process, atMs);
    this.#schedule();
  }

  /** @returns whether a process ended over what it heard */
  #endOne(atMs: number): boolean {
    const exit =
      exitOfRemoved(this.#processes, this.links) ??
      followLeaders(this.#processes, this.links, atMs + this.timing.catchUpMs);
    if (exit !== null) this.#drop(exit.process, exit.reason);
    return exit !== null;
  }

  /** @returns whether a member published itself, which others have to hear */
  #settleLeaderships(atMs: number): boolean {
    for (const leader of this.#leaders()) {
      const { leadership } = leader;
      if (leadership === null) continue;
      const inReach = votersInReach(leader, this.#processes, this.links);
      if (isQuorum(leader, inReach.length)) leadership.stepDownAtMs = null;
      else leadership.stepDownAtMs ??= atMs + this.#electionMs();
      const caughtUp = inReach.filter((voter) => voter.leader === leader && voter.log === leader.log);
      leadership.isQuorate = leader.state === 'running' && isQuorum(leader, caughtUp.length);
      if (!leadership.isQuorate) continue;
      // Its first entry of its own term, without which raft's leader commits nothing.
      if (leader.log.term < leader.term) this.#append(leader, leader.log.state);
      if (this.#publish(leader, leadership)) return true;
    }
    return false;
  }

  #publish(leader: MemberProcess, leadership: Leadership): boolean {
    let isPublished = false;
    for (const { leader: followed, log, memberId, name, clientUrl } of this.#processes) {
      if (followed !== leader || log !== leader.log) continue;
      const listed = log.state.members.get(memberId);
      if (listed === undefined || (listed.name === name && listed.clientUrl === clientUrl)) continue;
      this.#append(leader, setMember(log.state, { ...listed, name, clientUrl }));
      isPublished = true;
    }
    return isPublished && leadership.isQuorate;
  }

  /** Lets a member that could be elected win after its time. */
  #arm(process: MemberProcess, atMs: number): void {
    const isFree = process.leader === null;
    const votes = isFree
      ? electorate(process, this.#processes, this.links, ({ leader }) => leader !== null)
      : null;
    if (votes === null) process.electedAtMs = null;
    else process.electedAtMs ??= atMs + this.#electionMs();
  }

  #electionMs(): number {
    return this.timing.electionMs * (1 + (this.#random?.() ?? 0));
  }

  #schedule(): void {
    let nextMs = Number.POSITIVE_INFINITY;
    for (const { electedAtMs, caughtUpAtMs, leadership } of this.#processes) {
      nextMs = Math.min(nextMs, electedAtMs ?? nextMs, caughtUpAtMs ?? nextMs);
      nextMs = Math.min(nextMs, leadership?.stepDownAtMs ?? nextMs);
      if (leadership?.isQuorate !== true) continue;
      for (const expiryMs of leadership.leaseExpiryMs.values()) nextMs = Math.min(nextMs, expiryMs);
    }
    this.#nextEventMs = nextMs;
  }
}
