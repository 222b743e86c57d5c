import { setTimeout as delay } from 'node:timers/promises';
import { expect } from 'vitest';
import type { Cluster } from './cluster/cluster.ts';
import type { HealthyCluster } from './cluster/health.ts';
import type { ClusterNode } from './cluster/node.ts';
import { connectSql, disconnectSql } from './cluster/sql.ts';
import { until } from './waiting.ts';

const FENCE_AFTER_SECONDS = 20;
const ABSENCE_GRACE_SECONDS = 20;

/** Times with which a loss of quorum is over within a test. */
export const shortTimes = {
  UPDATE_INTERVAL_SECONDS: '1',
  FENCE_AFTER: String(FENCE_AFTER_SECONDS),
  ABSENCE_GRACE: String(ABSENCE_GRACE_SECONDS),
  // A dead node's Patroni key is a sign of life for this long.
  PATRONI_TTL: '26',
  PATRONI_LOOP_WAIT: '2',
} as const;

/** How long somebody has to be lost before the survivors may go on without him. */
export const GRACE_MS = (FENCE_AFTER_SECONDS + ABSENCE_GRACE_SECONDS) * 1000;
/** The bound for a survivor's first write. */
export const SERVES_WITHIN_MS = GRACE_MS + 30_000;

/** A cluster of which some nodes are lost. */
export interface Loss {
  readonly before: HealthyCluster;
  readonly survivors: readonly ClusterNode[];
  readonly lostAtMs: number;
}

/** The chosen ones and the others, in their order. */
function split<T>(all: readonly T[], isChosen: (one: T) => boolean): [chosen: T[], others: T[]] {
  return [all.filter(isChosen), all.filter((one) => !isChosen(one))];
}

/** Who is who, by the nodes' names. */
export function identities({ nodeIds }: HealthyCluster): Readonly<Record<string, string>> {
  return Object.fromEntries([...nodeIds].map(([{ name }, id]) => [name, id]));
}

/** The first of some nodes. Throws where there is none. */
export function first(nodes: readonly ClusterNode[]): ClusterNode {
  const [node] = nodes;
  if (node === undefined) throw new Error('a node is needed');
  return node;
}

/** Kills nodes of a healthy cluster at once. Every row that was acknowledged is on every node then. */
export async function kill(cluster: Cluster, isLost: (node: ClusterNode) => boolean): Promise<Loss> {
  const before = await cluster.untilHealthy();
  const [lost, survivors] = split(cluster.nodes, isLost);
  await Promise.all(lost.map((node) => node.kill()));
  return { before, survivors, lostAtMs: performance.now() };
}

/** As {@link kill}, and the Flux API lists only the survivors from then on. */
export async function killAndDelist(cluster: Cluster, isLost: (node: ClusterNode) => boolean): Promise<Loss> {
  const loss = await kill(cluster, isLost);
  await cluster.list(loss.survivors);
  return loss;
}

/** Waits until the survivor has heard of the epoch after the one that was lost. Until then it may still serve on its lease. */
async function untilRecovered(survivor: ClusterNode, { before }: Loss, timeoutMs: number): Promise<void> {
  await until('the survivors have recovered', { timeoutMs }, async () => {
    const { node, cluster } = await survivor.status();
    if (cluster.epoch === (before.epoch ?? 0) + 1) return true;
    throw new Error(`it says ${node.reason}: ${node.detail}`);
  });
}

/**
 * Waits until a survivor takes a write through its read-write port, and checks that it has every row.
 *
 * @param recovers - a new epoch is waited for before that.
 * @returns the time from the loss to the write.
 */
export async function untilServes(
  cluster: Cluster,
  loss: Loss,
  { recovers = true, timeoutMs = 3 * SERVES_WITHIN_MS } = {},
): Promise<number> {
  const { before, survivors, lostAtMs } = loss;
  const survivor = first(survivors);
  if (recovers) await untilRecovered(survivor, loss, timeoutMs);
  const writer = cluster.startWriter(survivor);
  const sinceMs = performance.now();
  try {
    const atMs = await until('the survivor takes writes', { timeoutMs, intervalMs: 100 }, async () => {
      return writer.firstAcknowledgedAfter(sinceMs) ?? undefined;
    });
    const primary = await until('a survivor is primary', { timeoutMs: 10_000 }, () => cluster.findPrimary());
    expect(survivors).toContain(primary);
    expect(await cluster.missingAt(primary)).toEqual([]);
    expect((await survivor.status()).cluster.id).toBe(before.clusterId);
    return atMs - lostAtMs;
  } finally {
    await writer.stop();
  }
}

/** Watches for a time that no node takes writes. Throws with the node that does. */
export async function serveNothing(nodes: readonly ClusterNode[], forMs: number): Promise<void> {
  const untilMs = performance.now() + forMs;
  while (performance.now() < untilMs) {
    const writable = await Promise.all(nodes.map((node) => node.isWritable().catch(() => false)));
    expect(
      nodes.filter((_, index) => writable[index]).map(({ name }) => name),
      'nodes that take writes',
    ).toEqual([]);
    await delay(500);
  }
}

/** Waits until a node's word about what it does or waits for has one of some reasons. Gives it. */
export async function untilReason(
  node: ClusterNode,
  reasons: readonly string[],
  timeoutMs: number,
): Promise<string> {
  return await until(`${node.name} says ${reasons.join(' or ')}`, { timeoutMs }, async () => {
    const { reason, detail, stale } = (await node.status()).node;
    const said = [reason, stale?.reason ?? ''];
    if (said.some((code) => reasons.includes(code))) return `${said.join(' ')}: ${detail}`;
    throw new Error(`it says ${said.join(' ')}: ${detail}`);
  });
}

/** Stops all nodes at the same time, as a power cut or a redeploy does. */
export async function stopAll(cluster: Cluster): Promise<void> {
  await Promise.all(cluster.nodes.map((node) => node.stop()));
}

/** Starts all containers again. Gives the moment. */
export async function startAll(cluster: Cluster): Promise<number> {
  await Promise.all(cluster.nodes.map((node) => node.start()));
  return performance.now();
}

/**
 * Kills the replicas, then the primary once its clients have rows of which no other node knows.
 *
 * @returns how many rows only the primary has.
 */
export async function leaveTailOnPrimary(
  cluster: Cluster,
  { primary, replicas }: HealthyCluster,
): Promise<number> {
  const writer = cluster.startWriter(primary, 'postgres');
  await until('the client writes', { timeoutMs: 20_000 }, async () =>
    writer.report().acknowledged > 0 ? true : undefined,
  );
  await Promise.all(replicas.map((node) => node.kill()));
  const lonelyAtMs = writer.report().acknowledged;
  await until('rows that no replica has', { timeoutMs: 10_000, intervalMs: 50 }, async () =>
    writer.report().acknowledged >= lonelyAtMs + 10 ? true : undefined,
  );
  await primary.kill();
  const { acknowledged } = await writer.stop();
  return acknowledged - lonelyAtMs;
}

/** Runs a statement that needs no answer on a node's own PostgreSQL. */
export async function execute(node: ClusterNode, text: string): Promise<void> {
  const client = await connectSql(node.login('postgres'), { connectMs: 5000, queryMs: 60_000 });
  try {
    await client.query(text);
  } finally {
    disconnectSql(client);
  }
}

/** A line of a measurement for the test's output. */
export function report(id: string, what: string, tookMs: number): void {
  process.stderr.write(`${id}: ${what} after ${Math.round(tookMs)} ms\n`);
}
