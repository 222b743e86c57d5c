import { majority } from '../founding/index.ts';
import { compareIds } from '../member-names/index.ts';
import { compareEpochs } from '../recovery/index.ts';
import {
  type StaleFlag,
  type StalenessAnswer,
  type StalenessMemory,
  sinceLastTickMs,
  type TickStamp,
} from './staleness.ts';

/** What a node's staleness is decided on. */
export interface StalenessView {
  /** Monotonic. */
  readonly nowMs: number;
  readonly wallMs: number;
  readonly nodeId: string;
  readonly epoch: number;
  /** The seeder of the epoch; null for the one that the cluster was founded with. */
  readonly seededBy: string | null;
  /** As persisted. */
  readonly flag: StaleFlag | null;
  /** The last completed tick, of this process or by the persisted stamp; null where there was none. */
  readonly lastTick: TickStamp | null;
  readonly memory: StalenessMemory;
  /** The newest mirror that this node has or was told; null where there is none. */
  readonly mirror: {
    /** Node ids, former voters included. */
    readonly members: readonly string[];
    /** Node ids of etcd's voters. */
    readonly voters: readonly string[];
  } | null;
  /** By the recovery grace, or declared. */
  readonly gone: ReadonlySet<string>;
  /** Whether a quorum of witnesses lists this node now; null without witnesses. */
  readonly listedByQuorum: boolean | null;
  readonly fenceAfterMs: number;
}

/** What is persisted about it. */
export type StalenessAction =
  | { readonly kind: 'none' }
  /** Persist the flag before anything else is done. */
  | { readonly kind: 'mark-stale'; readonly flag: StaleFlag }
  /** Clear the flag. */
  | { readonly kind: 'release' };

/** Why. The codes are stable. */
export type StalenessReason =
  | 'ticks-stopped'
  | 'not-stale'
  | 'stale-epoch-passed'
  | 'stale-mirror-unknown'
  | 'stale-all-accounted'
  | 'stale-voters-vouch'
  | 'stale-waits';

/** A decision with its reason; the detail names nodes for people. */
export interface StalenessDecision {
  readonly action: StalenessAction;
  readonly reason: StalenessReason;
  readonly detail: string;
}

type StalenessRule = (view: StalenessView) => StalenessDecision | null;

const NONE = { kind: 'none' } as const;

function decide(action: StalenessAction, reason: StalenessReason, detail = ''): StalenessDecision {
  return { action, reason, detail };
}

/**
 * Answers count together only if they are all younger than `FENCE_AFTER`: others recover without this node no sooner
 * than `FENCE_AFTER` + `ABSENCE_GRACE` after any of them has heard it. With an older one, somebody who answered once and
 * was cut off since could have recovered before the last one answered. Whoever runs in an earlier epoch serves, for all
 * that is known, until it has heard of this one and stopped; until then it has told nothing that this node may serve on.
 */
function answersOf(view: StalenessView): readonly StalenessAnswer[] {
  const { memory, nowMs, fenceAfterMs, nodeId } = view;
  const yields = (answer: StalenessAnswer) => compareEpochs(answer, view) >= 0 || !answer.runs;
  return Object.values(memory)
    .filter((answer) => answer.nodeId !== nodeId && nowMs - answer.atMs < fenceAfterMs && yields(answer))
    .sort((left, right) => compareIds(left.nodeId, right.nodeId));
}

/** Also a fenced node: once its ticks have stopped, it does not know that its etcd was not needed elsewhere. */
const markStopped: StalenessRule = (view) => {
  const { flag, lastTick, wallMs, fenceAfterMs } = view;
  const stoppedMs = sinceLastTickMs(lastTick, view);
  if (stoppedMs === null || stoppedMs <= fenceAfterMs || flag?.cause === 'stopped') return null;
  const sinceWallMs = Math.min(wallMs, lastTick?.wallMs ?? wallMs, flag?.sinceWallMs ?? wallMs);
  const seconds = Number.isFinite(stoppedMs) ? `${Math.round(stoppedMs / 1000)} s` : 'the clock went back';
  return decide({ kind: 'mark-stale', flag: { cause: 'stopped', sinceWallMs } }, 'ticks-stopped', seconds);
};

const leaveFresh: StalenessRule = ({ flag }) => (flag === null ? decide(NONE, 'not-stale') : null);

/**
 * Others went on without this node. It takes their epoch by another rule, and has nothing to be released for. Whoever told
 * of it may be silent again before that, so an epoch of the same number and a higher seeder counts here as it does there.
 */
const followEpoch: StalenessRule = (view) => {
  const later = Object.values(view.memory).find((answer) => compareEpochs(answer, view) > 0);
  return later === undefined ? null : decide(NONE, 'stale-epoch-passed', later.nodeId);
};

const awaitMirror: StalenessRule = ({ mirror }) =>
  mirror === null ? decide(NONE, 'stale-mirror-unknown') : null;

function missing(view: StalenessView): readonly string[] {
  const answered = new Set(answersOf(view).map(({ nodeId }) => nodeId));
  return [...new Set([...(view.mirror?.members ?? []), ...(view.mirror?.voters ?? [])])]
    .filter((nodeId) => nodeId !== view.nodeId && !answered.has(nodeId) && !view.gone.has(nodeId))
    .sort(compareIds);
}

/** Whoever could have recovered has told that it did not, or is gone. */
const releaseAccounted: StalenessRule = (view) =>
  missing(view).length === 0 ? decide({ kind: 'release' }, 'stale-all-accounted') : null;

/**
 * Whoever is counted as gone by the witnesses has fenced itself before. So a voter that was not stale for as long as this
 * node has been was counted as gone by none of them, and if it is left out by others all the same, they went by a person's
 * word (`flux-pg recover`) or by `ABSENCE_TIMEOUT_RECOVERY`, both of which may be wrong about a node that is only cut off.
 *
 * By the witnesses' word alone a single such voter would do: no recovery leaves it out. But with that one this node could
 * be the quorum of the old etcd that it was not without it. Of three voters A, B and C let A be cut off from C, B be down,
 * and somebody tell C that both are gone: C goes on with a new epoch, A has no quorum and serves nothing, and what keeps
 * it so when B comes back to A is that B stays stale. A majority of such voters is a quorum without this node: either the
 * old etcd goes on anyhow, whatever anybody was told, or it is at rest by their own promises; and the rest is too few to
 * have lost a majority of voters by absence. So with three voters all have to answer or to be gone. Where the third one
 * is dead and still listed, `flux-pg recover` on one of the two that answer ends the wait.
 *
 * A node that the witnesses do not list would have to fence again at once: the silent ones are still silent to it. Without
 * witnesses nobody fences, and nobody who is silent is ever gone.
 */
const releaseVouched: StalenessRule = (view) => {
  const { mirror, flag, wallMs, listedByQuorum } = view;
  if (mirror === null || flag === null || listedByQuorum === false) return null;
  const staleForMs = wallMs - flag.sinceWallMs;
  // A clock that went back does not tell for how long this node has been stale.
  if (staleForMs < 0) return null;
  const voters = new Set(mirror.voters);
  const vouching = answersOf(view).filter(
    ({ nodeId, notStaleForMs }) =>
      voters.has(nodeId) && notStaleForMs !== null && notStaleForMs >= staleForMs,
  );
  if (voters.size === 0 || vouching.length < majority(voters.size)) return null;
  const names = vouching.map(({ nodeId }) => nodeId).join(', ');
  return decide({ kind: 'release' }, 'stale-voters-vouch', names);
};

/** In this order; the first that applies wins. */
export const stalenessRules: readonly StalenessRule[] = [
  markStopped,
  leaveFresh,
  followEpoch,
  awaitMirror,
  releaseAccounted,
  releaseVouched,
];

/** Decides whether this node is stale, and whether it may end that: the first rule that applies wins. Pure. */
export function decideStaleness(view: StalenessView): StalenessDecision {
  for (const rule of stalenessRules) {
    const decision = rule(view);
    if (decision !== null) return decision;
  }
  return decide(NONE, 'stale-waits', missing(view).join(', '));
}
