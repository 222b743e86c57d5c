import { type Connections, createConnections } from './connections.ts';
import { createKeyValueStore, type KeyValueStore } from './key-value-store.ts';
import { HEALTH_INTERVAL_MS, quorum } from './membership-rules.ts';
import { type ModelMember, memberIdOf } from './model-member.ts';

/** Virtual time. */
export interface EtcdModelClock {
  nowMs(): number;
  /** Resolves once `nowMs` has advanced by at least `ms`. */
  sleep(ms: number): Promise<void>;
}

/** Durations and limits of a modelled cluster. */
export interface EtcdModelTiming {
  /** From the moment that a quorum can talk until it has a leader. */
  readonly electionMs: number;
  /** From the moment that a member is connected to the leader until it has its log. */
  readonly catchUpMs: number;
  /** How long a call waits for an answer, and for a leader. */
  readonly requestTimeoutMs: number;
  readonly quotaBytes: number;
}

/** The state that all members of the model share. Time passes in it only when it is asked. */
export interface ModelCluster {
  readonly clock: EtcdModelClock;
  readonly timing: EtcdModelTiming;
  readonly members: Map<string, ModelMember>;
  readonly connections: Connections;
  readonly store: KeyValueStore;
  readonly noSpace: Set<string>;
  /** Brings leadership and logs up to the present; to be called before reading and after changing anything. */
  settle(): void;
  term(): number;
  index(): number;
  /** The leader as `member` knows it. */
  leaderOf(member: ModelMember): ModelMember | null;
  /** Whether what `member` passes to its leader can be committed now. */
  canCommit(member: ModelMember): boolean;
  /** Appends one entry to the logs of all that follow. */
  commit(): void;
  /** Voters that `member` has been connected to for long enough to count as healthy, itself included. */
  healthyVoters(member: ModelMember): number;
  voters(): readonly ModelMember[];
  lead(member: ModelMember): void;
  add(peerUrl: string, isLearner: boolean): ModelMember;
}

/** Makes the shared state of a cluster without members. */
export function createModelCluster(
  clock: EtcdModelClock,
  timing: EtcdModelTiming,
  token: string,
): ModelCluster {
  const members = new Map<string, ModelMember>();
  const connections = createConnections(() => clock.nowMs());
  let leader: ModelMember | null = null;
  let electableSinceMs: number | null = null;
  let term = 1;
  let index = 0;

  const voters = () => [...members.values()].filter(({ isLearner }) => !isLearner);
  const hasQuorum = (member: ModelMember) =>
    voters().filter((voter) => connections.connected(member, voter)).length >= quorum(voters().length);

  function lead(member: ModelMember): void {
    leader = member;
    electableSinceMs = null;
    term += 1;
    commit();
  }

  function elect(): void {
    const candidates = voters().filter(hasQuorum);
    if (candidates.length === 0) {
      electableSinceMs = null;
      return;
    }
    electableSinceMs ??= clock.nowMs();
    if (clock.nowMs() - electableSinceMs < timing.electionMs) return;
    // Whoever has the longest log wins, as only its followers can have committed.
    const [best] = candidates.sort((a, b) => b.index - a.index || a.id.localeCompare(b.id));
    if (best !== undefined) lead(best);
  }

  function follow(): void {
    for (const member of members.values()) {
      if (leader === null || !connections.connected(leader, member)) continue;
      if (connections.connectedFor(leader, member, timing.catchUpMs)) member.index = index;
      if (member.identity !== null) member.published = true;
    }
  }

  function commit(): void {
    const following = [...members.values()].filter(
      (member) =>
        member === leader ||
        (leader !== null && member.index === index && connections.connected(leader, member)),
    );
    index += 1;
    for (const member of following) member.index = index;
  }

  function leaderOf(member: ModelMember): ModelMember | null {
    if (leader === null || member.state !== 'running') return null;
    return connections.connected(leader, member) ? leader : null;
  }

  return {
    clock,
    timing,
    members,
    connections,
    store: createKeyValueStore(),
    noSpace: new Set(),
    settle: () => {
      connections.update(members.values());
      const leads = leader !== null && members.has(leader.id) && hasQuorum(leader);
      if (!leads) leader = null;
      if (leader === null) elect();
      follow();
    },
    term: () => term,
    index: () => index,
    leaderOf,
    canCommit: (member) =>
      leaderOf(member) !== null &&
      voters().filter((voter) => leaderOf(voter) !== null && voter.index === index).length >=
        quorum(voters().length),
    commit,
    healthyVoters: (member) =>
      voters().filter((voter) => connections.connectedFor(member, voter, HEALTH_INTERVAL_MS)).length,
    voters,
    lead,
    add: (peerUrl, isLearner) => {
      const id = memberIdOf(peerUrl, token, clock.nowMs());
      const member: ModelMember = {
        id,
        peerUrl,
        isLearner,
        identity: null,
        published: false,
        state: 'stopped',
        index: 0,
      };
      members.set(id, member);
      return member;
    },
  };
}
