import { majority } from '../founding/index.ts';
import { highestKnown } from './epochs.ts';
import { type Blocker, blockersOf, type Field, lossOf, returnableVoters, takeField } from './field.ts';
import type { RecoveryBlocker, RecoveryView } from './recovery-view.ts';

/** What a recovery would do, for a person who is about to ask for one. */
export interface RecoveryExplanation {
  /** Nothing blocks: the recovery begins by itself, or goes on. */
  readonly possible: boolean;
  /** Sentences, one for each thing that keeps the recovery back. */
  readonly blocks: readonly string[];
  /** Sentences, in order: what happens once nothing blocks. */
  readonly steps: readonly string[];
}

const sentences: Record<RecoveryBlocker, (detail: string) => string> = {
  'listing-unknown': () => 'No recent listing of the instances is known.',
  'address-unverifiable': (detail) =>
    `A listed address answers, but cannot prove who it is (${detail}). It may hold newer data.`,
  'address-silent': (detail) => `A listed address does not answer (${detail}). It may hold newer data.`,
  'member-silent': (detail) => `The member ${detail} does not answer and does not count as gone.`,
  'member-stale': (detail) =>
    `The member ${detail} was cut off or stopped, and has not yet heard from everybody.`,
  'member-not-listed': (detail) =>
    `The member ${detail} is not listed by a quorum of the witnesses, and not every member answers.`,
};

function say({ reason, detail }: Blocker): string {
  return sentences[reason](detail);
}

/** An etcd that answers, or may answer again, needs no recovery. */
function whatMayReturn(field: Field): readonly string[] {
  const { view } = field;
  if (view.etcdUnreachableForMs === 0) return ['etcd answers: nothing has to be recovered.'];
  if (view.voters.length === 0) return ['It is not known which nodes were the voters of etcd.'];
  const loss = lossOf(field);
  if (loss !== null) {
    const early = !(field.complete && loss === 'majority-lost') && view.etcdUnreachableForMs < view.graceMs;
    const leftS = Math.ceil((view.graceMs - view.etcdUnreachableForMs) / 1000);
    return early ? [`etcd has not been silent for long enough; ${leftS} s are left.`] : [];
  }
  const voters = new Set(view.voters).size;
  return [
    `The old etcd can return with ${returnableVoters(field).join(', ')}: ${majority(voters)} of ${voters} voters are enough.`,
  ];
}

function whatLeads({ view }: Field): readonly string[] {
  if (view.lead.nodeId !== null) return [];
  return [`It is not clear which copy of the data leads: ${view.lead.blocked ?? 'nothing is known of any'}.`];
}

function stepsOf({ view, peers, gone, participants }: Field): readonly string[] {
  const { intent } = view.self;
  const epoch = intent?.epoch ?? 1 + highestKnown([view.self, ...peers.values()]);
  const seeder = intent?.seederNodeId ?? view.lead.nodeId ?? 'the node with the furthest copy';
  const left = [...gone];
  return [
    `${participants.join(', ')} promise epoch ${epoch} and stop Patroni and etcd.`,
    `${seeder} starts a new etcd and leads with its copy of the data.`,
    'The others set their etcd data aside, join the new etcd and follow.',
    ...(left.length === 0
      ? []
      : [`What only ${left.join(', ')} may hold is given up; coming back, they follow.`]),
  ];
}

/**
 * Says in plain sentences what keeps a recovery back and what it would do, without doing anything. To try a declaration,
 * put the node into `gone` and `declaredGone` of the view.
 */
export function explainRecovery(view: RecoveryView): RecoveryExplanation {
  const field = takeField(view);
  const own =
    view.self.stale || view.self.fenced
      ? ['This node was cut off or stopped, and waits until it has heard from every member.']
      : [];
  const others = blockersOf(field).filter(
    ({ reason, nodeId }) => reason !== 'member-stale' || nodeId !== view.self.nodeId,
  );
  const blocks = [...whatMayReturn(field), ...own, ...others.map(say), ...whatLeads(field)];
  return { possible: blocks.length === 0, blocks, steps: stepsOf(field) };
}
