import { majority } from '../founding/index.ts';

/** With a single voter, a member that has been silent for this long is not waited for any longer. */
export const START_SILENCE_MS = 15_000;

/** A member or a listed address that could know of a later epoch, and what was heard there. */
export interface EtcdStartWitness {
  /** A node id or an address, for people. */
  readonly name: string;
  /** Null where it is not known who is, or was, at the address. */
  readonly nodeId: string | null;
  readonly answer:
    | { readonly kind: 'authenticated'; readonly epoch: number }
    | { readonly kind: 'silent'; readonly forMs: number }
    | { readonly kind: 'present' };
}

/** What starting etcd from its own data is decided on, while no etcd answers. */
export interface EtcdStartView {
  readonly self: { readonly nodeId: string; readonly epoch: number };
  /** Node ids of the voters as this node last knew them. */
  readonly voters: readonly string[];
  readonly others: readonly EtcdStartWitness[];
}

/** Why etcd is not started yet. The codes are stable: they are logged and shown by `flux-pg status`. */
export type EtcdStartReason = 'higher-epoch-heard' | 'waiting-for-voters' | 'waiting-for-members';

/** Whether etcd may be started from the data in its directory, else what it waits for. */
export type EtcdStartVerdict =
  | { readonly start: true }
  | { readonly start: false; readonly reason: EtcdStartReason; readonly waitingFor: readonly string[] };

function held(reason: EtcdStartReason, waitingFor: readonly string[]): EtcdStartVerdict {
  return { start: false, reason, waitingFor: [...new Set(waitingFor)].sort() };
}

/** A quorum of voters cannot have moved on to a later epoch without one of those that answer. */
function awaitVoters(view: EtcdStartView, voters: ReadonlySet<string>): EtcdStartVerdict {
  const answering = new Set([view.self.nodeId]);
  for (const { nodeId, answer } of view.others) {
    if (nodeId !== null && answer.kind === 'authenticated') answering.add(nodeId);
  }
  const missing = [...voters].filter((voter) => !answering.has(voter));
  return voters.size - missing.length >= majority(voters.size)
    ? { start: true }
    : held('waiting-for-voters', missing);
}

/** A single voter would serve at once and alone, so everyone who could know better is asked first. */
function awaitMembers(view: EtcdStartView): EtcdStartVerdict {
  const waitingFor = view.others.flatMap(({ name, nodeId, answer }) => {
    if (nodeId === view.self.nodeId || answer.kind === 'authenticated') return [];
    return answer.kind === 'silent' && answer.forMs >= START_SILENCE_MS ? [] : [name];
  });
  return waitingFor.length === 0 ? { start: true } : held('waiting-for-members', waitingFor);
}

/**
 * Decides whether a node starts etcd from existing data while no etcd answers: with several voters once a quorum of them
 * is present, with this node as the only voter once every other member has answered or been silent for
 * {@link START_SILENCE_MS}; never once a later epoch was heard of. Pure.
 */
export function decideEtcdStart(view: EtcdStartView): EtcdStartVerdict {
  const later = view.others.flatMap(({ name, answer }) =>
    answer.kind === 'authenticated' && answer.epoch > view.self.epoch ? [name] : [],
  );
  if (later.length > 0) return held('higher-epoch-heard', later);
  const voters = new Set(view.voters);
  const alone = voters.size === 0 || (voters.size === 1 && voters.has(view.self.nodeId));
  return alone ? awaitMembers(view) : awaitVoters(view, voters);
}
