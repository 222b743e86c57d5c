import { aCopy, nodeId } from '../copies/copy-builders.ts';
import type { Copy } from '../copies/index.ts';
import type { LeaderKey, ReportingMember } from './cold-start-view.ts';
import { type ColdStartDecision, type ColdStartView, decideColdStart } from './decide-cold-start.ts';
import { rememberWarmth, type Warmth } from './warmth.ts';

const STEP_MS = 1000;
const TTL_MS = 30_000;
/** For so long after quorum is back etcd keeps the key of before alive. */
const GHOST_MS = TTL_MS + 3000;
const POSTGRES_START_MS = 5000;

/** One node of a stopped cluster, and when its container is up again. */
export interface StoppedNode {
  readonly n: number;
  readonly startsAtMs: number;
  readonly at: readonly [number, number];
  readonly from?: readonly (readonly [number, number])[];
  readonly restored?: boolean;
}

/** A start of Patroni, and who was up at that moment. */
export interface Start {
  readonly n: number;
  readonly atMs: number;
  readonly reason: ColdStartDecision['reason'];
  readonly up: readonly number[];
}

/** What came of it. */
export interface Outcome {
  readonly firstLeader: number | null;
  readonly starts: readonly Start[];
}

/** What a test may state beside the nodes. */
export interface Setting {
  readonly lastPrimary: number;
  readonly untilMs?: number;
  readonly syncStandbys?: readonly number[];
  /** From when on a node counts as gone. */
  readonly goneAtMs?: Readonly<Record<number, number>>;
}

interface Member {
  readonly node: StoppedNode;
  warmth: Warmth | null;
  startedAtMs: number | null;
}

/**
 * Starts a stopped cluster: the real decisions of every node, over an etcd that has quorum with a majority up and keeps a
 * ghost of the old leader key, and a Patroni that lets the furthest of the running nodes lead as soon as the key is free.
 */
export function startCluster(nodes: readonly StoppedNode[], setting: Setting): Outcome {
  const members: Member[] = nodes.map((node) => ({ node, warmth: null, startedAtMs: null }));
  const starts: Start[] = [];
  let firstLeader: number | null = null;
  let quorateSinceMs: number | null = null;
  const untilMs = setting.untilMs ?? 900_000;
  for (let nowMs = 0; nowMs <= untilMs; nowMs += STEP_MS) {
    const up = members.filter(({ node }) => node.startsAtMs <= nowMs);
    if (2 * up.length > nodes.length) quorateSinceMs ??= nowMs;
    const ghost = quorateSinceMs !== null && nowMs - quorateSinceMs < GHOST_MS;
    if (!ghost && quorateSinceMs !== null) firstLeader ??= takeKey(members, nowMs);
    for (const member of up.filter(({ startedAtMs }) => startedAtMs === null)) {
      const view = viewOf(member, up, members, setting, {
        nowMs,
        etcdReadable: quorateSinceMs !== null,
        leader: leaderKey(setting, firstLeader, ghost),
        firstLeader,
      });
      const { start, reason } = decideColdStart(view);
      if (!start) continue;
      member.startedAtMs = nowMs;
      starts.push({ n: member.node.n, atMs: nowMs, reason, up: up.map(({ node }) => node.n) });
    }
    if (firstLeader !== null && members.every(({ startedAtMs }) => startedAtMs !== null)) break;
  }
  return { firstLeader, starts };
}

function leaderKey({ lastPrimary }: Setting, leader: number | null, ghost: boolean): LeaderKey | null {
  if (leader !== null) return { nodeId: nodeId(leader), runsPrimary: true, leaseRenewals: 0 };
  return ghost ? { nodeId: nodeId(lastPrimary), runsPrimary: false, leaseRenewals: 1 } : null;
}

/** Patroni compares timelines before positions, and knows only of those that run. */
function takeKey(members: readonly Member[], nowMs: number): number | null {
  const running = members.filter(
    ({ startedAtMs }) => startedAtMs !== null && nowMs - startedAtMs >= POSTGRES_START_MS,
  );
  const [best] = running.sort(({ node: a }, { node: b }) => b.at[0] - a.at[0] || b.at[1] - a.at[1]);
  return best?.node.n ?? null;
}

function copyAt({ node, startedAtMs }: Member, firstLeader: number | null, lastPrimary: number): Copy {
  const role = node.n === firstLeader ? 'primary' : 'replica';
  const running = startedAtMs === null ? null : ([role, ...node.at] as const);
  return aCopy(node.n, {
    at: node.at,
    from: node.from ?? [],
    restored: node.restored ?? false,
    controlState: node.n === lastPrimary ? 'shut down' : 'shut down in recovery',
    running,
  });
}

function viewOf(
  member: Member,
  up: readonly Member[],
  all: readonly Member[],
  { lastPrimary, syncStandbys = [], goneAtMs = {} }: Setting,
  now: Pick<ColdStartView, 'nowMs' | 'etcdReadable' | 'leader'> & { readonly firstLeader: number | null },
): ColdStartView {
  const { firstLeader, ...seen } = now;
  const evidence = {
    ...seen,
    self: nodeId(member.node.n),
    ttlMs: TTL_MS,
    mustRest: false,
    members: all.map(
      (each): ReportingMember => ({
        nodeId: nodeId(each.node.n),
        report: up.includes(each) ? { kind: 'copy', copy: copyAt(each, firstLeader, lastPrimary) } : null,
      }),
    ),
  };
  const warmth = rememberWarmth(member.warmth, evidence);
  member.warmth = warmth;
  const gone = Object.entries(goneAtMs).flatMap(([n, atMs]) =>
    now.nowMs >= atMs ? [nodeId(Number(n))] : [],
  );
  return {
    ...evidence,
    warmth,
    bootstrap: nodeId(1),
    initialized: true,
    lastPrimary: nodeId(lastPrimary),
    syncStandbys: syncStandbys.map(nodeId),
    gone: new Set(gone),
  };
}
