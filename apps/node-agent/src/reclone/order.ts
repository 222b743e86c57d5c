import { obstacleTo } from './obstacle.ts';
import type { ProvenLeader, RecloneEvidence, RecloneMemory, RecloneReason } from './reclone-view.ts';
import { hasFollowed } from './stall.ts';

/** A person's word that this node's copy is given up, as it is persisted. */
export interface RecloneOrder {
  /** Who led, and on which timeline, when it was said. */
  readonly leader: string;
  readonly timeline: number;
  /** The copy was moved aside: the next one is not meant. */
  readonly setAside: boolean;
}

/** What becomes of the word in this tick. */
export interface OrderDecision {
  readonly next: RecloneOrder | null;
  readonly reason: RecloneReason;
  readonly detail: string;
}

/** How far the word is carried out; null under a leader that it was not said of, which may lack other rows. */
export function orderStage(
  order: RecloneOrder | null,
  leader: ProvenLeader | null,
): RecloneEvidence['order'] {
  if (order === null) return null;
  if (order.setAside) return 'set-aside';
  return leader?.nodeId === order.leader && leader.timeline === order.timeline ? 'ordered' : null;
}

function end(reason: RecloneReason, detail: string): OrderDecision {
  return { next: null, reason, detail };
}

/** What only shows once Patroni is stopped, and no person's word goes over. */
function found(memory: RecloneMemory, evidence: RecloneEvidence): OrderDecision | null {
  const obstacle = evidence.disk === null ? null : obstacleTo(memory, evidence);
  if (obstacle?.reason !== 'space-short' && obstacle?.reason !== 'foreign-leader') return null;
  return end('reclone-order-void', `${obstacle.reason}: ${obstacle.detail}`);
}

/**
 * Decides whether a person's word has been carried out, or has lost its meaning. It never waits for a better moment: a word
 * that was said of one leader would otherwise give up a copy that another one lacks. Pure.
 */
export function decideOrder(
  order: RecloneOrder,
  memory: RecloneMemory,
  evidence: RecloneEvidence,
): OrderDecision | null {
  const { nowMs, self, leader, postgres, disk } = evidence;
  const isPrimary = postgres?.role === 'primary' && postgres.state === 'running';
  if (isPrimary || leader?.nodeId === self) return end('reclone-order-void', 'this node leads');
  if (postgres?.streaming === true && hasFollowed(memory, nowMs)) {
    return end('reclone-order-done', order.setAside ? 'the new copy follows' : 'the copy follows again');
  }
  if (order.setAside) return null;
  if (disk?.kind === 'absent') {
    return { next: { ...order, setAside: true }, reason: 'reclone-order-set-aside', detail: '' };
  }
  if (leader !== null && orderStage(order, leader) === null) {
    return end('reclone-order-void', `it was said while ${order.leader} led timeline ${order.timeline}`);
  }
  return found(memory, evidence);
}
