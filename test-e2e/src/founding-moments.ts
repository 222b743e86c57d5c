import { z } from 'zod';
import type { Cluster } from './cluster/cluster.ts';
import { APP_NAME, VOLUME_PATH } from './cluster/cluster-options.ts';
import type { ClusterNode } from './cluster/node.ts';
import { until } from './waiting.ts';

/** The part of `node.json` that founding is about. */
const stateSchema = z.object({
  nodeId: z.string(),
  cluster: z.object({ id: z.string(), epoch: z.number() }).nullable(),
  founding: z.object({ kind: z.string() }),
});

/** What a node has persisted about founding. */
export type FoundingState = z.infer<typeof stateSchema>;

/** What a node has persisted about founding. Throws before it has persisted anything. */
export async function foundingState(node: ClusterNode): Promise<FoundingState> {
  return stateSchema.parse(JSON.parse(await node.exec(['cat', `${VOLUME_PATH}/flux-pg/node.json`])));
}

/** Steps of a founding that leave a trace on the founder's volume, in their order, as expressions of the script below. */
export const moments = {
  'before the proposal': `state() is not None`,
  'after the proposal': `kind() == 'proposed'`,
  'after sealed': `cluster() is not None`,
  "at etcd's start": `exists('etcd/member')`,
  'in initdb': `exists('pgdata/PG_VERSION')`,
  'in the clone': `exists('pgdata/PG_VERSION') and not exists('pgdata/global/pg_control')`,
  'at the first start': `exists('pgdata/postmaster.pid') and exists('pgdata/global/pg_control')`,
} as const;

/** A step of a founding. */
export type Moment = keyof typeof moments;

function script(condition: string, timeoutMs: number): string {
  return `
import json, os, signal, time
volume = '${VOLUME_PATH}/'
def state():
    try:
        with open(volume + 'flux-pg/node.json') as file: return json.load(file)
    except (OSError, ValueError): return None
def kind(): return ((state() or {}).get('founding') or {}).get('kind')
def cluster(): return (state() or {}).get('cluster')
def exists(path): return os.path.exists(volume + path)
end = time.monotonic() + ${timeoutMs / 1000}
while not (${condition}):
    if time.monotonic() > end: raise SystemExit('it did not happen')
    time.sleep(0.002)
os.kill(-1, signal.SIGSTOP)
print('stopped', flush=True)
`;
}

/**
 * Waits for a step and stops every process of the node in that moment, so that what follows (a kill, a cut) hits exactly
 * there. It is the node itself that looks: from outside, most steps would be over.
 */
export async function freezeAt(node: ClusterNode, moment: Moment, timeoutMs = 120_000): Promise<void> {
  // Nothing may stand between this script and the engine: it would be stopped, too.
  await node.exec(['python3', '-c', script(moments[moment], timeoutMs)], timeoutMs + 15_000);
}

/** Lets a node go on after {@link freezeAt}. */
export async function thaw(node: ClusterNode): Promise<void> {
  await node.exec(['python3', '-c', 'import os, signal; os.kill(-1, signal.SIGCONT)']);
}

/** An address of the cluster's network at which nobody lives. */
export function phantomAddress({ address }: ClusterNode): string {
  return address.replace(/\d+$/, '250');
}

async function untilFounding(node: ClusterNode, kind: string): Promise<void> {
  await until(`${node.name} has ${kind}`, { timeoutMs: 120_000, intervalMs: 200 }, async () =>
    (await foundingState(node)).founding.kind === kind ? true : undefined,
  );
}

/**
 * Brings a founding to where the others have joined and the founder has not sealed, and keeps it there: the founder's listing
 * alone names an instance that is silent, and the others' listings name the founder only once that is so.
 */
export async function holdAfterJoin(
  cluster: Cluster,
  founder: ClusterNode,
  joiners: readonly ClusterNode[],
): Promise<void> {
  const all = [founder, ...joiners];
  for (const joiner of joiners) await cluster.listFor(joiner, [joiner]);
  await cluster.listFor(founder, all);
  await Promise.all(all.map((node) => node.create()));
  await untilFounding(founder, 'proposed');
  const phantom = { ip: phantomAddress(founder) };
  await cluster.flux.setView(APP_NAME, founder.address, [
    ...all.map(({ address }) => ({ ip: address })),
    phantom,
  ]);
  await until('the founder waits for the silent instance', { timeoutMs: 60_000 }, async () =>
    (await founder.status()).node.reason === 'peer-silent' ? true : undefined,
  );
  for (const joiner of joiners) await cluster.listFor(joiner, all);
  await Promise.all(joiners.map((joiner) => untilFounding(joiner, 'joined')));
}
