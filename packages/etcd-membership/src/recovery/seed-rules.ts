import { sameIntent } from './epochs.ts';
import { blockersOf, type Field, nodeOf } from './field.ts';
import type { RecoveryIntent } from './recovery-view.ts';
import { decision, hold, type RecoveryRule, rest, stateOf, stopBoth } from './rule.ts';

/** A promise counts once nothing of the old etcd runs here any more. */
export const stopForIntent: RecoveryRule = ({ view }) => {
  const { intent } = view.self;
  return intent === null
    ? null
    : stopBoth(view, 'intent-held', `epoch ${intent.epoch} of ${intent.seederNodeId}`);
};

/** What a stale node knows may have been overtaken, its own seeding included. */
export const stayStale: RecoveryRule = ({ view }) => {
  const { stale, fenced, intent, seeding } = view.self;
  if (!stale && !fenced) return null;
  if (intent !== null || seeding) return hold('stale');
  return view.etcdUnreachableForMs === 0 ? null : rest('stale');
};

/** An epoch that was persisted is seeded to the end: others may have taken it already. */
export const resumeSeeding: RecoveryRule = ({ view }) =>
  view.self.seeding
    ? decision({ kind: 'seed', state: stateOf(view) }, 'seeding-resumed', `epoch ${view.self.epoch}`)
    : null;

/** Participants that have not promised, or in which something of the old etcd may still run. */
export function missingAcknowledgements(field: Field, intent: RecoveryIntent): readonly string[] {
  return field.participants.filter((nodeId) => {
    const node = nodeOf(field, nodeId);
    if (node === null || !sameIntent(node.intent, intent)) return true;
    return node.patroniRuns !== false || node.etcdRuns !== false;
  });
}

/** The step that cannot be taken back: everybody who could still serve from the old etcd has promised not to. */
export const seedOnceAcknowledged: RecoveryRule = (field) => {
  const { view } = field;
  const { intent, nodeId } = view.self;
  if (intent?.seederNodeId !== nodeId) return null;
  const blockers = blockersOf(field);
  const [blocker] = blockers;
  if (blocker !== undefined) return hold(blocker.reason, blockers.map(({ detail }) => detail).join('; '));
  if (view.lead.nodeId !== nodeId) return hold('lead-blocked', view.lead.blocked ?? '');
  const missing = missingAcknowledgements(field, intent);
  if (missing.length > 0) return hold('waiting-for-acknowledgements', missing.join(', '));
  const { epoch } = intent;
  const state = { ...stateOf(view), epoch, seededBy: nodeId, intent: null, seeding: true };
  return decision({ kind: 'seed', state }, 'all-acknowledged', `epoch ${epoch}`);
};

/** Whoever has promised does nothing until the seeder has seeded, cancelled, or is gone. */
export const awaitSeeder: RecoveryRule = ({ view }) => {
  const { intent } = view.self;
  return intent === null
    ? null
    : hold('waiting-for-seeder', `epoch ${intent.epoch} of ${intent.seederNodeId}`);
};
