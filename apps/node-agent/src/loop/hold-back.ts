import type { Action } from './action.ts';

/**
 * Pauses before an action is done again that failed, or that starts a program which keeps ending. The first one is short,
 * since what was missing often comes within moments; it doubles up to the longest.
 */
const FAILURE_PAUSE_MS = { first: 250, longest: 2000 } as const;
const RESTART_PAUSE_MS = { first: 1000, longest: 30_000 } as const;
/** A program that ran for longer than this has recovered, whatever made it end. */
const SHORT_RUN_MS = 60_000;

type Kind = Action['kind'];

interface Held {
  readonly untilMs: number;
  readonly sinceMs: number;
  /** How often in a row it failed, or ended soon. */
  readonly repeats: number;
}

/** Which kinds of action are not to be done before when; monotonic milliseconds. */
export type HoldBack = ReadonlyMap<Kind, Held>;

/** Nothing is held back. */
export const noHoldBack: HoldBack = new Map();

const starts: ReadonlySet<Kind> = new Set(['start-router', 'start-etcd', 'start-patroni']);

function hold(
  holdBack: HoldBack,
  kind: Kind,
  nowMs: number,
  repeats: number,
  pause: typeof RESTART_PAUSE_MS | typeof FAILURE_PAUSE_MS,
): HoldBack {
  const pauseMs = Math.min(pause.first * 2 ** repeats, pause.longest);
  return new Map([...holdBack, [kind, { untilMs: nowMs + pauseMs, sinceMs: nowMs, repeats }]]);
}

/** After an action that failed: it is left alone for a moment, so that the others get their turn. */
export function afterFailure(holdBack: HoldBack, kind: Kind, nowMs: number): HoldBack {
  const before = holdBack.get(kind);
  return hold(
    holdBack,
    kind,
    nowMs,
    before === undefined ? 0 : Math.min(before.repeats + 1, 10),
    FAILURE_PAUSE_MS,
  );
}

/** After an action that was done: one that starts a program is not repeated without end when the program ends each time. */
export function afterSuccess(holdBack: HoldBack, kind: Kind, nowMs: number): HoldBack {
  const before = holdBack.get(kind);
  if (!starts.has(kind)) {
    return before === undefined ? holdBack : new Map([...holdBack].filter(([other]) => other !== kind));
  }
  const short = before !== undefined && nowMs - before.sinceMs < SHORT_RUN_MS;
  return hold(holdBack, kind, nowMs, short ? Math.min(before.repeats + 1, 10) : 0, RESTART_PAUSE_MS);
}

/** The kinds that are held back now. */
export function heldBack(holdBack: HoldBack, nowMs: number): ReadonlySet<Kind> {
  return new Set([...holdBack].flatMap(([kind, { untilMs }]) => (untilMs > nowMs ? [kind] : [])));
}
