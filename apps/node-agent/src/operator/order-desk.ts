import type { Loop } from '../loop/loop.ts';
import type { Clock } from '../loop/ports.ts';
import type { View } from '../loop/view.ts';
import type { FoundRequest, OrderAnswer, RecloneRequest, RecoverRequest } from './exchange.ts';
import type { OperatorOrder } from './orders.ts';
import type { Verdict } from './verdict.ts';

/** What answers a person's requests. */
export interface OrderDesk {
  readonly recover: (request: RecoverRequest) => Promise<OrderAnswer>;
  readonly found: (request: FoundRequest) => Promise<OrderAnswer>;
  readonly reclone: (request: RecloneRequest) => Promise<OrderAnswer>;
}

/** What requests are judged on, and where orders go. */
export interface OrderDeskOptions {
  readonly loop: Pick<Loop, 'state' | 'wake'>;
  readonly clock: Pick<Clock, 'nowMs' | 'sleep'>;
  /** Resolves once the order is persisted. */
  readonly give: (order: OperatorOrder) => Promise<void>;
  /** For the new look, and again for the order to be persisted; default 10 s. */
  readonly timeoutMs?: number;
}

const DEFAULT_TIMEOUT_MS = 10_000;
const LOOK_INTERVAL_MS = 50;
const never = new AbortController().signal;

/** Whoever is declared gone must be silent now, so that only a look that began after the request counts. */
async function newLook({
  loop,
  clock,
  timeoutMs = DEFAULT_TIMEOUT_MS,
}: OrderDeskOptions): Promise<View | null> {
  const askedAtMs = clock.nowMs();
  loop.wake();
  for (;;) {
    const { view } = loop.state();
    if (view !== null && view.lookedAtMs >= askedAtMs) return view;
    if (clock.nowMs() - askedAtMs >= timeoutMs) return null;
    await clock.sleep(LOOK_INTERVAL_MS, never);
  }
}

async function carryOut(verdict: Verdict, options: OrderDeskOptions): Promise<OrderAnswer> {
  if (verdict.kind === 'answer') return verdict.answer;
  const { give, clock, timeoutMs = DEFAULT_TIMEOUT_MS } = options;
  const timer = new AbortController();
  const persisted = await Promise.race([
    give(verdict.order).then(() => true),
    clock.sleep(timeoutMs, timer.signal).then(() => false),
  ]);
  timer.abort();
  return persisted
    ? { outcome: 'done', lines: ['Done.', '', ...verdict.lines] }
    : {
        outcome: 'pending',
        lines: [
          'The agent has the order and has not persisted it yet. See flux-pg status.',
          '',
          ...verdict.lines,
        ],
      };
}

/** Judges each request on a new look, and waits until what is ordered is persisted. The loop may hang: so neither is waited for without end. */
export function createOrderDesk(options: OrderDeskOptions): OrderDesk {
  const answer = async (judge: (view: View) => Verdict): Promise<OrderAnswer> => {
    const view = await newLook(options);
    if (view !== null) return carryOut(judge(view), options);
    return {
      outcome: 'pending',
      lines: ['The agent has not looked since this was asked, and nothing was changed. See flux-pg status.'],
    };
  };
  return {
    // Loaded where they are asked for: a person asks seldom, and the texts take memory that the node has little of.
    recover: async (request) => {
      const { judgeRecover } = await import('./recover.ts');
      return answer((view) => judgeRecover(view, request));
    },
    found: async (request) => {
      const { judgeFound } = await import('./found.ts');
      return answer((view) => judgeFound(view, request));
    },
    reclone: async (request) => {
      const { judgeReclone } = await import('./reclone.ts');
      return answer((view) => judgeReclone(view, request));
    },
  };
}
