import { compareIds } from '../member-names/compare-ids.ts';

/** What one node of the app says about the cluster that it belongs to. */
export interface ClashParty {
  readonly nodeId: string;
  readonly clusterId: string;
  readonly epoch: number;
  /** Wall clock of the sealing; null while the node does not know it. */
  readonly foundedAtMs: number | null;
  /** Whether any object of a user exists in the cluster; null while that is not known, which counts as data. */
  readonly hasUserData: boolean | null;
}

/** This node and every authenticated peer of the same app with a cluster id, whichever it is. */
export interface ClashView {
  readonly self: ClashParty;
  readonly peers: readonly ClashParty[];
}

/** Why two cluster ids that meet end as they do; stable codes. */
export type ClashReason =
  | 'no-clash'
  | 'empty-cluster-yields'
  | 'younger-empty-cluster-yields'
  | 'younger-cluster-stops'
  | 'other-cluster-yields'
  | 'other-cluster-stops';

/** `yield` quarantines the own data and joins; `stop` stops PostgreSQL and leaves the volume untouched. */
export type ClashAction =
  | { readonly kind: 'none' }
  | { readonly kind: 'yield'; readonly to: { readonly id: string; readonly epoch: number } }
  | { readonly kind: 'stop'; readonly clusterId: string };

/** An action with its reason; `detail` names both clusters for people. */
export interface ClashDecision {
  readonly action: ClashAction;
  readonly reason: ClashReason;
  readonly detail: string;
}

interface Side {
  readonly id: string;
  readonly epoch: number;
  readonly foundedAtMs: number | null;
  readonly hasUserData: boolean;
}

/** One word for data is enough, and so is one that does not know; the earliest founding time that anybody tells counts. */
function sideOf(id: string, parties: readonly ClashParty[]): Side {
  const times = parties.flatMap(({ foundedAtMs }) => (foundedAtMs === null ? [] : [foundedAtMs]));
  return {
    id,
    epoch: Math.max(...parties.map(({ epoch }) => epoch)),
    foundedAtMs: times.length === 0 ? null : Math.min(...times),
    hasUserData: parties.some(({ hasUserData }) => hasUserData !== false),
  };
}

/** The cluster that stays comes first: one with data, then the older, then the lower id. An unknown age is the youngest. */
function compareSides(left: Side, right: Side): number {
  if (left.hasUserData !== right.hasUserData) return left.hasUserData ? -1 : 1;
  if (left.foundedAtMs !== right.foundedAtMs) {
    if (left.foundedAtMs === null) return 1;
    return right.foundedAtMs === null ? -1 : left.foundedAtMs - right.foundedAtMs;
  }
  return compareIds(left.id, right.id);
}

/**
 * Decides what a node does when clusters of the same app with different ids meet. Exactly one id stays, and all who see
 * the same statuses agree which. A cluster is given up only when everybody in it says that it holds no user object;
 * two that hold data are for people to merge, so the younger only stops. Pure.
 */
export function decideClash({ self, peers }: ClashView): ClashDecision {
  const byId = new Map<string, ClashParty[]>();
  for (const party of [self, ...peers]) {
    byId.set(party.clusterId, [...(byId.get(party.clusterId) ?? []), party]);
  }
  const sides = [...byId].map(([id, parties]) => sideOf(id, parties)).sort(compareSides);
  const own = sides.find(({ id }) => id === self.clusterId);
  const [first, second] = sides;
  if (own === undefined || first === undefined || second === undefined) {
    return { action: { kind: 'none' }, reason: 'no-clash', detail: '' };
  }
  const detail = `clusters ${sides.map(({ id }) => id).join(', ')}: ${first.id} stays`;
  if (first === own) {
    const reason = second.hasUserData ? 'other-cluster-stops' : 'other-cluster-yields';
    return { action: { kind: 'none' }, reason, detail };
  }
  if (own.hasUserData) {
    return { action: { kind: 'stop', clusterId: own.id }, reason: 'younger-cluster-stops', detail };
  }
  const reason = first.hasUserData ? 'empty-cluster-yields' : 'younger-empty-cluster-yields';
  return { action: { kind: 'yield', to: { id: first.id, epoch: first.epoch } }, reason, detail };
}
