import { majority } from '../founding/index.ts';
import { compareIds } from '../member-names/compare-ids.ts';
import { compareEpochs, type Epoch } from '../recovery/index.ts';
import type { EtcdStartReason, EtcdStartVerdict, EtcdStartView } from './etcd-start-view.ts';

/** With a single voter, a member that has been silent for this long is not waited for any longer. */
export const START_SILENCE_MS = 15_000;

type Rule = (view: EtcdStartView) => EtcdStartVerdict | null;

function held(reason: EtcdStartReason, waitingFor: readonly string[] = []): EtcdStartVerdict {
  return { start: false, reason, waitingFor: [...new Set(waitingFor)].sort(compareIds) };
}

/** etcd of another cluster, or one that a recovery has replaced, would quorate beside the one that this node belongs to. */
const refuseForeignData: Rule = ({ self }) => {
  const { data } = self;
  if (data === null) return null;
  const own = data.clusterId === self.clusterId && compareEpochs(data, self) === 0;
  return own ? null : held('etcd-data-foreign');
};

/** An older volume has forgotten votes that its etcd gave. */
const refuseRestored: Rule = ({ self }) => (self.restored ? held('volume-restored') : null);

const refuseOverHigherEpoch: Rule = ({ self, others }) => {
  const later = others.flatMap(({ name, answer }) => {
    if (answer.kind !== 'authenticated') return [];
    const epoch: Epoch = { epoch: answer.epoch, seededBy: answer.seededBy };
    return compareEpochs(epoch, self) > 0 ? [name] : [];
  });
  return later.length > 0 ? held('higher-epoch-heard', later) : null;
};

/** The promise of a recovery is that the old etcd stays down. */
const keepIntent: Rule = ({ self }) => (self.intentHeld ? held('intent-held') : null);

/** A fenced node never stopped looking, so its etcd has missed nothing that a vote needs; any other stale one may have. */
const stayStale: Rule = ({ self }) => (self.stale && !self.onlyFenced ? held('stale') : null);

/** A quorum of voters cannot have moved on to a later epoch without one of those that answer. */
const awaitVoters: Rule = ({ self, voters, others }) => {
  const needed = new Set(voters);
  if (needed.size === 0 || (needed.size === 1 && needed.has(self.nodeId))) return null;
  const answering = new Set([self.nodeId]);
  for (const { nodeId, answer } of others) {
    if (nodeId !== null && answer.kind === 'authenticated') answering.add(nodeId);
  }
  const missing = [...needed].filter((voter) => !answering.has(voter));
  return needed.size - missing.length >= majority(needed.size)
    ? { start: true }
    : held('waiting-for-voters', missing);
};

/** A single voter would serve at once and alone, so everyone who could know better is asked first. */
const awaitMembers: Rule = ({ self, others }) => {
  const waitingFor = others.flatMap(({ name, nodeId, answer }) => {
    if (nodeId === self.nodeId || answer.kind === 'authenticated') return [];
    return answer.kind === 'silent' && answer.forMs >= START_SILENCE_MS ? [] : [name];
  });
  return waitingFor.length === 0 ? null : held('waiting-for-members', waitingFor);
};

/** In this order; the first that applies wins. */
export const etcdStartRules: readonly Rule[] = [
  refuseForeignData,
  refuseRestored,
  refuseOverHigherEpoch,
  keepIntent,
  stayStale,
  awaitVoters,
  awaitMembers,
];

/**
 * Decides whether a node starts etcd from existing data while no etcd answers: with several voters once a quorum of them
 * is present, with this node as the only voter once every other member has answered or been silent for
 * {@link START_SILENCE_MS}; never once a later epoch was heard of, nor against a promise. Pure.
 */
export function decideEtcdStart(view: EtcdStartView): EtcdStartVerdict {
  for (const rule of etcdStartRules) {
    const verdict = rule(view);
    if (verdict !== null) return verdict;
  }
  return { start: true };
}
