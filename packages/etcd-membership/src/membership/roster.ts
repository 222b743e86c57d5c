import { isGone, silentForMs } from '../absence/index.ts';
import { majority } from '../founding/index.ts';
import { compareIds } from '../member-names/compare-ids.ts';
import { parseMemberName, peerHost } from '../member-names/index.ts';
import type { EtcdMember } from '../port/etcd-endpoint.ts';
import type { EtcdReading, MembershipPeer, MembershipView } from './membership-view.ts';
import { voterTarget } from './voter-target.ts';

/** Nothing is decided on a status or an etcd reading older than this. */
export const MAX_READING_AGE_MS = 5000;
/** A voter further behind than this is counted with those that are down: it may be hung, or its disk may be. */
export const MAX_LAG_ENTRIES = 1000;
/** etcd promotes a learner from nine tenths of the leader's log on. */
const LEARNER_READY = 0.9;
/** How long nobody may have heard of a node for its address to count as taken by another one. */
export const REPLACED_SILENCE_MS = 15_000;

/** One entry of etcd's list, with the node behind it. */
export interface Seat {
  readonly member: EtcdMember;
  /** The member's name, also before it has started. */
  readonly name: string;
  /** Null for a member that is none of ours. */
  readonly nodeId: string | null;
  /** The node's status, if it is fresh. */
  readonly peer: MembershipPeer | null;
  /** It says itself that it follows this leader, without errors and close to the leader's log. */
  readonly healthy: boolean;
}

/** The membership as the leader sees it: fresh, and read by itself. */
export interface Roster {
  readonly view: MembershipView;
  readonly content: NonNullable<MembershipView['content']>;
  readonly self: Seat;
  readonly voters: readonly Seat[];
  readonly learners: readonly Seat[];
  /** Fresh statuses of other nodes of this cluster, sorted by node id. */
  readonly peers: readonly MembershipPeer[];
  /** Nodes that could be admitted now, sorted by node id. */
  readonly joinable: readonly MembershipPeer[];
  /** Nodes that are gone, or whose place was taken by another one. */
  readonly departed: ReadonlyMap<string, 'member-gone' | 'member-replaced'>;
  /** How many voters there shall be. */
  readonly target: number;
}

function isFresh({ ageMs }: { readonly ageMs: number }): boolean {
  return ageMs <= MAX_READING_AGE_MS;
}

function follows(reading: EtcdReading, leader: EtcdReading, memberId: string): boolean {
  return (
    reading.memberId === memberId &&
    reading.leaderId === leader.memberId &&
    reading.raftTerm === leader.raftTerm &&
    reading.errors.length === 0 &&
    leader.raftIndex - reading.raftAppliedIndex <= MAX_LAG_ENTRIES
  );
}

function isHealthy(
  member: EtcdMember,
  name: string,
  peer: MembershipPeer | null,
  leader: EtcdReading,
): boolean {
  if (member.id === leader.memberId) return leader.errors.length === 0;
  if (peer === null || !peer.etcdRunning || peer.memberName !== name || peer.reading === null) return false;
  const { reading } = peer;
  return reading.isLearner === member.isLearner && follows(reading, leader, member.id);
}

/** Whether etcd would take a healthy learner for caught up. */
export function isInSync({ healthy, peer }: Seat, leader: EtcdReading): boolean {
  const applied = peer?.reading?.raftAppliedIndex ?? -1;
  return healthy && applied >= LEARNER_READY * leader.raftIndex;
}

function seatOf(
  member: EtcdMember,
  peers: ReadonlyMap<string, MembershipPeer>,
  view: MembershipView,
  leader: EtcdReading,
): Seat {
  const name = peerHost(member.peerUrls[0] ?? member.name);
  const nodeId = parseMemberName(name)?.nodeId ?? null;
  const peer = nodeId === null || nodeId === view.self.nodeId ? null : (peers.get(nodeId) ?? null);
  return { member, name, nodeId, peer, healthy: isHealthy(member, name, peer, leader) };
}

/** Its etcd directory is empty and it is not in the list under any incarnation: an older one has to go first. */
function isJoinable(peer: MembershipPeer, seats: readonly Seat[], epoch: number): boolean {
  return (
    parseMemberName(peer.memberName)?.nodeId === peer.nodeId &&
    peer.epoch === epoch &&
    !peer.etcdRunning &&
    !peer.etcdData &&
    !seats.some(({ nodeId }) => nodeId === peer.nodeId)
  );
}

/**
 * Another node proves to be at its address, nobody has heard of it lately, and no listed address is left at which it
 * could be.
 */
function isReplaced(view: MembershipView, nodeId: string, address: string): boolean {
  const answering = view.answering.filter(isFresh);
  const taken = answering.some((other) => other.address === address && other.nodeId !== nodeId);
  if (!taken || answering.some((other) => other.nodeId === nodeId)) return false;
  const silentMs = silentForMs(view.absence, nodeId, view.nowMs);
  return view.unaccounted?.length === 0 && silentMs !== null && silentMs >= REPLACED_SILENCE_MS;
}

function departedNodes(
  view: MembershipView,
  content: Roster['content'],
  peers: ReadonlyMap<string, MembershipPeer>,
): Roster['departed'] {
  const departed = new Map<string, 'member-gone' | 'member-replaced'>();
  const { nowMs, declaredGone, limits } = view;
  const query = {
    nowMs,
    declaredGone,
    graceMs: limits.absenceGraceMs,
    maxAnswerGapMs: limits.maxAnswerGapMs,
  };
  for (const { nodeId, address } of content.records) {
    if (nodeId === view.self.nodeId || peers.has(nodeId)) continue;
    if (isGone(view.absence, nodeId, query)) departed.set(nodeId, 'member-gone');
    else if (isReplaced(view, nodeId, address)) departed.set(nodeId, 'member-replaced');
  }
  return departed;
}

/** Puts together what the rules need; null unless etcd was read just now and this node's member is its leader. */
export function takeRoster(view: MembershipView): Roster | null {
  const { content } = view;
  const own = view.self.etcd;
  if (content === null || own === null || !isFresh(content) || !isFresh(own)) return null;
  const leader = own.reading;
  const peers = view.peers
    .filter((peer) => isFresh(peer) && peer.nodeId !== view.self.nodeId)
    .sort((left, right) => compareIds(left.nodeId, right.nodeId));
  const byNode = new Map(peers.map((peer) => [peer.nodeId, peer]));
  const seats = [...content.members]
    .sort((left, right) => compareIds(left.id, right.id))
    .map((member) => seatOf(member, byNode, view, leader));
  const voters = seats.filter(({ member }) => !member.isLearner);
  const self = voters.find(({ member }) => member.id === leader.memberId);
  if (self === undefined || leader.leaderId !== leader.memberId) return null;
  const departed = departedNodes(view, content, byNode);
  const members = new Set([
    view.self.nodeId,
    ...content.records.map(({ nodeId }) => nodeId),
    ...byNode.keys(),
    ...seats.flatMap(({ nodeId }) => nodeId ?? []),
  ]);
  return {
    view,
    content,
    self,
    voters,
    learners: seats.filter(({ member }) => member.isLearner),
    peers,
    joinable: peers.filter((peer) => isJoinable(peer, seats, view.self.epoch)),
    departed,
    target: voterTarget(members.size - departed.size, view.limits.maxVoters),
  };
}

/** How many of these are healthy. */
export function healthyAmong(seats: readonly Seat[]): number {
  return seats.filter(({ healthy }) => healthy).length;
}

/** Whether so many healthy voters are a quorum of so many. */
export function isQuorum(healthy: number, voters: number): boolean {
  return voters > 0 && healthy >= majority(voters);
}
