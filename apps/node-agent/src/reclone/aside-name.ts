import type { WalPosition } from '../copies/index.ts';
import { formatLsn, parseLsn } from '../copies/lsn.ts';
import type { ProvenLeader } from './reclone-view.ts';
import { reaches } from './relation.ts';

/** That a copy was proven, as it was moved aside, to be contained in a leader's up to its end. */
export interface AsideProof {
  /** The first eight digits of the leader's node id; a name has no room for more. */
  readonly leader: string;
  readonly leaderTimeline: number;
  readonly lsn: string;
}

const ID_DIGITS = 8;
const PROOF = /(?:^|Z-)in-([0-9a-f]{8})-(\d{1,10})-([0-9a-f]{16})(?:-pgdata(?:-\d+)?)?$/;

function hexLsn(lsn: string): string {
  return (parseLsn(lsn) ?? 0n).toString(16).padStart(16, '0');
}

/** The part of the name that says in whose copy all of this one is: it outlives the agent, as no memory of it would. */
export function provenName(leader: ProvenLeader, end: WalPosition): string {
  return `in-${leader.nodeId.slice(0, ID_DIGITS)}-${leader.timeline}-${hexLsn(end.lsn)}`;
}

/** The part of the name of a copy that may hold what is nowhere else; it says how far it reaches. */
export function tailName(end: WalPosition | null): string {
  return end === null ? 'reclone' : `tail-${end.timeline}-${hexLsn(end.lsn)}`;
}

const GIVEN_UP = /(?:^|Z-)given-up(?:-\d{1,10}-[0-9a-f]{16})?(?:-pgdata(?:-\d+)?)?$/;

/** The part of the name of a copy that a person has given up; it says how far the copy reaches. */
export function givenUpName(end: WalPosition | null): string {
  return end === null ? 'given-up' : `given-up-${end.timeline}-${hexLsn(end.lsn)}`;
}

/** Whether a person has given up the copy that was moved aside under this name. */
export function isGivenUp(name: string): boolean {
  return GIVEN_UP.test(name);
}

/** Reads the proof back out of a name in the quarantine; null where it holds none. */
export function readProof(name: string): AsideProof | null {
  const [, leader, timeline, lsn] = PROOF.exec(name) ?? [];
  if (leader === undefined || timeline === undefined || lsn === undefined) return null;
  return { leader, leaderTimeline: Number(timeline), lsn: formatLsn(BigInt(`0x${lsn}`)) };
}

/** What is known when a copy in the quarantine is judged. */
export interface ContainedView {
  readonly leader: ProvenLeader;
  /** Where this node's new copy is; null where the leader's own copy has to be enough. */
  readonly follows: WalPosition | null;
}

/**
 * Whether a copy that was moved aside is contained in what the leader has now: the same node, on the timeline that it had
 * then, so that nothing of what it had was taken back since, and the new copy reaches as far on it.
 */
export function isContainedNow(name: string, { leader, follows }: ContainedView): boolean {
  const proof = readProof(name);
  if (proof === null) return false;
  const end = { timeline: leader.timeline, lsn: proof.lsn };
  return (
    leader.nodeId.slice(0, ID_DIGITS) === proof.leader &&
    leader.timeline === proof.leaderTimeline &&
    reaches(leader, end) &&
    (follows === null || (follows.timeline === leader.timeline && reaches(follows, end)))
  );
}
