import { describe, expect, it } from 'vitest';
import { corruptDataDir } from './data-dir.ts';
import { ELECTION_MS, peerUrlOf, TestBed } from './network-builders.ts';

const ABC = ['a', 'b', 'c'] as const;

/** Three founders; the leader comes first. */
async function threeNodes(bed = new TestBed()) {
  bed.found(ABC);
  const leader = (await bed.leader('a')) ?? '';
  const [follower = '', other = ''] = ABC.filter((node) => node !== leader);
  return { bed, leader, follower, other };
}

describe('a data directory', () => {
  it('that is old, together with the death of the rest of a quorum, makes the cluster forget', async () => {
    const { bed, leader, follower, other } = await threeNodes();
    await bed.etcd(leader).put('key', 'old');
    bed.kill(other);
    const backup = bed.process(follower).dataDir();
    await bed.etcd(leader).put('key', 'acknowledged');
    bed.kill(follower);
    bed.kill(leader);
    bed.restart(other);
    bed.restart(follower, backup);
    bed.nowMs += 2 * ELECTION_MS;
    expect(await bed.etcd(other).get('key')).toMatchObject({ value: 'old' });
    await bed.etcd(other).put('key', 'elsewhere');
    expect(bed.restart(leader).exitReason()).toBe('log-conflict');
  });

  it('that is old cannot be elected over a member that has more', async () => {
    const { bed, leader, follower, other } = await threeNodes();
    const backup = bed.process(follower).dataDir();
    await bed.etcd(leader).put('key', 'value');
    for (const node of ABC) bed.kill(node);
    bed.restart(other);
    bed.restart(follower, backup);
    bed.nowMs += 2 * ELECTION_MS;
    expect(await bed.leader(follower)).toBe(other);
    expect(await bed.etcd(follower).get('key')).toMatchObject({ value: 'value' });
  });

  it('from before a change of members can form a second cluster with one that was removed', async () => {
    const { bed, leader, follower, other } = await threeNodes();
    const backup = [bed.process(follower).dataDir(), bed.process(other).dataDir()] as const;
    bed.nowMs += 10_000;
    await bed.etcd(leader).remove(bed.process(other).memberId);
    expect(bed.process(other).exitReason()).toBe('removed');
    await bed.etcd(leader).put('key', 'value');
    bed.kill(follower);
    bed.isolate(leader, [follower, other]);
    bed.restart(follower, backup[0]);
    bed.restart(other, backup[1]);
    bed.nowMs += 2 * ELECTION_MS;
    expect(await bed.etcd(other).members()).toHaveLength(3);
    expect(await bed.etcd(other).get('key')).toBeNull();
  });

  it('that is corrupt starts nothing, nor does one that knows of its own removal', async () => {
    const { bed, leader, follower } = await threeNodes();
    bed.nowMs += 10_000;
    await bed.etcd(leader).remove(bed.process(follower).memberId);
    expect(() => bed.restart(follower)).toThrow(expect.objectContaining({ reason: 'removed' }));
    const corrupt = corruptDataDir(bed.kill(leader));
    expect(() => bed.restart(leader, corrupt)).toThrow(expect.objectContaining({ reason: 'corrupt-data' }));
    expect(bed.restart(leader).memberId).toBe(corrupt.memberId);
  });

  it('emptied under the same name makes a member that its leader knows better', async () => {
    const { bed, leader, follower } = await threeNodes();
    bed.kill(follower);
    const initialCluster = ABC.map((name) => ({ name, peerUrl: peerUrlOf(name) }));
    const again = bed.start(follower, { kind: 'join', initialCluster });
    expect(again.memberId).toBe((await bed.etcd(leader).members()).find(({ name }) => name === follower)?.id);
    expect(again.exitReason()).toBe('log-lost');
  });
});

describe('a network', () => {
  it.each(['from', 'to'])('that is cut %s the leader only is as good as cut', async (direction) => {
    const { bed, leader, follower, other } = await threeNodes();
    for (const node of [follower, other]) {
      bed.cut.add(direction === 'from' ? `${leader}>${node}` : `${node}>${leader}`);
    }
    bed.network.surroundingsChanged();
    bed.nowMs += 2 * ELECTION_MS;
    expect(await bed.leader(leader)).toBeNull();
    expect([follower, other]).toContain(await bed.leader(other));
    await expect(bed.etcd(leader).get('key')).rejects.toMatchObject({ code: 'timeout' });
  });

  it('in which one follower does not reach the leader leaves it the leader', async () => {
    const { bed, leader, follower, other } = await threeNodes();
    const { raftTerm } = await bed.etcd(leader).status();
    bed.link([[leader, other]], false);
    bed.nowMs += 10 * ELECTION_MS;
    expect(await bed.leader(other)).toBeNull();
    expect(await bed.leader(follower)).toBe(leader);
    expect((await bed.etcd(leader).status()).raftTerm).toBe(raftTerm);
  });

  it('that is cut leaves the minority its old members and the majority free to change them', async () => {
    const { bed, leader, follower, other } = await threeNodes();
    bed.nowMs += 10_000;
    bed.isolate(follower, [leader, other]);
    await bed.etcd(leader).remove(bed.process(follower).memberId);
    expect(bed.process(follower).state()).toBe('running');
    expect((await bed.etcd(follower).status()).errors).toContain('etcdserver: no leader');
    bed.heal();
    expect(bed.process(follower).exitReason()).toBe('removed');
    expect(() => bed.restart(follower)).not.toThrow();
    expect(bed.process(follower).exitReason()).toBe('removed');
  });

  it('whose names lead elsewhere keeps a member out until they are right', async () => {
    const { bed, leader, follower, other } = await threeNodes();
    bed.isolate(other, [leader, follower]);
    bed.addresses.set(follower, 'nowhere');
    bed.network.surroundingsChanged();
    bed.nowMs += 3 * ELECTION_MS;
    expect(await bed.leader(leader)).toBeNull();
    bed.addresses.delete(follower);
    bed.network.surroundingsChanged();
    bed.nowMs += ELECTION_MS;
    expect(await bed.leader(leader)).not.toBeNull();
  });

  it('never connects two clusters, whatever their names lead to', async () => {
    const bed = new TestBed();
    bed.found(['a', 'b'], 'one');
    await bed.etcd('a').put('key', 'one');
    bed.kill('b');
    const alone = bed.start('b', { kind: 'new', token: 'two' });
    bed.nowMs += 2 * ELECTION_MS;
    expect(alone.clusterId).not.toBe(bed.process('a').clusterId);
    expect(await bed.etcd('b').get('key')).toBeNull();
    expect(await bed.leader('a')).toBeNull();
  });

  it('with half-open connections has no quorum until a side is started again', async () => {
    const { bed, leader, follower, other } = await threeNodes();
    for (const node of ABC) bed.network.breakPeerConnections(node);
    bed.nowMs += 60_000;
    expect(await bed.leader(leader)).toBeNull();
    bed.kill(follower);
    bed.restart(follower);
    bed.nowMs += ELECTION_MS;
    expect(await bed.leader(leader)).not.toBeNull();
    // The other two still have only dead connections to each other.
    expect(await bed.leader(other)).toBeNull();
  });

  it('between a client and a node makes calls time out', async () => {
    const { bed, leader, follower, other } = await threeNodes();
    const far = bed.network.endpointAt(leader, follower);
    await far.put('key', 'value');
    bed.isolate(follower, [leader, other]);
    await expect(far.status()).rejects.toMatchObject({ code: 'timeout' });
    expect(bed.network.leasesAt(leader, follower).revisionOf('')).toBeNull();
    bed.heal();
    expect(await far.get('key')).toMatchObject({ value: 'value' });
  });
});

describe('a member that has to catch up', () => {
  it('reads nothing before it has, and is no part of a quorum', async () => {
    const { bed, leader, follower, other } = await threeNodes(new TestBed({ timing: { catchUpMs: 5000 } }));
    await bed.etcd(leader).put('key', 'old');
    bed.kill(follower);
    await bed.etcd(leader).put('key', 'new');
    bed.restart(follower);
    expect(await bed.leader(follower)).toBe(leader);
    await expect(bed.etcd(follower).get('key')).rejects.toMatchObject({ code: 'timeout' });
    bed.kill(other);
    await expect(bed.etcd(leader).put('key', 'newer')).rejects.toMatchObject({ code: 'timeout' });
    bed.nowMs += 5000;
    expect(await bed.etcd(follower).get('key')).toMatchObject({ value: 'new' });
    await bed.etcd(leader).put('key', 'newer');
  });
});

describe('elections', () => {
  it('put an entry of the new term into the log', async () => {
    const { bed, leader, follower } = await threeNodes();
    const { raftIndex } = await bed.etcd(follower).status();
    bed.kill(leader);
    bed.nowMs += 2 * ELECTION_MS;
    expect((await bed.etcd(follower).status()).raftIndex).toBe(raftIndex + 1);
  });

  it('are not won by a member that lacks an entry, and go on in the term of the cut-off leader plus one', async () => {
    const { bed, leader, follower, other } = await threeNodes();
    bed.isolate(follower, [leader, other]);
    await bed.etcd(leader).put('key', 'value');
    const { raftTerm } = await bed.etcd(leader).status();
    bed.kill(leader);
    bed.heal();
    bed.nowMs += ELECTION_MS;
    expect(await bed.leader(follower)).toBe(other);
    expect((await bed.etcd(other).status()).raftTerm).toBe(raftTerm + 1);
  });

  it('let a leader without a quorum believe in itself for a while, but commit nothing', async () => {
    const { bed, leader, follower, other } = await threeNodes();
    bed.isolate(leader, [follower, other]);
    bed.nowMs += ELECTION_MS - 1;
    expect(await bed.leader(leader)).toBe(leader);
    await expect(bed.etcd(leader).put('key', 'value')).rejects.toMatchObject({ code: 'timeout' });
    expect(await bed.leader(leader)).toBeNull();
    bed.heal();
    expect(await bed.etcd(leader).get('key')).toBeNull();
  });

  it('may leave two leaders for a while, until the older one hears of the younger', async () => {
    let random = 0;
    const { bed, leader, follower, other } = await threeNodes(new TestBed({ random: () => random }));
    random = 0.9;
    bed.link([[leader, follower]], false);
    bed.link([[leader, other]], false);
    random = 0;
    bed.kill(other);
    bed.restart(other);
    bed.nowMs += ELECTION_MS;
    expect(await bed.leader(leader)).toBe(leader);
    const { raftTerm: before } = await bed.etcd(leader).status();
    const younger = await bed.leader(follower);
    expect([follower, other]).toContain(younger);
    bed.heal();
    expect(await bed.leader(leader)).toBe(younger);
    expect((await bed.etcd(leader).status()).raftTerm).toBeGreaterThan(before);
  });

  it('take the leadership from a paused leader, which follows when it wakes', async () => {
    const { bed, leader, follower } = await threeNodes();
    bed.process(leader).pause();
    bed.nowMs += 2 * ELECTION_MS;
    await bed.etcd(follower).put('key', 'value');
    bed.process(leader).resume();
    bed.nowMs += 200;
    expect(await bed.leader(leader)).toBe(await bed.leader(follower));
    expect(await bed.etcd(leader).get('key')).toMatchObject({ value: 'value' });
  });

  it('take as long as the given randomness says', async () => {
    const bed = new TestBed({ random: () => 0.5 });
    bed.found(['a']);
    bed.kill('a');
    bed.restart('a');
    bed.nowMs += 1.5 * ELECTION_MS - 1;
    expect(await bed.leader('a')).toBeNull();
    bed.nowMs += 1;
    expect(await bed.leader('a')).toBe('a');
  });
});

describe('a write', () => {
  it('whose answer is lost has been applied, and one whose request is lost has not', async () => {
    const { bed, leader } = await threeNodes();
    bed.fate = 'lose-answer';
    const startedAtMs = bed.nowMs;
    await expect(bed.etcd(leader).put('a', '')).rejects.toMatchObject({ code: 'timeout' });
    expect(bed.nowMs - startedAtMs).toBe(500);
    bed.fate = 'lose-request';
    await expect(bed.etcd(leader).put('b', '')).rejects.toMatchObject({ code: 'timeout' });
    expect((await bed.etcd(leader).list('')).entries.map(({ key }) => key)).toEqual(['a']);
  });
});
