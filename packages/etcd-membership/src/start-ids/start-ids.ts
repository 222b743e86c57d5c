/** How many starts a node remembers and tells. */
export const START_IDS_KEPT = 200;

/** A start id that a peer has heard from a node, as the peer tells it. */
export interface RememberedStartId {
  /** The peer that remembers it. */
  readonly by: string;
  readonly startId: string;
}

const NUMBERED = /^(\d{1,15})-/;

/** The number of a start, or null for an id without one. */
function startNumber(startId: string): number | null {
  const number = NUMBERED.exec(startId)?.[1];
  return number === undefined ? null : Number(number);
}

/**
 * The list of start ids with one for this start. Each is numbered, so that one which has left the list for being old is
 * not taken for one that the volume has forgotten.
 *
 * @param random a new random text; equal numbers with different texts are different starts
 */
export function newStartIds(previous: readonly string[], random: string): readonly string[] {
  const next = 1 + Math.max(0, ...previous.map((id) => startNumber(id) ?? 0));
  return [...previous, `${next}-${random}`].slice(-START_IDS_KEPT);
}

/** Start ids that peers remember and this volume does not, though they are not older than all that it remembers. */
export function unknownStartIds(
  own: readonly string[],
  remembered: readonly RememberedStartId[],
): readonly RememberedStartId[] {
  const known = new Set(own);
  const oldest = Math.min(...own.map((id) => startNumber(id) ?? 0));
  // A list that was never full has lost nothing to its bound.
  const bounded = own.length >= START_IDS_KEPT;
  return remembered.filter(({ startId }) => {
    if (known.has(startId)) return false;
    const number = startNumber(startId);
    return !bounded || number === null || number >= oldest;
  });
}

/** The start of another node that this node remembers. */
export interface HeardStart {
  readonly startId: string;
  /** The node's own list lacks it: it has to be told of it, whatever starts it has had since. */
  readonly isForgotten: boolean;
}

/**
 * What is remembered of a node that tells its starts: the last one, unless its list lacks one that was heard of it before. A
 * start of which etcd never heard, as there was no quorum meanwhile, is known by this alone. Null for one that tells none.
 */
export function hearStart(told: readonly string[], before: readonly string[]): HeardStart | null {
  const [forgotten] = unknownStartIds(
    told,
    before.map((startId) => ({ by: '', startId })),
  );
  if (forgotten !== undefined) return { startId: forgotten.startId, isForgotten: true };
  const last = told.at(-1);
  return last === undefined ? null : { startId: last, isForgotten: false };
}

/** The start to tell a node of: one that it has forgotten, else the later one of what was heard and what is recorded. */
export function startToTell(heard: HeardStart | undefined, recorded: string | undefined): string | undefined {
  if (heard === undefined || recorded === undefined) return heard?.startId ?? recorded;
  const isLater = (startNumber(recorded) ?? 0) > (startNumber(heard.startId) ?? 0);
  return isLater && !heard.isForgotten ? recorded : heard.startId;
}

/** Whether a peer proves that an older volume was put back: it heard a start of this node that the volume knows nothing of. */
export function isRestored(own: readonly string[], remembered: readonly RememberedStartId[]): boolean {
  return unknownStartIds(own, remembered).length > 0;
}

/**
 * The own list with the unknown ids put before the current one. Persisted together with the mark that the volume was
 * restored: the proof is used once, and etcd data of a later join is not quarantined for it again.
 */
export function withUnknownStartIds(
  own: readonly string[],
  unknown: readonly RememberedStartId[],
): readonly string[] {
  const ids = new Set(unknown.map(({ startId }) => startId));
  return [...own.slice(0, -1), ...ids, ...own.slice(-1)].slice(-START_IDS_KEPT);
}

/** What follows from a restored volume. */
export interface RestoredVerdict {
  /** Its etcd has forgotten votes that it gave: as a voter it could elect a second leader. */
  readonly quarantineEtcd: boolean;
  /** Whether its PGDATA may lead; else it only follows. */
  readonly mayLead: boolean;
}

/**
 * Decides what becomes of a restored volume. Its copy is older than what the node once held, so it leads only if it is the
 * last one: when every other member is gone.
 *
 * @param restored the persisted mark, or a proof of this tick
 * @param markedBefore the mark is persisted already, so that the etcd data is of a later join
 */
export function decideAfterRestore(view: {
  readonly restored: boolean;
  readonly markedBefore: boolean;
  readonly etcdData: boolean;
  readonly otherMembers: readonly string[];
  readonly gone: ReadonlySet<string>;
}): RestoredVerdict {
  if (!view.restored) return { quarantineEtcd: false, mayLead: true };
  return {
    quarantineEtcd: view.etcdData && !view.markedBefore,
    mayLead: view.otherMembers.every((nodeId) => view.gone.has(nodeId)),
  };
}
