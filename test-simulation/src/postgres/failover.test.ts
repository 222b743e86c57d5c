import { describe, expect, it } from 'vitest';
import { TestCluster } from './testing/cluster.ts';

describe('a cluster of three', () => {
  it.each([true, false])('forms: one primary, two that stream (etcd with watches: %s)', async (watches) => {
    const cluster = new TestCluster({ names: 'abc', watches });
    await cluster.form();
    expect(cluster.writable()).toBe('a');
    expect(cluster.streaming()).toBe('bc');
    expect(cluster.key('leader')).toBe('a');
    expect(cluster.key('initialize')).toBe(cluster.node('a').disk?.branch.systemId);
    expect(JSON.parse(cluster.key('config') ?? '{}')).toMatchObject({ failsafe_mode: true, ttl: 30 });
    expect(Object.keys(JSON.parse(cluster.key('failsafe') ?? '{}'))).toEqual(['a', 'b', 'c']);
    expect(JSON.parse(cluster.key('members/b') ?? '{}')).toMatchObject({
      api_url: 'https://192.0.2.2:8008/patroni',
      replication_state: 'streaming',
      timeline: 1,
    });
  });

  it('fails over within ttl and a loop when the primary is killed, on a new timeline', async () => {
    const cluster = new TestCluster({ names: 'abc' });
    await cluster.form();
    cluster.write('a', 5);
    await cluster.pass(1);
    cluster.kill('a');
    await cluster.pass(24);
    expect(cluster.writable()).toBe('');
    await cluster.pass(13);
    const [primary = ''] = cluster.writable();
    expect(['b', 'c']).toContain(primary);
    await cluster.pass(10);
    expect(cluster.missingOn('b')).toEqual([]);
    expect(cluster.missingOn('c')).toEqual([]);
    expect(JSON.parse(cluster.key('history') ?? '[]')).toHaveLength(1);
    expect(cluster.node(primary).disk?.branch.timeline).toBe(2);
  });

  it('rewinds the old primary: its unshipped rows are gone and were reported', async () => {
    const cluster = new TestCluster({ names: 'abc' });
    await cluster.form();
    cluster.cut('a', 'bc');
    cluster.write('a', 3);
    cluster.kill('a');
    cluster.cut('a', 'bc', false);
    await cluster.pass(45);
    expect(cluster.missingOn('a')).toEqual([]);
    cluster.start('a');
    await cluster.pass(30);
    expect(cluster.missingOn('a')).toHaveLength(3);
    expect(cluster.discarded).toMatchObject([{ nodeId: 'a', branch: { timeline: 1 } }]);
    expect(cluster.streaming()).toContain('a');
  });

  it('hands over on SIGTERM within seconds and loses nothing', async () => {
    const cluster = new TestCluster({ names: 'abc' });
    await cluster.form();
    cluster.write('a', 10);
    cluster.node('a').process?.terminate();
    await cluster.pass(4);
    expect(cluster.node('a').exitStatus).toBe(0);
    expect(cluster.node('a').disk?.controlState).toBe('shut down');
    const [primary = ''] = cluster.writable();
    expect(cluster.missingOn(primary)).toEqual([]);
    cluster.start('a');
    await cluster.pass(20);
    expect(cluster.streaming()).toContain('a');
    expect(cluster.discarded).toEqual([]);
  });

  it('takes its own ghost key back when the primary is restarted within the ttl', async () => {
    const cluster = new TestCluster({ names: 'abc' });
    await cluster.form();
    cluster.kill('a');
    await cluster.pass(3);
    expect(cluster.key('leader')).toBe('a');
    cluster.start('a');
    await cluster.pass(20);
    expect(cluster.writable()).toBe('a');
    expect(cluster.node('a').disk?.branch.timeline).toBe(2);
    await cluster.pass(10);
    expect(cluster.streaming()).toBe('bc');
  });

  it('never takes itself for the leader for longer than etcd keeps the key', async () => {
    const cluster = new TestCluster({ names: 'abc' });
    await cluster.form();
    cluster.store.latencyMs = 400;
    for (let second = 0; second < 60; second += 1) {
      await cluster.pass(1);
      const claimedMs = cluster.node('a').process?.database()?.leaseUntilMs ?? 0;
      expect(claimedMs).toBeGreaterThan(cluster.scheduler.nowMs());
      expect(claimedMs).toBeLessThanOrEqual(cluster.store.expiryOf('/service/shop/leader') ?? 0);
    }
  });

  it('demotes a primary without its key once the history knows a newer timeline, and only then', async () => {
    const cluster = new TestCluster({ names: 'abc' });
    await cluster.form();
    cluster.store.remove('/service/shop/leader');
    await cluster.pass(10);
    expect(cluster.writable()).toBe('a');
    expect(cluster.key('leader')).toBe('a');
    cluster.store.set('/service/shop/history', '[[1,1,"seen elsewhere"]]');
    cluster.store.remove('/service/shop/leader');
    await cluster.pass(60);
    expect(cluster.writable()).toBe('');
  });

  it('moves to a candidate on POST /failover', async () => {
    const cluster = new TestCluster({ names: 'abc' });
    await cluster.form();
    cluster.write('a', 4);
    const accepted = cluster.node('b').process?.failover('c');
    await cluster.pass(20);
    expect(await accepted).toBe(true);
    expect(cluster.writable()).toBe('c');
    expect(cluster.missingOn('c')).toEqual([]);
    expect(cluster.key('failover')).toBeNull();
  });

  it('promotes a lagging candidate on POST /failover although the guards hold everybody back', async () => {
    const cluster = new TestCluster({ names: 'abc' });
    await cluster.form();
    cluster.cut('a', 'bc');
    cluster.write('a', 40);
    await cluster.pass(6);
    cluster.kill('a');
    await cluster.pass(120);
    expect(cluster.writable()).toBe('');
    const accepted = cluster.node('b').process?.failover('c');
    await cluster.pass(20);
    expect(await accepted).toBe(true);
    expect(cluster.writable()).toBe('c');
  });
});

describe('a standoff that Patroni does not resolve', () => {
  it('never elects anybody: who is on the newest timeline is behind, who is ahead is on an older one', async () => {
    const cluster = new TestCluster({ names: 'abc' });
    await cluster.form();
    cluster.cut('c', 'ab');
    cluster.write('a', 8);
    await cluster.pass(1);
    cluster.kill('ab');
    await cluster.pass(45);
    expect(cluster.writable()).toBe('c');
    cluster.kill('c');
    cluster.cut('c', 'ab', false);
    await cluster.pass(60);
    cluster.start('bc');
    await cluster.pass(300);
    expect(cluster.writable()).toBe('');
    const accepted = cluster.node('b').process?.failover('c');
    await cluster.pass(30);
    expect(await accepted).toBe(true);
    expect(cluster.writable()).toBe('c');
    expect(cluster.streaming()).toBe('b');
    expect(cluster.discarded).toMatchObject([{ nodeId: 'b' }]);
  });

  it('leaves a replica without a stream for ever if both sides gave their timeline the same number', async () => {
    const cluster = new TestCluster({ names: 'abc' });
    await cluster.form();
    cluster.kill('ac');
    await cluster.scheduler.runUntil(cluster.scheduler.nowMs() + 60_000, () => cluster.key('leader') !== 'b');
    // The promotion ends, and its line never gets into /history.
    await cluster.pass(0.2);
    cluster.store.outage = true;
    await cluster.pass(1);
    expect(cluster.writable()).toBe('b');
    cluster.kill('b');
    cluster.store.outage = false;
    await cluster.pass(60);
    // b alone was left in /failsafe, so nobody else may lead; a recovery does not carry that key over.
    cluster.start('c');
    await cluster.pass(60);
    expect(cluster.writable()).toBe('');
    cluster.store.remove('/service/shop/failsafe');
    await cluster.pass(30);
    expect(cluster.writable()).toBe('c');
    cluster.start('b');
    await cluster.pass(300);
    expect(cluster.node('b').disk?.branch.timeline).toBe(cluster.node('c').disk?.branch.timeline);
    expect(cluster.streaming()).toBe('');
    expect(cluster.discarded).toEqual([]);
  });
});

describe('etcd cannot be reached', () => {
  it('does not demote the primary while every member agrees', async () => {
    const cluster = new TestCluster({ names: 'abc' });
    await cluster.form();
    cluster.store.outage = true;
    await cluster.pass(300);
    expect(cluster.writable()).toBe('a');
    cluster.write('a');
    cluster.store.outage = false;
    await cluster.pass(60);
    expect(cluster.writable()).toBe('a');
    expect(cluster.node('a').disk?.branch.timeline).toBe(1);
    expect(cluster.splits).toEqual([]);
  });

  it('demotes the primary within the ttl if one member does not agree', async () => {
    const cluster = new TestCluster({ names: 'abc' });
    await cluster.form();
    cluster.store.outage = true;
    cluster.kill('c');
    await cluster.pass(40);
    expect(cluster.writable()).toBe('');
  });

  it.each(['a', 'ab'])(
    'partitions off %s: never two primaries under a lease, one at the end',
    async (minority) => {
      const cluster = new TestCluster({ names: 'abcde' });
      await cluster.form();
      const rest = [...'abcde'].filter((name) => !minority.includes(name)).join('');
      cluster.cut(minority, rest);
      cluster.cutFromEtcd(minority);
      await cluster.pass(60);
      expect(cluster.writable()).toHaveLength(1);
      expect(rest).toContain(cluster.writable());
      cluster.cut(minority, rest, false);
      cluster.cutFromEtcd(minority, false);
      await cluster.pass(60);
      expect(cluster.streaming()).toHaveLength(4);
      expect(cluster.splits).toEqual([]);
    },
  );
});
