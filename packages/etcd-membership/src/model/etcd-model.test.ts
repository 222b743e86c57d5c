import { describe, expect, it } from 'vitest';
import { createEtcdModel, type EtcdModel, type EtcdModelIdentity } from './etcd-model.ts';

const PEERS = ['https://a:2380', 'https://b:2380', 'https://c:2380'] as const;

/** Three founders a, b and c with a leader, and the hands to disturb them. */
async function aCluster(timing: { electionMs?: number; catchUpMs?: number } = {}) {
  let nowMs = 0;
  const clock = {
    nowMs: () => nowMs,
    sleep: async (ms: number) => {
      nowMs += ms;
    },
  };
  const founders = PEERS.map((peerUrl) => ({ name: peerUrl, peerUrl, clientUrl: peerUrl }));
  const model = createEtcdModel({ clock, founders, timing: { electionMs: 1000, ...timing } });
  const ids = PEERS.map((peerUrl) => model.memberIds().get(peerUrl) ?? '');
  await clock.sleep(2000);
  const endpoints = ids.map((id) => model.endpoint(id));
  const statuses = async () => Promise.all(endpoints.map((endpoint) => endpoint.status()));
  const { leaderId } = (await statuses())[0] ?? { leaderId: null };
  if (leaderId === null) throw new Error('a leader expected');
  const followers = ids.filter((id) => id !== leaderId);
  const [follower = '', other = ''] = followers;
  return { clock, model, leaderId, follower, other };
}

/** The name that a founder was started with. */
function identityOf(model: EtcdModel, memberId: string): EtcdModelIdentity {
  const [name = ''] = [...model.memberIds()].find(([, id]) => id === memberId) ?? [];
  return { name, clientUrl: name };
}

describe('elections', () => {
  it('take their time after the leader is lost, and raise the term', async () => {
    const { clock, model, leaderId, follower } = await aCluster();
    const before = await model.endpoint(follower).status();
    model.stop(leaderId);
    await clock.sleep(999);
    expect((await model.endpoint(follower).status()).leaderId).toBeNull();
    await clock.sleep(1);
    const after = await model.endpoint(follower).status();
    expect(after.leaderId).not.toBe(leaderId);
    expect(after.raftTerm).toBeGreaterThan(before.raftTerm);
  });

  it('take the leadership from one that a quorum no longer reaches', async () => {
    const { clock, model, leaderId, follower, other } = await aCluster();
    model.setLink(leaderId, follower, false);
    model.setLink(leaderId, other, false);
    await clock.sleep(1000);
    expect((await model.endpoint(leaderId).status()).leaderId).toBeNull();
    const { leaderId: elected } = await model.endpoint(follower).status();
    expect([follower, other]).toContain(elected);
    await expect(model.endpoint(leaderId).get('key')).rejects.toMatchObject({ code: 'timeout' });
  });

  it('do not happen in a minority', async () => {
    const { clock, model, follower, other, leaderId } = await aCluster();
    model.stop(follower);
    model.stop(leaderId);
    await clock.sleep(60_000);
    expect(await model.endpoint(other).status()).toMatchObject({ leaderId: null });
  });

  it('let a call that waits for a leader succeed once there is one', async () => {
    const { model, leaderId, follower } = await aCluster();
    model.stop(leaderId);
    await model.endpoint(follower).put('key', 'value');
    expect(await model.endpoint(follower).get('key')).toMatchObject({ value: 'value' });
  });
});

describe('logs', () => {
  it('reach a member that was away only after it has caught up', async () => {
    const { clock, model, leaderId, follower } = await aCluster({ catchUpMs: 400 });
    model.stop(follower);
    await model.endpoint(leaderId).put('key', 'value');
    const { raftIndex } = await model.endpoint(leaderId).status();
    model.start(follower, identityOf(model, follower));
    expect((await model.endpoint(follower).status()).raftIndex).toBeLessThan(raftIndex);
    await clock.sleep(400);
    expect((await model.endpoint(follower).status()).raftIndex).toBe(raftIndex);
  });
});

describe('removed members', () => {
  it('stop, cannot be started again, and leave their endpoints failing', async () => {
    const { clock, model, leaderId, follower } = await aCluster();
    await clock.sleep(10_000);
    await model.endpoint(leaderId).remove(follower);
    await expect(model.endpoint(follower).status()).rejects.toMatchObject({ code: 'unavailable' });
    expect(() => model.start(follower, { name: 'x', clientUrl: 'x' })).toThrow(RangeError);
    expect(model.memberIds().size).toBe(2);
  });

  it('come back under another id', async () => {
    const { clock, model, leaderId, follower } = await aCluster();
    await clock.sleep(10_000);
    const members = await model.endpoint(leaderId).members();
    const peerUrl = members.find(({ id }) => id === follower)?.peerUrls[0] ?? '';
    await model.endpoint(leaderId).remove(follower);
    expect((await model.endpoint(leaderId).addLearner(peerUrl)).id).not.toBe(follower);
  });
});

describe('alarms', () => {
  it('of one member refuse writes on all until they are disarmed', async () => {
    const { model, leaderId, follower } = await aCluster();
    model.raiseNoSpace(follower);
    await expect(model.endpoint(leaderId).put('key', '')).rejects.toMatchObject({ code: 'no-space' });
    await model.endpoint(leaderId).disarmNoSpace();
    await model.endpoint(leaderId).put('key', '');
  });
});

it('is deterministic', async () => {
  const run = async () => {
    const { clock, model, leaderId, follower } = await aCluster();
    model.stop(leaderId);
    await clock.sleep(1500);
    await model.endpoint(follower).put('key', 'value');
    return [await model.endpoint(follower).members(), await model.endpoint(follower).status()];
  };
  expect(await run()).toEqual(await run());
});
