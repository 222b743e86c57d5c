import { describe, expect, it } from 'vitest';
import { ELECTION_MS, TestBed } from './network-builders.ts';

const TTL_MS = 30_000;

/** Three nodes and the lease calls to the first of them. */
function leases() {
  const bed = new TestBed();
  bed.found(['a', 'b', 'c']);
  return { bed, on: (node: string) => bed.network.leasesAt(node), etcd: bed.etcd('a') };
}

describe('a lease', () => {
  it('takes its keys with it when its time is over', async () => {
    const { bed, on, etcd } = leases();
    const lease = await on('a').grant(TTL_MS);
    expect(await on('a').put('leader', 'a', lease)).toBe(true);
    bed.nowMs += TTL_MS - 1;
    expect(await etcd.get('leader')).not.toBeNull();
    const { revision } = await etcd.list('');
    bed.nowMs += 1;
    expect(await etcd.list('')).toEqual({ revision: revision + 1, entries: [] });
    expect(await on('a').keepAlive(lease)).toBe(false);
    expect(await on('a').timeToLiveMs(lease)).toBeNull();
    expect(await on('a').put('leader', 'a', lease)).toBe(false);
  });

  it('lives on while it is kept alive, through any member', async () => {
    const { bed, on, etcd } = leases();
    const lease = await on('a').grant(TTL_MS);
    await on('a').put('leader', 'a', lease);
    for (const node of ['a', 'b', 'c']) {
      bed.nowMs += TTL_MS - 1;
      expect(await on(node).keepAlive(lease)).toBe(true);
    }
    expect(await on('b').timeToLiveMs(lease)).toBe(TTL_MS);
    expect(await etcd.get('leader')).not.toBeNull();
  });

  it('does not end without a leader, and has its whole time and an election’s after one', async () => {
    const { bed, on } = leases();
    const lease = await on('a').grant(TTL_MS);
    await on('a').put('leader', 'a', lease);
    for (const node of ['a', 'b', 'c']) bed.kill(node);
    bed.nowMs += 10 * TTL_MS;
    for (const node of ['a', 'b', 'c']) bed.restart(node);
    bed.nowMs += ELECTION_MS;
    expect(await on('b').timeToLiveMs(lease)).toBe(TTL_MS + ELECTION_MS);
    expect(await on('b').putIfAbsent('leader', 'b', null)).toBe(false);
    bed.nowMs += TTL_MS + ELECTION_MS;
    expect(await on('b').putIfAbsent('leader', 'b', null)).toBe(true);
  });

  it('is told of by its key, in whole seconds, until it ends', async () => {
    const { bed, on, etcd } = leases();
    const lease = await on('a').grant(TTL_MS);
    await on('a').put('leader', 'a', lease);
    await etcd.put('plain', '');
    expect(await etcd.leaseOf('leader')).toEqual({ leaseId: lease, remainingMs: TTL_MS, raftTerm: 2 });
    bed.nowMs += 1500;
    expect(await bed.etcd('b').leaseOf('leader')).toMatchObject({ remainingMs: TTL_MS - 2000 });
    expect(await etcd.leaseOf('plain')).toBeNull();
    bed.nowMs += TTL_MS;
    expect(await etcd.leaseOf('leader')).toBeNull();
  });

  it('cannot be kept alive by a member that is cut off', async () => {
    const { bed, on } = leases();
    const lease = await on('a').grant(TTL_MS);
    bed.isolate('a', ['b', 'c']);
    await expect(on('a').keepAlive(lease)).rejects.toMatchObject({ code: 'timeout' });
  });

  it('can be revoked, and an id is never given twice', async () => {
    const { on, etcd } = leases();
    const first = await on('a').grant(TTL_MS);
    await on('a').put('leader', 'a', first);
    await on('a').revoke(first);
    await on('a').revoke(first);
    expect(await etcd.get('leader')).toBeNull();
    expect(await on('a').grant(TTL_MS)).not.toBe(first);
  });
});

describe('keys', () => {
  it('are written over and deleted only with the value that is expected', async () => {
    const { on, etcd } = leases();
    expect(await on('a').putIfAbsent('leader', 'a', null)).toBe(true);
    expect(await on('b').putIfAbsent('leader', 'b', null)).toBe(false);
    expect(await on('b').putIfValue('leader', 'b', 'c', null)).toBe(false);
    expect(await on('b').putIfValue('leader', 'b', 'a', null)).toBe(true);
    expect(await on('a').deleteIfValue('leader', 'a')).toBe(false);
    expect(await on('a').deleteIfValue('leader', 'b')).toBe(true);
    expect(await etcd.get('leader')).toBeNull();
  });

  it('have a revision per prefix, which changes with what is under it and with nothing else', async () => {
    const { bed, on, etcd } = leases();
    expect(on('b').revisionOf('service/')).toBe(0);
    await etcd.put('service/leader', 'a');
    const written = on('b').revisionOf('service/') ?? 0;
    expect(written).toBeGreaterThan(0);
    await etcd.put('other', '');
    expect(on('b').revisionOf('service/')).toBe(written);
    bed.isolate('c', ['a', 'b']);
    await etcd.delete('service/leader');
    expect(on('b').revisionOf('service/')).toBeGreaterThan(written);
    expect(on('c').revisionOf('service/')).toBe(written);
    bed.process('b').pause();
    expect(on('b').revisionOf('service/')).toBeNull();
  });

  it('are, without waiting, what the member has: old ones where it is cut off', async () => {
    const { bed, on, etcd } = leases();
    await etcd.put('service/leader', 'a');
    bed.isolate('c', ['a', 'b']);
    await etcd.put('service/leader', 'b');
    const valuesOn = (node: string) =>
      on(node)
        .peek('service/')
        ?.entries.map(({ value }) => value);
    expect([valuesOn('b'), valuesOn('c')]).toEqual([['b'], ['a']]);
    bed.kill('c');
    expect(on('c').peek('service/')).toBeNull();
  });
});
