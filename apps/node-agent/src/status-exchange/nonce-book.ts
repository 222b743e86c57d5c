/** A nonce is accepted this long after it was first given out. */
export const NONCE_LIFETIME_MS = 60_000;

/** After this long a new one is given out, so that everybody gets at least 30 s of use. */
const ISSUE_FOR_MS = 30_000;

/** Live nonces at most; with the uses below they bound the memory to about 1 MB under any load. */
const MAX_LIVE = 4;

/** Uses of one nonce that are remembered; when it has had so many, the next one takes its place. */
export const MAX_USES = 2048;

interface LiveNonce {
  readonly nonce: string;
  readonly issuedAtMs: number;
  readonly usedBy: Set<string>;
}

/** Which server nonces are alive, and which caller nonces each was used with. */
export interface NonceBook {
  /** The nonce to give out now. */
  readonly current: () => string;
  /** Whether the server nonce is alive. */
  readonly isLive: (serverNonce: string) => boolean;
  /**
   * Uses the pair up: true once, false for every repetition and for a server nonce that is not alive. To be called for
   * proven requests only, so that strangers cannot fill the book.
   */
  readonly use: (serverNonce: string, callerNonce: string) => boolean;
}

/** One nonce serves all callers: requests are told apart by the callers' own nonces. */
export function createNonceBook(sources: {
  /** Monotonic milliseconds. */
  readonly nowMs: () => number;
  readonly newNonce: () => string;
}): NonceBook {
  let live: readonly LiveNonce[] = [];

  function alive(): readonly LiveNonce[] {
    const nowMs = sources.nowMs();
    live = live.filter(({ issuedAtMs }) => nowMs - issuedAtMs < NONCE_LIFETIME_MS);
    return live;
  }

  return {
    current() {
      const newest = alive().at(-1);
      const nowMs = sources.nowMs();
      const usable =
        newest !== undefined && nowMs - newest.issuedAtMs < ISSUE_FOR_MS && newest.usedBy.size < MAX_USES;
      if (usable) return newest.nonce;
      const next = { nonce: sources.newNonce(), issuedAtMs: nowMs, usedBy: new Set<string>() };
      live = [...live, next].slice(-MAX_LIVE);
      return next.nonce;
    },
    isLive: (serverNonce) => alive().some(({ nonce }) => nonce === serverNonce),
    use(serverNonce, callerNonce) {
      const entry = alive().find(({ nonce }) => nonce === serverNonce);
      if (entry === undefined || entry.usedBy.has(callerNonce) || entry.usedBy.size >= MAX_USES) return false;
      entry.usedBy.add(callerNonce);
      return true;
    },
  };
}
