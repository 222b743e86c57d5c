import { setTimeout as delay } from 'node:timers/promises';
import type { Config } from '../config.ts';
import { act } from './act.ts';
import type { Action, Decision } from './action.ts';
import { decide } from './decide.ts';
import { afterFailure, afterSuccess, type HoldBack, heldBack, noHoldBack } from './hold-back.ts';
import { observe } from './observe.ts';
import type { Ports } from './ports.ts';
import { emptyMemory, remember } from './remember.ts';
import type { Applied, Memory, View } from './view.ts';

/** Steady nodes look every 5 s; one that waits for something looks every second, and at first more often. */
const STEADY_INTERVAL_MS = 5000;
const WAITING_INTERVAL_MS = 1000;
const BUSY_INTERVAL_MS = 250;
/** How long after its last action a node counts as busy: formation and fail-over are over sooner. */
const BUSY_AFTER_ACTION_MS = 20_000;

/** What the loop is doing, for the status and the log. */
export interface LoopState {
  readonly view: View | null;
  readonly decision: Decision | null;
  readonly failure: { readonly kind: Action['kind']; readonly message: string } | null;
}

/** Told about each tick; the log line and the status are made from it. */
export type TickListener = (state: LoopState) => void;

/** A running loop: `wake` ends the current pause early, `stop` resolves when the last tick is over. */
export interface Loop {
  readonly state: () => LoopState;
  readonly wake: () => void;
  readonly stop: () => Promise<void>;
}

interface Progress {
  memory: Memory;
  applied: Applied;
  view: View | null;
  lastActionMs: number;
  holdBack: HoldBack;
}

/** One tick: observe, remember, decide, act. Nothing is retried here; the next tick looks again first. */
async function tick(ports: Ports, config: Config, progress: Progress): Promise<LoopState> {
  const observed = await observe(ports, config, progress.memory, progress.applied, progress.view);
  progress.memory = remember(observed);
  const view: View = { ...observed, memory: progress.memory };
  progress.view = view;
  const decision = decide(view, heldBack(progress.holdBack, view.nowMs));
  if (decision.action.kind === 'wait') return { view, decision, failure: null };
  progress.lastActionMs = ports.clock.nowMs();
  try {
    const done = await act(ports, view, decision.action);
    progress.applied = { ...progress.applied, ...done.applied };
    progress.memory = { ...progress.memory, ...done.memory };
    progress.holdBack = afterSuccess(progress.holdBack, decision.action.kind, ports.clock.nowMs());
    return { view, decision, failure: null };
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

function pauseMs(state: LoopState, progress: Progress, nowMs: number): number {
  if (state.failure === null && state.decision !== null && state.decision.action.kind !== 'wait') return 0;
  if (nowMs - progress.lastActionMs < BUSY_AFTER_ACTION_MS) return BUSY_INTERVAL_MS;
  return state.decision?.reason === 'steady' ? STEADY_INTERVAL_MS : WAITING_INTERVAL_MS;
}

/** Runs ticks one after the other until stopped; a tick never overlaps the next. */
export function runLoop(ports: Ports, config: Config, listener: TickListener): Loop {
  const progress: Progress = {
    memory: emptyMemory(ports.clock.nowMs()),
    applied: { foundingEtcd: false, hosts: null, routerServers: null, patroniConfig: null },
    view: null,
    lastActionMs: ports.clock.nowMs(),
    holdBack: noHoldBack,
  };
  let state: LoopState = { view: null, decision: null, failure: null };
  let stopped = false;
  let pause = new AbortController();
  const running = (async () => {
    while (!stopped) {
      pause = new AbortController();
      state = await survivingTick(ports, config, progress, state);
      listener(state);
      const ms = pauseMs(state, progress, ports.clock.nowMs());
      if (ms > 0 && !stopped) await delay(ms, undefined, { signal: pause.signal }).catch(() => undefined);
    }
  })();
  return {
    state: () => state,
    wake: () => pause.abort(),
    stop: async () => {
      stopped = true;
      pause.abort();
      await running;
    },
  };
}
