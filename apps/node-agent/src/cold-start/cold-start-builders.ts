import { aCopy, type CopyDifference, nodeId } from '../copies/copy-builders.ts';
import type { LeaderKey, ReportingMember, VolumeReport } from './cold-start-view.ts';
import type { ColdStartView } from './decide-cold-start.ts';
import { rememberWarmth, type Warmth } from './warmth.ts';

export const NOW_MS = 10_000_000;
export const EMPTY: VolumeReport = { kind: 'nothing', setAside: false };
export const UNREADABLE: VolumeReport = { kind: 'unreadable' };

/** Node `n`, which says that it holds a copy. */
export function aHolder(n: number, difference: CopyDifference = {}): ReportingMember {
  return { nodeId: nodeId(n), report: { kind: 'copy', copy: aCopy(n, difference) } };
}

/** Node `n` with another report; silent where none is given. */
export function aMember(n: number, report: VolumeReport | null = null): ReportingMember {
  return { nodeId: nodeId(n), report };
}

/** A leader key of node `n`, which nobody has proven to hold. */
export function aLeaderKey(n: number, difference: Partial<LeaderKey> = {}): LeaderKey {
  return { nodeId: nodeId(n), runsPrimary: false, leaseRenewals: 0, ...difference };
}

/** What a test may change about the view; nodes by their numbers. */
export type ViewDifference = Partial<Omit<ColdStartView, 'lastPrimary' | 'gone' | 'warmth' | 'bootstrap'>> & {
  readonly lastPrimary?: number | null;
  readonly gone?: readonly number[];
  readonly bootstrap?: number | null;
  readonly warm?: boolean;
  /** For how long node 1 has been cold, with everyone in `members` reporting since then. */
  readonly coldForMs?: number;
  readonly warmth?: Warmth;
};

/** Node 1, cold, with etcd readable and no leader key; all three nodes report equal copies. */
export function aColdView(difference: ViewDifference = {}): ColdStartView {
  const {
    lastPrimary = 1,
    gone = [],
    bootstrap = null,
    warm = false,
    coldForMs = 0,
    warmth,
    ...rest
  } = difference;
  const view = {
    nowMs: NOW_MS,
    self: nodeId(1),
    etcdReadable: true,
    leader: null,
    members: [aHolder(1), aHolder(2), aHolder(3)],
    ttlMs: 30_000,
    mustRest: false,
    syncStandbys: [],
    initialized: true,
    lastPrimary: lastPrimary === null ? null : nodeId(lastPrimary),
    gone: new Set(gone.map(nodeId)),
    bootstrap: bootstrap === null ? null : nodeId(bootstrap),
    ...rest,
  };
  const began = rememberWarmth(null, {
    ...view,
    leader: null,
    nowMs: view.nowMs - coldForMs,
    etcdReadable: true,
  });
  return { ...view, warmth: warmth ?? { ...began, warm } };
}
