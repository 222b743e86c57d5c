import { compareIds } from '../member-names/compare-ids.ts';
import { adoptedSystem, isAdoption } from './adoption-rules.ts';
import {
  allPeers,
  decision,
  type FoundingRule,
  isAnswering,
  isExcluded,
  isProposerGone,
  listedPeers,
  majority,
  sizeOf,
  wait,
} from './field.ts';
import type {
  FoundingDecision,
  FoundingReason,
  FoundingState,
  JoinedFounding,
  ResumingFounding,
} from './founding-state.ts';
import type { FoundingView } from './founding-view.ts';
import {
  compareIntents,
  compareOrphans,
  highestPromise,
  holdsIntent,
  isSeederLost,
  obstacleToSeal,
  visibleIntents,
} from './intents.ts';

function drop(
  { clusterId, epoch }: ResumingFounding,
  founding: FoundingState,
  reason: FoundingReason,
): FoundingDecision {
  return decision({ kind: 'drop-intent', clusterId, epoch, founding }, reason, `${clusterId} epoch ${epoch}`);
}

/** A seeder that has promised an epoch and does not hold its intent will never seal it: it promises upwards only. */
function hasMovedOn(view: FoundingView, intent: ResumingFounding): boolean {
  const seeder = allPeers(view).find(({ nodeId }) => nodeId === intent.seederNodeId);
  if (seeder === undefined || seeder.cluster !== null) return false;
  return seeder.promisedEpoch >= intent.epoch && !holdsIntent(seeder.founding, intent);
}

function dropOwn(view: FoundingView, own: ResumingFounding): FoundingDecision | null {
  const before: FoundingState = own.join ?? { kind: 'none' };
  const obstacle = obstacleToSeal(view, own);
  if (own.seederNodeId === view.self.nodeId) {
    if (obstacle !== null) return drop(own, before, obstacle);
    const rival = visibleIntents(view).find(({ seederNodeId }) => !isSeederLost(view, seederNodeId));
    return rival !== undefined && compareIntents(view, rival, own) < 0
      ? drop(own, before, 'intent-superseded')
      : null;
  }
  if (hasMovedOn(view, own)) return drop(own, before, 'intent-released');
  return obstacle !== null && isSeederLost(view, own.seederNodeId) ? drop(own, before, obstacle) : null;
}

/**
 * An intent ends only by its seeder, who cancels it when the proposer answers after all or a better intent is seen; by
 * the others once the seeder shows that, or is lost. A seeder that was named and must not seal refuses by a promise.
 */
export const dropIntent: FoundingRule = (view) => {
  const { founding, nodeId, promisedEpoch } = view.self;
  if (founding.kind === 'resuming') return dropOwn(view, founding);
  for (const intent of visibleIntents(view)) {
    if (intent.seederNodeId !== nodeId || intent.epoch <= promisedEpoch) continue;
    const obstacle = obstacleToSeal(view, intent);
    if (obstacle !== null) return drop(intent, founding, obstacle);
  }
  return null;
};

function sizeFor(
  view: FoundingView,
  { expectedNodes }: { readonly expectedNodes: number | null },
): number | null {
  const size = sizeOf(view);
  if (size === null || expectedNodes === null) return size ?? expectedNodes;
  return Math.max(size, expectedNodes);
}

/** Names the seeder and an epoch that nobody has promised yet, if a majority of N is here to go on with. */
function begin(
  view: FoundingView,
  orphan: Omit<JoinedFounding, 'kind' | 'shortHanded'>,
  join: JoinedFounding | null,
): FoundingDecision {
  const { clusterId, expectedNodes, systemId, proposerNodeId, proposerAddress } = orphan;
  const participants = [view.self.nodeId, ...listedPeers(view).map(({ peer }) => peer.nodeId)];
  const size = sizeFor(view, orphan);
  const detail = `${participants.length} of ${size} nodes can finish the founding of ${proposerNodeId}`;
  if (size === null || participants.length < majority(size)) return wait('proposer-gone', detail);
  const lowest = [...participants].sort(compareIds)[0] ?? view.self.nodeId;
  const seederNodeId = systemId === null ? lowest : view.adoption.leadNodeId;
  if (seederNodeId === null) return wait('lead-unknown');
  const epoch = highestPromise(view) + 1;
  const terms = { clusterId, epoch, seederNodeId, expectedNodes, systemId, proposerNodeId, proposerAddress };
  return decision(
    { kind: 'resume', resuming: { kind: 'resuming', ...terms, join } },
    'proposer-gone',
    detail,
  );
}

/** All that are listed and a majority of N show the same intent: its epoch is this node's to seal. */
function complete(view: FoundingView, own: ResumingFounding): FoundingDecision {
  if (own.join?.clusterId === own.clusterId && !isProposerGone(view, own)) {
    return wait('proposer-not-gone', own.proposerNodeId);
  }
  const lacking = (view.listing?.others ?? []).find((instance) => {
    const { answer } = instance;
    if (answer.kind !== 'authenticated') return !isExcluded(view, instance);
    return answer.peer.nodeId !== view.self.nodeId && !holdsIntent(answer.peer.founding, own);
  });
  if (lacking !== undefined) return wait('waiting-for-intents', lacking.address);
  const promised = listedPeers(view).length + 1;
  const size = sizeFor(view, own);
  const detail = `${promised} of ${size} nodes promised epoch ${own.epoch}`;
  if (size === null || promised < majority(size)) return wait('waiting-for-intents', detail);
  const { clusterId, epoch, systemId: adopts } = own;
  return decision({ kind: 'seal', clusterId, epoch, shortHanded: false, adopts }, 'majority-resumed', detail);
}

function holdOwn(view: FoundingView, own: ResumingFounding): FoundingDecision {
  if (own.seederNodeId === view.self.nodeId) return complete(view, own);
  if (isSeederLost(view, own.seederNodeId)) return begin(view, own, own.join);
  return wait('waiting-for-seeder', own.seederNodeId);
}

function promise(
  view: FoundingView,
  intent: ResumingFounding,
  join: JoinedFounding | null,
): FoundingDecision {
  const system = isAdoption(view) ? adoptedSystem(view) : null;
  if (intent.systemId !== system) return wait('waiting-for-cancel', `system ${intent.systemId ?? 'none'}`);
  return decision({ kind: 'resume', resuming: { ...intent, join } }, 'intent-seen', intent.seederNodeId);
}

/**
 * When the proposer is gone its founding goes on under the same id, since it may have sealed: those that joined it name
 * a seeder and a higher epoch, all promise that, and only then the seeder seals. Nobody founds anything else meanwhile.
 */
export const resumeFounding: FoundingRule = (view) => {
  const { founding, nodeId, promisedEpoch } = view.self;
  if (founding.kind === 'resuming') return holdOwn(view, founding);
  const orphan = founding.kind === 'joined' ? founding : null;
  const intent = visibleIntents(view)[0];
  if (intent === undefined) return orphan === null ? null : begin(view, orphan, orphan);
  if (founding.kind === 'proposed') {
    if (intent.clusterId === founding.clusterId) return null;
    return decision(
      { kind: 'withdraw', clusterId: founding.clusterId },
      'founding-resumed',
      intent.clusterId,
    );
  }
  if (orphan !== null && compareOrphans(view, orphan.clusterId, intent.clusterId) < 0) {
    return begin(view, orphan, orphan);
  }
  if (isAnswering(view, intent.proposerNodeId)) return wait('waiting-for-cancel', intent.proposerNodeId);
  const lost = isSeederLost(view, intent.seederNodeId);
  const seederAnswers = intent.seederNodeId === nodeId || isAnswering(view, intent.seederNodeId);
  if (intent.epoch > promisedEpoch && seederAnswers) return promise(view, intent, orphan);
  const sameFounding = orphan?.clusterId === intent.clusterId;
  if (orphan !== null && (lost || (sameFounding && seederAnswers))) return begin(view, orphan, orphan);
  return wait('waiting-for-seeder', intent.seederNodeId);
};
