import type { Copy, WalPosition } from './copy.ts';
import { formatLsn, parseLsn } from './lsn.ts';

/**
 * The WAL that a copy holds, as the stretches it is made of: on each timeline up to `end`. Two copies whose stretches
 * begin alike hold the same WAL up to the first difference. Timelines have the same number and mean the same only where
 * all before them is equal, too: two nodes that are promoted without knowing of each other take the same number.
 */
export interface Lineage {
  readonly stretches: readonly { readonly timeline: number; readonly end: bigint }[];
}

interface Place {
  readonly timeline: number;
  readonly lsn: bigint;
}

function placeOf(position: WalPosition | null): Place | null {
  const lsn = position === null ? null : parseLsn(position.lsn);
  return position === null || lsn === null ? null : { timeline: position.timeline, lsn };
}

/**
 * The further one of what was found on disk before the start and what the running server says: the first may be of
 * before a rewind, and a standby says only how much of its WAL it has replayed.
 */
function furthestPlace(copy: Copy): Place | null {
  const disk = placeOf(copy.walEnd);
  const running = placeOf(copy.running);
  if (disk === null || running === null) return disk ?? running;
  if (disk.timeline !== running.timeline) return disk.timeline > running.timeline ? disk : running;
  return disk.lsn > running.lsn ? disk : running;
}

/** Ancestors of a timeline, or null where the history that the copy has does not tell them. */
function ancestorsOf(copy: Copy, timeline: number): Place[] | null {
  if (timeline === 1) return [];
  const found = copy.history.findIndex((entry) => entry.timeline === timeline);
  const entries = found === -1 ? copy.history : copy.history.slice(0, found);
  // A history of another branch, or none: every timeline after the first has one, so that it is lost, not empty.
  if (entries.length === 0 || entries.some((entry) => entry.timeline > timeline)) return null;
  const places = entries.map((entry) => placeOf({ timeline: entry.timeline, lsn: entry.switchLsn }));
  return places.every((place) => place !== null) ? places : null;
}

/** The lineage of a copy; null where its position, or how its timeline came about, is not known. */
export function lineageOf(copy: Copy): Lineage | null {
  const place = furthestPlace(copy);
  if (place === null) return null;
  const ancestors = ancestorsOf(copy, place.timeline);
  if (ancestors === null) return null;
  const stretches: { timeline: number; end: bigint }[] = [];
  for (const { timeline, lsn } of ancestors) {
    // A standby may know that its primary is on a later timeline before it has the WAL up to the switch.
    if (place.lsn < lsn) return { stretches: [...stretches, { timeline, end: place.lsn }] };
    stretches.push({ timeline, end: lsn });
  }
  return { stretches: [...stretches, { timeline: place.timeline, end: place.lsn }] };
}

/** How many stretches both have in common, ends included. */
function sharedStretches(left: Lineage, right: Lineage): number {
  let shared = 0;
  for (const [index, stretch] of left.stretches.entries()) {
    const other = right.stretches[index];
    if (other === undefined || other.timeline !== stretch.timeline || other.end !== stretch.end) break;
    shared += 1;
  }
  return shared;
}

/** Whether all WAL of `inner` is also in `outer`. */
export function contains(outer: Lineage, inner: Lineage): boolean {
  const shared = sharedStretches(outer, inner);
  if (shared === inner.stretches.length) return true;
  const ours = outer.stretches[shared];
  const theirs = inner.stretches[shared];
  if (ours === undefined || theirs === undefined || shared !== inner.stretches.length - 1) return false;
  return ours.timeline === theirs.timeline && theirs.end <= ours.end;
}

/** Where `tail` leaves `kept`: from there on it holds WAL that the other does not. Null where nothing is shared. */
export function forkPoint(tail: Lineage, kept: Lineage): WalPosition | null {
  const shared = sharedStretches(tail, kept);
  const ours = tail.stretches[shared];
  const theirs = kept.stretches[shared];
  if (ours !== undefined && theirs !== undefined && ours.timeline === theirs.timeline) {
    const [lsn = ours.end] = [ours.end, theirs.end].sort(sign);
    return { timeline: ours.timeline, lsn: formatLsn(lsn) };
  }
  const last = tail.stretches[shared - 1];
  return last === undefined ? null : { timeline: last.timeline, lsn: formatLsn(last.end) };
}

/** Whether `lineage` leaves the timeline at `index` exactly where and whereto `branch` does. */
function takesBranch(lineage: Lineage | null, branch: Lineage, index: number): boolean {
  return (
    lineage !== null &&
    sharedStretches(lineage, branch) > index &&
    lineage.stretches[index + 1]?.timeline === branch.stretches[index + 1]?.timeline
  );
}

function sign(left: bigint | number, right: bigint | number): number {
  if (left === right) return 0;
  return left < right ? -1 : 1;
}

/**
 * Orders lineages: what is contained in the other comes first, and on a fork the branch with the later switch comes last.
 * A promotion takes a number above all that the node has seen, so the higher number is the later switch. Two that did
 * not know of each other have the same number: then the branch that the last primary is on was the last to be served,
 * and only where that says nothing the one that left further on. A branch comes after all WAL that stayed on the timeline.
 * It is the order of a walk through the tree of timelines, and as such a total one.
 */
export function compareLineages(left: Lineage, right: Lineage, lastPrimary: Lineage | null): number {
  const shared = sharedStretches(left, right);
  const leftStretch = left.stretches[shared];
  const rightStretch = right.stretches[shared];
  if (leftStretch === undefined || rightStretch === undefined) {
    return sign(left.stretches.length, right.stretches.length);
  }
  if (leftStretch.timeline !== rightStretch.timeline) {
    return sign(leftStretch.timeline, rightStretch.timeline);
  }
  const leftNext = left.stretches[shared + 1];
  const rightNext = right.stretches[shared + 1];
  if (leftNext === undefined || rightNext === undefined) {
    if (leftNext === rightNext) return sign(leftStretch.end, rightStretch.end);
    return leftNext === undefined ? -1 : 1;
  }
  return (
    sign(leftNext.timeline, rightNext.timeline) ||
    sign(Number(takesBranch(lastPrimary, left, shared)), Number(takesBranch(lastPrimary, right, shared))) ||
    sign(leftStretch.end, rightStretch.end)
  );
}

/** Whether X lies on Y's history and does not reach as far. Unknown positions are behind nothing. */
export function isBehind(x: Copy, y: Copy): boolean {
  const [inner, outer] = [lineageOf(x), lineageOf(y)];
  if (x.systemId !== y.systemId || inner === null || outer === null) return false;
  return contains(outer, inner) && !contains(inner, outer);
}

/** Whether all WAL of X is proven to be in Y, too. */
export function isContained(x: Copy, y: Copy): boolean {
  const [inner, outer] = [lineageOf(x), lineageOf(y)];
  return x.systemId === y.systemId && inner !== null && outer !== null && contains(outer, inner);
}

/**
 * Whether a copy can become consistent by its own WAL. A complete clone has brought all it needs. A rewound copy needs
 * the WAL up to where its source was at the end of the rewind, and without that PostgreSQL refuses to start as primary.
 */
export function reachesConsistency(found: {
  readonly consistent: boolean;
  readonly minRecoveryEnd: string | null;
  readonly walEnd: WalPosition | null;
}): boolean {
  if (found.consistent || found.minRecoveryEnd === null) return true;
  const [needed, end] = [parseLsn(found.minRecoveryEnd), placeOf(found.walEnd)];
  return needed !== null && end !== null && end.lsn >= needed;
}
