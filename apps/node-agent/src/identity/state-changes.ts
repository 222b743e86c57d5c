import { newStartIds } from '@flux-pg/etcd-membership';
import type { Intent, NodeState } from './node-state.ts';

/** Adds the id of a new start, made of a random text, and forgets the oldest beyond the bound. */
export function withStartId(state: NodeState, random: string): NodeState {
  return { ...state, startIds: newStartIds(state.startIds, random) };
}

/** Adds a withdrawn proposal and forgets the oldest beyond the bound. */
export function withWithdrawn(state: NodeState, clusterId: string): NodeState {
  return { ...state, founding: { kind: 'none' }, withdrawn: [...state.withdrawn, clusterId].slice(-50) };
}

/** Takes an intent back: cleared and remembered in one write, so that it can never be both. */
export function withCancelledIntent(state: NodeState, intent: Intent): NodeState {
  const { clusterId, epoch, seederNodeId } = intent;
  const name = { clusterId, epoch, seederNodeId };
  return { ...state, intent: null, cancelledIntents: [...state.cancelledIntents, name].slice(-20) };
}

/** Adds the operator's word that nodes are gone; the oldest beyond the bound are forgotten, which only makes it wait. */
export function withDeclaredGone(state: NodeState, nodeIds: readonly string[]): NodeState {
  return { ...state, declaredGone: [...new Set([...state.declaredGone, ...nodeIds])].slice(-200) };
}

/** Adds the operator's word that addresses may be founded without. */
export function withPermittedAddresses(state: NodeState, addresses: readonly string[]): NodeState {
  const permittedAddresses = [...new Set([...state.permittedAddresses, ...addresses])].slice(-200);
  return { ...state, permittedAddresses };
}
