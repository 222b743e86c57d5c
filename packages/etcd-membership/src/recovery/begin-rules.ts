import { highestKnown } from './epochs.ts';
import { blockersOf, type Field, lossOf, returnableVoters } from './field.ts';
import type { RecoveryDecision } from './recovery-view.ts';
import { persist, type RecoveryRule, rest, stateOf } from './rule.ts';

/** The lead makes the intent, with an epoch that nobody has heard of. */
function makeIntent(field: Field): RecoveryDecision {
  const { view, peers, participants } = field;
  const { clusterId, nodeId } = view.self;
  const epoch = 1 + highestKnown([view.self, ...peers.values()]);
  const intent = { clusterId, epoch, seederNodeId: nodeId, participants };
  return persist({ ...stateOf(view), intent }, 'recovery-begins', `epoch ${epoch}`);
}

/**
 * Everybody else adopts the intent of the lead that it computes itself, and only if it agrees that nobody else is left.
 * So two intents converge: of two that believe to lead, the one that learns better cancels its own and adopts the other.
 */
function adoptIntent(field: Field, leadNodeId: string): RecoveryDecision {
  const { view, peers, participants } = field;
  const { self } = view;
  const intent = peers.get(leadNodeId)?.intent ?? null;
  if (intent === null || intent.seederNodeId !== leadNodeId) return rest('waiting-for-intent', leadNodeId);
  const unknown = participants.filter((nodeId) => !intent.participants.includes(nodeId));
  if (intent.clusterId !== self.clusterId || intent.epoch <= self.epoch || unknown.length > 0) {
    return rest('waiting-for-intent', [leadNodeId, ...unknown].join(', '));
  }
  return persist({ ...stateOf(view), intent }, 'intent-adopted', `epoch ${intent.epoch} of ${leadNodeId}`);
}

/** Whether the lead has begun: it waited for the grace, so a node that was restarted meanwhile need not wait again. */
function leadHasBegun({ view, peers }: Field): boolean {
  const { nodeId } = view.lead;
  return nodeId !== null && peers.get(nodeId)?.intent?.seederNodeId === nodeId;
}

/** Begins, or joins, a recovery once a majority of the old voters cannot return and everybody is accounted for. */
export const beginRecovery: RecoveryRule = (field) => {
  const { view, complete } = field;
  if (view.etcdUnreachableForMs === 0) return null;
  if (view.voters.length === 0) return rest('voters-unknown');
  const loss = lossOf(field);
  if (loss === null) return rest('majority-may-return', returnableVoters(field).join(', '));
  // With every member there and a majority of the voters without data, no time brings the old etcd back.
  const atOnce = complete && loss === 'majority-lost';
  if (!atOnce && !leadHasBegun(field) && view.etcdUnreachableForMs < view.graceMs) {
    return rest('etcd-silent-too-briefly', `${Math.floor(view.etcdUnreachableForMs / 1000)} s`);
  }
  const blockers = blockersOf(field);
  const [blocker] = blockers;
  if (blocker !== undefined) return rest(blocker.reason, blockers.map(({ detail }) => detail).join('; '));
  const { nodeId } = view.lead;
  if (nodeId === null) return rest('lead-blocked', view.lead.blocked ?? '');
  return nodeId === view.self.nodeId ? makeIntent(field) : adoptIntent(field, nodeId);
};
