import { compareEpochs, sameIntent, withCancelled, withoutIntent } from './epochs.ts';
import { type Field, lossOf, nodeOf, returnableVoters } from './field.ts';
import type { RecoveryIntent, RecoveryReason } from './recovery-view.ts';
import { decision, persist, type RecoveryRule, stateOf, stopBoth } from './rule.ts';

function named({ epoch, seederNodeId }: Pick<RecoveryIntent, 'epoch' | 'seederNodeId'>): string {
  return `epoch ${epoch} of ${seederNodeId}`;
}

/** Whoever hears of a higher epoch belongs to the past, also while its own etcd runs and is quorate. */
export const takeHigherEpoch: RecoveryRule = ({ view, peers }) => {
  const highest = [...peers.values()].sort(compareEpochs).at(-1);
  if (highest === undefined || compareEpochs(highest, view.self) <= 0) return null;
  const detail = `epoch ${highest.epoch} at ${highest.nodeId}`;
  const stop = stopBoth(view, 'higher-epoch-heard', detail);
  if (stop !== null) return stop;
  const state = stateOf(view);
  // A promise for a still higher epoch binds on.
  const released = (state.intent?.epoch ?? 0) > highest.epoch ? state : withoutIntent(state);
  const { epoch, seededBy } = highest;
  return decision(
    { kind: 'take-epoch', state: { ...released, epoch, seededBy, seeding: false } },
    'higher-epoch-heard',
    detail,
  );
};

/** An intent for an epoch that has come to pass, here or elsewhere, promises nothing any more. */
export const dropMootIntent: RecoveryRule = ({ view }) => {
  const { intent, epoch } = view.self;
  if (intent === null || intent.epoch > epoch) return null;
  return persist(withoutIntent(stateOf(view)), 'intent-moot', named(intent));
};

/**
 * A peer that waits for an intent which this node does not hold would wait for ever: an older volume was restored here,
 * or the entry has left the bounded list.
 */
export const disownIntent: RecoveryRule = ({ view, peers }) => {
  const { self } = view;
  for (const { intent } of peers.values()) {
    if (intent === null || intent.seederNodeId !== self.nodeId || intent.epoch <= self.epoch) continue;
    if (sameIntent(intent, self.intent) || self.cancelled.some((name) => sameIntent(name, intent))) continue;
    const state = stateOf(view);
    return persist(
      { ...state, cancelled: withCancelled(state.cancelled, intent) },
      'intent-unknown',
      named(intent),
    );
  }
  return null;
};

/** Only the seeder's own word, or its being gone, ends a promise to it: silence may mean that it is about to seed. */
export const releaseIntent: RecoveryRule = ({ view, peers, gone }) => {
  const { intent, nodeId } = view.self;
  if (intent === null || intent.seederNodeId === nodeId) return null;
  const seeder = peers.get(intent.seederNodeId);
  const cancelled = seeder?.cancelled.some((name) => sameIntent(name, intent)) ?? false;
  if (!cancelled && !gone.has(intent.seederNodeId)) return null;
  return persist(withoutIntent(stateOf(view)), cancelled ? 'intent-cancelled' : 'seeder-gone', named(intent));
};

function whyCancel(field: Field, intent: RecoveryIntent): [RecoveryReason, string] | null {
  const { view, peers } = field;
  if (view.self.stale || view.self.fenced) return ['seeder-stale', ''];
  if (view.etcdUnreachableForMs === 0) return ['etcd-answers', ''];
  const returned = [...peers.keys()].filter((nodeId) => !intent.participants.includes(nodeId));
  if (returned.length > 0) return ['gone-member-returned', returned.join(', ')];
  // Where everybody answers and nobody sees a loss, the others do not follow, and would be waited for without end. While
  // somebody is silent nothing is concluded: it may just have been restarted.
  const allAnswer = intent.participants.every((nodeId) => nodeOf(field, nodeId) !== null);
  if (allAnswer && lossOf(field) === null) return ['majority-may-return', returnableVoters(field).join(', ')];
  const { nodeId } = view.lead;
  return nodeId !== null && nodeId !== view.self.nodeId ? ['lead-changed', nodeId] : null;
}

/** Until it has persisted the epoch, the seeder may take its intent back at any time, and nobody else may. */
export const cancelOwnIntent: RecoveryRule = (field) => {
  const { view } = field;
  const { intent, nodeId } = view.self;
  if (intent?.seederNodeId !== nodeId) return null;
  const why = whyCancel(field, intent);
  return why === null ? null : persist(withoutIntent(stateOf(view)), why[0], why[1]);
};
