/** Answers that nodes give again for a while, as Flux does: for 30 s, by the whole URL, errors included. */
export interface AnswerCache {
  readonly lifetimeMs: () => number;
  /** 0, the default, keeps nothing. */
  readonly setLifetime: (ms: number) => void;
  readonly find: (key: string) => CachedAnswer | null;
  readonly keep: (key: string, answer: CachedAnswer) => void;
  readonly forget: () => void;
}

/** An answer as it was sent. */
export interface CachedAnswer {
  readonly status: number;
  readonly contentType: string;
  readonly body: string;
}

/** An empty cache that is switched off. */
export function createAnswerCache(now: () => number): AnswerCache {
  const answers = new Map<string, { readonly answer: CachedAnswer; readonly keptAtMs: number }>();
  let lifetimeMs = 0;
  return {
    lifetimeMs: () => lifetimeMs,
    setLifetime: (ms) => {
      lifetimeMs = ms;
    },
    find: (key) => {
      const kept = answers.get(key);
      return kept !== undefined && now() - kept.keptAtMs < lifetimeMs ? kept.answer : null;
    },
    keep: (key, answer) => {
      if (lifetimeMs > 0) answers.set(key, { answer, keptAtMs: now() });
    },
    forget: () => {
      answers.clear();
      lifetimeMs = 0;
    },
  };
}
