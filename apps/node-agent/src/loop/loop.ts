import { assuredWallMs } from '@flux-pg/etcd-membership';
import type { Config } from '../config.ts';
import { act } from './act.ts';
import type { Action, Decision } from './action.ts';
import { decide } from './decide.ts';
import { afterFailure, afterSuccess, type HoldBack, heldBack, noHoldBack } from './hold-back.ts';
import { observe } from './observe.ts';
import type { Ports } from './ports.ts';
import { emptyMemory, remember } from './remember.ts';
import { confirmedMirror } from './rules/mirror.ts';
import { isMarkDue, startStanding } from './standing.ts';
import type { Applied, Memory, View } from './view.ts';

/** How long the loop pauses between two looks. */
export interface Pace {
  readonly steadyIntervalMs: number;
  /** For a node that waits for something. */
  readonly waitingIntervalMs: number;
  /** For a node whose last action is no longer ago than `busyAfterActionMs`. */
  readonly busyIntervalMs: number;
  readonly busyAfterActionMs: number;
}

/**
 * Steady nodes look every 5 s; one that waits for something looks every second, and at first more often: formation and
 * fail-over are over within the 20 s.
 */
export const DEFAULT_PACE: Pace = {
  steadyIntervalMs: 5000,
  waitingIntervalMs: 1000,
  busyIntervalMs: 250,
  busyAfterActionMs: 20_000,
};

/** What the loop is doing, for the status and the log. */
export interface LoopState {
  readonly view: View | null;
  readonly decision: Decision | null;
  readonly failure: { readonly kind: Action['kind']; readonly message: string } | null;
}

/** Told about each tick; the log line and the status are made from it. */
export type TickListener = (state: LoopState) => void;

/** A running loop: `wake` ends the current or the next pause early, `stop` resolves when the last tick is over. */
export interface Loop {
  readonly state: () => LoopState;
  readonly wake: () => void;
  /** As `wake`, but a look that is under way is young enough. */
  readonly refresh: () => void;
  readonly stop: () => Promise<void>;
}

interface Progress {
  memory: Memory;
  applied: Applied;
  view: View | null;
  lastActionMs: number;
  stampedAtMs: number;
  holdBack: HoldBack;
}

/** How often the completion of a tick is persisted: a node that was away seems to have been so for this much longer. */
const STAMP_INTERVAL_MS = 20_000;

/**
 * Notes that this node has looked and done what was to be done. Not before it has marked itself stale, where it was away
 * for too long: nobody could tell any more that it was.
 */
async function completeTick(ports: Ports, progress: Progress, view: View): Promise<LoopState['failure']> {
  if (isMarkDue(view) && ports.volume.state().stale === null) return null;
  const { nowMs, wallMs } = view;
  const { standing } = progress.memory;
  progress.memory = { ...progress.memory, standing: { ...standing, lastTick: { atMs: nowMs, wallMs } } };
  if (nowMs - progress.stampedAtMs < STAMP_INTERVAL_MS) return null;
  progress.stampedAtMs = nowMs;
  try {
    await ports.volume.writeStamp({ wallMs, assuredWallMs: assuredWallMs(standing.fencing, view) });
    const mirror = confirmedMirror(view);
    if (mirror !== null) await ports.volume.writeMirror(mirror);
    return null;
  } catch (error) {
    // It is no failure of what the tick has done, which is not to be held back for it.
    return { kind: 'wait', message: error instanceof Error ? error.message : String(error) };
  }
}

/** One tick: observe, remember, decide, act. Nothing is retried here; the next tick looks again first. */
async function tick(ports: Ports, config: Config, progress: Progress): Promise<LoopState> {
  const observed = await observe(ports, config, progress.memory, progress.applied, progress.view);
  progress.memory = remember(observed);
  const view: View = { ...observed, memory: progress.memory };
  progress.view = view;
  const decision = decide(view, heldBack(progress.holdBack, view.nowMs));
  if (decision.action.kind === 'wait') {
    return { view, decision, failure: await completeTick(ports, progress, view) };
  }
  progress.lastActionMs = ports.clock.nowMs();
  try {
    const done = await act(ports, view, decision.action);
    progress.applied = { ...progress.applied, ...done.applied };
    progress.memory = { ...progress.memory, ...done.memory };
    progress.holdBack = afterSuccess(progress.holdBack, decision.action.kind, ports.clock.nowMs());
    return { view, decision, failure: await completeTick(ports, progress, view) };
  } catch (error) {
    progress.holdBack = afterFailure(progress.holdBack, decision.action.kind, ports.clock.nowMs());
    const message = error instanceof Error ? error.message : String(error);
    return { view, decision, failure: { kind: decision.action.kind, message } };
  }
}

/** A tick that throws is a bug; the node stays up, says so in its status, and tries again. */
async function survivingTick(
  ports: Ports,
  config: Config,
  progress: Progress,
  last: LoopState,
): Promise<LoopState> {
  try {
    return await tick(ports, config, progress);
  } catch (error) {
    const message = error instanceof Error ? (error.stack ?? error.message) : String(error);
    return { ...last, failure: { kind: 'wait', message } };
  }
}

function pauseMs(pace: Pace, state: LoopState, progress: Progress, nowMs: number): number {
  if (state.failure === null && state.decision !== null && state.decision.action.kind !== 'wait') return 0;
  if (nowMs - progress.lastActionMs < pace.busyAfterActionMs) return pace.busyIntervalMs;
  return state.decision?.reason === 'steady' ? pace.steadyIntervalMs : pace.waitingIntervalMs;
}

/** Runs ticks one after the other until stopped; a tick never overlaps the next. */
export function runLoop(
  ports: Ports,
  config: Config,
  listener: TickListener,
  pace: Pace = DEFAULT_PACE,
): Loop {
  const progress: Progress = {
    memory: emptyMemory(ports.clock.nowMs(), startStanding(ports, config)),
    applied: { foundingEtcd: false, hosts: null, routerServers: null, patroniConfig: null },
    view: null,
    lastActionMs: ports.clock.nowMs(),
    stampedAtMs: Number.NEGATIVE_INFINITY,
    holdBack: noHoldBack,
  };
  let state: LoopState = { view: null, decision: null, failure: null };
  let stopped = false;
  let sleeping = false;
  let pause = new AbortController();
  const running = (async () => {
    while (!stopped) {
      if (pause.signal.aborted) pause = new AbortController();
      state = await survivingTick(ports, config, progress, state);
      listener(state);
      const ms = pauseMs(pace, state, progress, ports.clock.nowMs());
      sleeping = true;
      if (ms > 0 && !stopped) await ports.clock.sleep(ms, pause.signal);
      sleeping = false;
    }
  })();
  return {
    state: () => state,
    // With a reason of its own, no error with a stack is made for each.
    wake: () => pause.abort('woken'),
    refresh: () => {
      if (sleeping) pause.abort('woken');
    },
    stop: async () => {
      stopped = true;
      pause.abort('stopped');
      await running;
    },
  };
}
