import { describe, expect, it } from 'vitest';
import { TestCluster } from './testing/cluster.ts';

describe.each(['on', 'quorum'] as const)('synchronous mode %s', (synchronousMode) => {
  it('names standbys in /sync and acknowledges only what one of them has', async () => {
    const cluster = new TestCluster({ names: 'abc', synchronousMode });
    await cluster.form();
    await cluster.pass(20);
    const sync = JSON.parse(cluster.key('sync') ?? '{}');
    expect(sync.leader).toBe('a');
    expect(sync.sync_standby).toBe(synchronousMode === 'on' ? 'b' : 'b,c');
    cluster.write('a');
    expect(cluster.acknowledged).toEqual([]);
    await cluster.pass(1);
    expect(cluster.acknowledged).toHaveLength(1);
    cluster.cut('a', 'bc');
    cluster.write('a');
    await cluster.pass(5);
    expect(cluster.acknowledged).toHaveLength(1);
  });

  it('loses nothing that was acknowledged when the primary is lost for good', async () => {
    const cluster = new TestCluster({ names: 'abc', synchronousMode });
    await cluster.form();
    await cluster.pass(20);
    cluster.cut('c', 'ab');
    for (let second = 0; second < 8; second += 1) {
      cluster.write('a', 2);
      await cluster.pass(1);
    }
    expect(cluster.acknowledged.length).toBeGreaterThan(0);
    cluster.kill('a');
    cluster.cut('c', 'ab', false);
    await cluster.pass(90);
    const [primary = ''] = cluster.writable();
    expect(['b', 'c']).toContain(primary);
    expect(cluster.missingOn(primary)).toEqual([]);
  });

  it('never promotes a standby that /sync does not name, or that lacks the votes', async () => {
    const cluster = new TestCluster({ names: 'abc', synchronousMode });
    await cluster.form();
    await cluster.pass(20);
    cluster.cut('c', 'ab');
    cluster.write('a', 2);
    await cluster.pass(2);
    cluster.kill('ab');
    await cluster.pass(120);
    expect(cluster.writable()).toBe('');
  });

  it('names a standby in /sync only once it has all that was acknowledged without it', async () => {
    const cluster = new TestCluster({ names: 'ab', synchronousMode });
    await cluster.form();
    cluster.kill('b');
    await cluster.pass(90);
    cluster.write('a', 30);
    expect(cluster.acknowledged).toHaveLength(30);
    // So slow that b streams for seconds before it has everything.
    cluster.roundTripMs = 30_000;
    cluster.start('b');
    const named = () => JSON.parse(cluster.key('sync') ?? '{}').sync_standby === 'b';
    for (let step = 0; step < 600 && !named(); step += 1) await cluster.pass(0.1);
    expect(named()).toBe(true);
    expect(cluster.missingOn('b')).toEqual([]);
  });

  it('goes on without standbys, and then nobody else may take over', async () => {
    const cluster = new TestCluster({ names: 'ab', synchronousMode });
    await cluster.form();
    await cluster.pass(20);
    cluster.kill('b');
    await cluster.pass(90);
    cluster.write('a');
    expect(cluster.acknowledged).toHaveLength(1);
    expect(JSON.parse(cluster.key('sync') ?? '{}').sync_standby).toBeNull();
    cluster.kill('a');
    cluster.start('b');
    await cluster.pass(120);
    expect(cluster.writable()).toBe('');
    cluster.start('a');
    await cluster.pass(60);
    expect(cluster.writable()).toBe('a');
    expect(cluster.missingOn('b')).toEqual([]);
  });
});
