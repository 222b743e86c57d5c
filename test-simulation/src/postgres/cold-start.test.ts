import { describe, expect, it } from 'vitest';
import { TestCluster } from './testing/cluster.ts';
import { TIMINGS } from './timings.ts';

/** Three nodes; `c` lacks the last rows, which `a` and `b` have; all are down and their keys have expired. */
async function withStaleThird(): Promise<TestCluster> {
  const cluster = new TestCluster({ names: 'abc' });
  await cluster.form();
  cluster.cut('c', 'ab');
  cluster.write('a', 4);
  await cluster.pass(1);
  cluster.kill('abc');
  cluster.cut('c', 'ab', false);
  await cluster.pass(60);
  return cluster;
}

describe('starting on data', () => {
  it('lets a stale replica win that starts first: what the agent has to prevent', async () => {
    const cluster = await withStaleThird();
    cluster.start('c');
    await cluster.pass(30);
    expect(cluster.writable()).toBe('c');
    cluster.start('ab');
    await cluster.pass(60);
    expect(cluster.missingOn('a')).toHaveLength(4);
    expect(cluster.discarded.map(({ nodeId }) => nodeId).sort()).toEqual(['a', 'b']);
  });

  it('lets the furthest win when all are up', async () => {
    const cluster = await withStaleThird();
    cluster.start('abc');
    await cluster.pass(60);
    expect(['a', 'b']).toContain(cluster.writable());
    expect(cluster.missingOn('c')).toEqual([]);
    expect(cluster.discarded).toEqual([]);
  });

  it('holds a replica back that is more than 1 MiB behind what the leader last said', async () => {
    const cluster = new TestCluster({ names: 'abc' });
    await cluster.form();
    cluster.cut('c', 'ab');
    cluster.write('a', 40);
    await cluster.pass(6);
    cluster.kill('abc');
    await cluster.pass(60);
    cluster.start('c');
    await cluster.pass(120);
    expect(cluster.writable()).toBe('');
  });

  it('never starts while something answers at its old address', async () => {
    const cluster = new TestCluster({ names: 'ab' });
    await cluster.form();
    cluster.kill('b');
    const registered = JSON.parse(cluster.key('members/b') ?? '{}');
    cluster.store.set(
      '/service/shop/members/b',
      JSON.stringify({ ...registered, api_url: 'https://192.0.2.1:8008/patroni' }),
    );
    cluster.start('b');
    await cluster.pass(1);
    expect(cluster.node('b').exitStatus).toBe(1);
  });
});

describe('etcd has lost its content', () => {
  it('lets the running primary describe the cluster again', async () => {
    const cluster = new TestCluster({ names: 'abc' });
    await cluster.form();
    const before = cluster.key('initialize');
    cluster.store.wipe();
    await cluster.pass(30);
    expect(cluster.writable()).toBe('a');
    expect(cluster.key('initialize')).toBe(before);
    expect(cluster.key('config')).not.toBeNull();
    expect(cluster.streaming()).toBe('bc');
    expect(cluster.splits).toEqual([]);
  });

  it('lets the first data directory describe the cluster, and others of another system exit', async () => {
    const cluster = new TestCluster({ names: 'abc' });
    const other = new TestCluster({ names: 'x', seed: 2 });
    await cluster.form();
    await other.form();
    cluster.kill('abc');
    cluster.store.wipe();
    cluster.node('c').disk = other.node('x').disk;
    cluster.start('c');
    await cluster.pass(20);
    expect(cluster.key('initialize')).toBe(other.node('x').disk?.branch.systemId);
    cluster.start('a');
    await cluster.pass(20);
    expect(cluster.node('a').exitStatus).toBe(1);
  });

  it('never runs initdb without a bootstrap section', async () => {
    const cluster = new TestCluster({ names: 'ab' });
    cluster.start('ab');
    await cluster.pass(120);
    expect(cluster.node('a').disk).toBeNull();
    expect(cluster.node('b').disk).toBeNull();
    expect(cluster.key('initialize')).toBeNull();
  });

  it('runs initdb on one node only, even if two may', async () => {
    const cluster = new TestCluster({ names: 'ab' });
    cluster.node('a').bootstrap = true;
    cluster.node('b').bootstrap = true;
    cluster.start('ab');
    await cluster.pass(60);
    expect(cluster.node('a').disk?.branch.systemId).toBe(cluster.node('b').disk?.branch.systemId);
    expect(cluster.writable()).toHaveLength(1);
  });
});

describe('interrupted work', () => {
  it('leaves an unfinished initdb that no later start goes on with', async () => {
    const cluster = new TestCluster({ names: 'a' });
    cluster.node('a').bootstrap = true;
    cluster.start('a');
    await cluster.pass(1);
    cluster.kill('a');
    expect(cluster.node('a').disk?.unfinished).toBe('initdb');
    expect(cluster.key('initialize')).toBe('');
    cluster.start('a');
    await cluster.pass(60);
    expect(cluster.writable()).toBe('');
  });

  it('adopts a finished initdb whose keys were never written', async () => {
    const cluster = new TestCluster({ names: 'a' });
    cluster.node('a').bootstrap = true;
    cluster.start('a');
    await cluster.pass((TIMINGS.initdbMs + TIMINGS.postBootstrapMs / 2) / 1000);
    cluster.kill('a');
    expect(cluster.node('a').disk?.unfinished).toBeNull();
    expect(cluster.key('initialize')).toBe('');
    cluster.start('a');
    await cluster.pass(60);
    expect(cluster.writable()).toBe('a');
    expect(cluster.key('initialize')).toBe(cluster.node('a').disk?.branch.systemId);
  });

  it('leaves an unfinished clone when it is killed, and an empty directory when its source is lost', async () => {
    const cluster = new TestCluster({ names: 'abc' });
    cluster.node('a').bootstrap = true;
    cluster.start('a');
    await cluster.pass(30);
    cluster.start('bc');
    await cluster.pass(2);
    cluster.kill('ab');
    expect(cluster.node('b').disk?.unfinished).toBe('clone');
    await cluster.pass(10);
    expect(cluster.node('c').disk).toBeNull();
    cluster.start('ab');
    await cluster.pass(60);
    expect(cluster.writable()).toBe('a');
    expect(cluster.node('b').disk?.unfinished).toBe('clone');
    expect(cluster.streaming()).toBe('c');
  });

  it('leaves an unfinished rewind that never leads and is repeated from a primary', async () => {
    const cluster = new TestCluster({ names: 'abc' });
    await cluster.form();
    cluster.cut('a', 'bc');
    cluster.write('a', 3);
    cluster.kill('a');
    cluster.cut('a', 'bc', false);
    await cluster.pass(45);
    cluster.start('a');
    for (let seconds = 0; seconds < 30 && cluster.node('a').disk?.unfinished !== 'rewind'; seconds += 1)
      await cluster.pass(1);
    cluster.kill('abc');
    expect(cluster.node('a').disk?.unfinished).toBe('rewind');
    expect(cluster.discarded).toEqual([]);
    await cluster.pass(60);
    cluster.start('a');
    await cluster.pass(120);
    expect(cluster.writable()).toBe('');
    cluster.start('bc');
    await cluster.pass(60);
    expect(cluster.writable()).toMatch(/^[bc]$/);
    expect(cluster.streaming()).toContain('a');
    expect(cluster.node('a').disk?.unfinished).toBeNull();
  });
});

describe('what a crash leaves', () => {
  it('keeps the end of the WAL, with a control file that says less', async () => {
    const cluster = new TestCluster({ names: 'ab' });
    await cluster.form();
    cluster.write('a', 50);
    await cluster.pass(1);
    cluster.kill('ab');
    const [primary, replica] = [cluster.node('a').disk, cluster.node('b').disk];
    expect(primary?.controlState).toBe('in production');
    expect(replica?.controlState).toBe('in archive recovery');
    expect(replica?.endLsn).toBe(primary?.endLsn);
    expect(replica?.checkpointLsn).toBeLessThan(replica?.endLsn ?? 0);
    expect(cluster.missingOn('b')).toEqual([]);
  });
});
