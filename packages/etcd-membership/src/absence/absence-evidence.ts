import type { WitnessReading } from './witnesses.ts';

/** What one tick knows about who is there. */
export interface AbsenceEvidence {
  readonly nowMs: number;
  readonly witnesses: WitnessReading;
  readonly ownAddress: string | null;
  /** Every address with an authenticated answer in this tick, and whose it was; the own node excepted. */
  readonly answering: readonly { readonly address: string; readonly nodeId: string }[];
  /**
   * The nodes to watch, former voters included, the own one excepted: from etcd, or while that cannot be read from the
   * newest mirror. Null where neither is known: who would have to be watched is then unknown.
   */
  readonly watched: readonly WatchedNode[] | null;
  /** Usable answers further apart than this say nothing about the time in between. */
  readonly maxAnswerGapMs: number;
}

/** A node whose absence would matter. */
export interface WatchedNode {
  readonly nodeId: string;
  /** Where it was last reached; null where that is not known. */
  readonly address: string | null;
  /**
   * The newest sign of life that this node or any of its peers had: an authenticated status asked for or given, an
   * active etcd peer, a fresh Patroni key, a replication connection. Null where none is known.
   */
  readonly aliveAtMs: number | null;
}

/** A listing older than this says nothing about who exists now. */
export const LISTING_MAX_AGE_MS = 10 * 60_000;
const SHORTEST_GAP_MS = 15_000;
/** The part of `ABSENCE_GRACE` that a gap may take; the rest is for ticks, see `fencing-before-recovery.test.ts`. */
const GAP_IN_GRACE = 0.8;

/**
 * How far apart usable answers of a witness may be to count as one row: a few intervals, but never more than a listing's
 * age. It stays below `ABSENCE_GRACE`, since that a node fences before others recover rests on answers that are closer
 * together; graces below 20 s (tests) are too short for that and get the shortest gap all the same.
 */
export function maxAnswerGap(listingIntervalMs: number, absenceGraceMs: number): number {
  const wanted = Math.min(LISTING_MAX_AGE_MS, Math.max(SHORTEST_GAP_MS, 4 * listingIntervalMs));
  return Math.min(wanted, Math.max(SHORTEST_GAP_MS, GAP_IN_GRACE * absenceGraceMs));
}

/**
 * Whether an answer may be taken for complete: it contains this node, and more than half of the nodes that prove to be
 * alive. One without this node is of another time or another app; one that misses the living would miss the dead, too.
 *
 * Each witness is judged by itself. So a quorum of usable answers is a quorum that lists this node: those who are
 * delisted declare nobody gone, however many they are, and of two sides never both the other.
 */
export function isUsable(evidence: AbsenceEvidence, addresses: ReadonlySet<string>): boolean {
  if (evidence.ownAddress === null || !addresses.has(evidence.ownAddress)) return false;
  const living = new Set(evidence.answering.map(({ nodeId }) => nodeId));
  const listed = new Set(
    evidence.answering.flatMap(({ address, nodeId }) => (addresses.has(address) ? [nodeId] : [])),
  );
  return 2 * (listed.size + 1) > living.size + 1;
}

/** Listed at its last address, unless somebody else is proven to be there, or at any address that answers as this node. */
export function isListed(
  evidence: AbsenceEvidence,
  addresses: ReadonlySet<string>,
  { nodeId, address }: WatchedNode,
): boolean {
  const { answering, ownAddress } = evidence;
  if (answering.some((peer) => peer.nodeId === nodeId && addresses.has(peer.address))) return true;
  // Nobody can say of a node without a known address that it is not listed.
  if (address === null) return true;
  if (!addresses.has(address) || address === ownAddress) return false;
  return !answering.some((peer) => peer.address === address);
}
