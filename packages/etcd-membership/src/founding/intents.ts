import { compareIds } from '../member-names/compare-ids.ts';
import { isAdoption } from './adoption-rules.ts';
import { allPeers, foundingMode, isAnswering } from './field.ts';
import type { FoundingReason, FoundingState, ResumingFounding } from './founding-state.ts';
import type { FoundingView } from './founding-view.ts';

function isBoundBy(founding: FoundingState, clusterId: string): boolean {
  const join = founding.kind === 'resuming' ? founding.join : founding;
  return join?.kind === 'joined' && join.clusterId === clusterId;
}

/** How many nodes that answer, this one included, had joined the proposal: the most joined one was most likely sealed. */
function joinCount(view: FoundingView, clusterId: string): number {
  const foundings = [view.self.founding, ...allPeers(view).map(({ founding }) => founding)];
  return foundings.filter((founding) => isBoundBy(founding, clusterId)).length;
}

/** Orders two proposals of gone proposers: the one that more of the living joined comes first. */
export function compareOrphans(view: FoundingView, left: string, right: string): number {
  if (left === right) return 0;
  return joinCount(view, right) - joinCount(view, left) || compareIds(left, right);
}

type IntentKey = Pick<ResumingFounding, 'clusterId' | 'epoch' | 'seederNodeId'>;

/** Orders two intents so that all who see the same prefer the same: by proposal, higher epoch, lower seeder. */
export function compareIntents(view: FoundingView, left: IntentKey, right: IntentKey): number {
  return (
    compareOrphans(view, left.clusterId, right.clusterId) ||
    right.epoch - left.epoch ||
    compareIds(left.seederNodeId, right.seederNodeId)
  );
}

/** Whether somebody holds this very intent. */
export function holdsIntent(founding: FoundingState, intent: IntentKey): boolean {
  if (founding.kind !== 'resuming' || founding.clusterId !== intent.clusterId) return false;
  return founding.epoch === intent.epoch && founding.seederNodeId === intent.seederNodeId;
}

/** A node is lost as a seeder when it is gone and does not answer. */
export function isSeederLost(view: FoundingView, seederNodeId: string): boolean {
  return seederNodeId !== view.self.nodeId && view.gone.has(seederNodeId) && !isAnswering(view, seederNodeId);
}

/** The intents that peers hold, the preferred one first. */
export function visibleIntents(view: FoundingView): readonly ResumingFounding[] {
  return allPeers(view)
    .flatMap(({ founding }) => (founding.kind === 'resuming' ? [founding] : []))
    .sort((left, right) => compareIntents(view, left, right));
}

/** The highest epoch that anybody is known to have promised. */
export function highestPromise(view: FoundingView): number {
  const told = allPeers(view).map(({ promisedEpoch }) => promisedEpoch);
  const held = visibleIntents(view).map(({ epoch }) => epoch);
  const { founding, promisedEpoch } = view.self;
  return Math.max(promisedEpoch, founding.kind === 'resuming' ? founding.epoch : 1, ...told, ...held);
}

/** Why an intent must not be sealed by this node, whatever the others promised; null where nothing speaks against it. */
export function obstacleToSeal(view: FoundingView, intent: ResumingFounding): FoundingReason | null {
  const { proposerNodeId, systemId } = intent;
  if (proposerNodeId === view.self.nodeId || isAnswering(view, proposerNodeId)) return 'proposer-answers';
  if (isAdoption(view)) {
    if (systemId === null) return 'data-outranks';
    const { leadNodeId } = view.adoption;
    if (leadNodeId !== null && leadNodeId !== intent.seederNodeId) return 'lead-changed';
  }
  return foundingMode(view) === 'short' ? 'no-majority' : null;
}
