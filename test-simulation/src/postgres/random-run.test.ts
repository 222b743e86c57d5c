import fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import type { PgData, Row } from '../kernel/contracts.ts';
import { seeded, TestCluster } from './testing/cluster.ts';

const NAMES = 'abcde';

/** What the agent does when the race stands still (see the standoff in `failover.test.ts`): newest timeline, then position. */
async function failOverToTheLead(cluster: TestCluster): Promise<void> {
  const rank = ({ disk }: { readonly disk: PgData | null }) =>
    disk === null || disk.unfinished !== null ? -1 : disk.branch.timeline * 2 ** 40 + disk.endLsn;
  const [lead] = [...cluster.nodes.values()].sort((left, right) => rank(right) - rank(left));
  void lead?.process?.failover(lead.nodeId);
  await cluster.pass(60);
}

/** Rows that neither the primary has nor a rewind has reported. */
function unaccounted(cluster: TestCluster): readonly Row[] {
  return cluster
    .missingOn(cluster.writable())
    .filter(
      ({ branch, lsn }) =>
        !cluster.discarded.some(
          (wal) => wal.branch.id === branch.id && wal.fromLsn < lsn && lsn <= wal.toLsn,
        ),
    );
}

/** Faults at random for some minutes, then peace. */
async function run(seed: number, synchronousMode: 'off' | 'on' | 'quorum'): Promise<TestCluster> {
  const cluster = new TestCluster({ names: NAMES, seed, synchronousMode });
  const random = seeded(seed + 77);
  const anyName = () => NAMES[Math.floor(random() * NAMES.length)] ?? 'a';
  await cluster.form();
  for (let step = 0; step < 25; step += 1) {
    const name = anyName();
    const dice = random();
    if (dice < 0.25) cluster.kill(name);
    else if (dice < 0.5) cluster.cut(name, NAMES.replace(name, ''), random() < 0.5);
    else if (dice < 0.65) cluster.cutFromEtcd(name, random() < 0.5);
    else if (dice < 0.72) cluster.store.outage = random() < 0.5;
    else if (dice < 0.8) cluster.node(name).process?.terminate();
    else
      for (const { nodeId, process } of cluster.nodes.values()) if (process === null) cluster.start(nodeId);
    for (const nodeId of cluster.writable()) cluster.write(nodeId, 1 + Math.floor(random() * 3));
    await cluster.pass(1 + random() * 20);
  }
  cluster.store.outage = false;
  cluster.cutFromEtcd(NAMES, false);
  for (const name of NAMES) cluster.cut(name, NAMES, false);
  // Those that were told to end are given the time to do it.
  await cluster.pass(40);
  for (const { nodeId, process } of cluster.nodes.values()) if (process === null) cluster.start(nodeId);
  await cluster.pass(150);
  if (cluster.writable() === '') await failOverToTheLead(cluster);
  return cluster;
}

describe('five nodes under random faults', () => {
  it('never has two primaries under a valid lease, and ends with one that four stream from', async () => {
    await fc.assert(
      fc.asyncProperty(fc.nat(1e6), async (seed) => {
        const cluster = await run(seed, 'off');
        expect(cluster.splits).toEqual([]);
        expect(cluster.writable()).toHaveLength(1);
        expect(cluster.streaming()).toHaveLength(4);
        expect(unaccounted(cluster)).toEqual([]);
        const ends = [...cluster.nodes.values()].map(({ disk }) => `${disk?.branch.id}:${disk?.endLsn}`);
        expect(new Set(ends).size).toBe(1);
      }),
      { numRuns: 20 },
    );
  });

  it.each(['on', 'quorum'] as const)('loses no acknowledged row in mode %s', async (synchronousMode) => {
    await fc.assert(
      fc.asyncProperty(fc.nat(1e6), async (seed) => {
        const cluster = await run(seed, synchronousMode);
        expect(cluster.splits).toEqual([]);
        expect(cluster.writable()).toHaveLength(1);
        expect(cluster.missingOn(cluster.writable())).toEqual([]);
      }),
      { numRuns: 20 },
    );
  });

  it('runs the same again from the same seed', async () => {
    const [first, second] = [await run(42, 'quorum'), await run(42, 'quorum')];
    const shown = (cluster: TestCluster) =>
      [...cluster.nodes.values()].map(({ disk }) => JSON.stringify(disk));
    expect(shown(first)).toEqual(shown(second));
    expect(first.scheduler.eventCount()).toBe(second.scheduler.eventCount());
  });
});
