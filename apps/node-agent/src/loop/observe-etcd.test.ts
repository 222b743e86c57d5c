import { memberName } from '@flux-pg/etcd-membership';
import { createEtcdModel } from '@flux-pg/etcd-membership/model';
import { beforeEach, describe, expect, it } from 'vitest';
import { clusterKeys } from '../identity/member-record.ts';
import { aRecord } from './member-builder.ts';
import { readEtcdContent } from './observe-etcd.ts';
import { CLUSTER, NODE, OTHER } from './view-builder.ts';

const keys = clusterKeys('shop');
const own = memberName(NODE, 'aaaaaaaa');
const cluster = { id: CLUSTER, epoch: 1, superuser: 'postgres', foundedAtMs: 5 };

/** An etcd of one member whose clock runs as fast as it is asked to. */
function aSingleEtcd() {
  let nowMs = 0;
  const sleep = async (ms: number) => {
    nowMs += ms;
  };
  const peerUrl = `https://${own}:2380`;
  const model = createEtcdModel({
    clock: { nowMs: () => nowMs, sleep },
    founders: [{ name: own, clientUrl: `https://${own}:2379`, peerUrl }],
    timing: { electionMs: 0 },
  });
  const memberId = model.memberIds().get(peerUrl) ?? '';
  return { model, memberId, etcd: model.endpoint(memberId) };
}

describe('what is read out of etcd', () => {
  let single = aSingleEtcd();
  beforeEach(() => {
    single = aSingleEtcd();
  });

  it('is, right after the first start, a member and nothing else', async () => {
    expect(await readEtcdContent(single.etcd, 'shop')).toMatchObject({
      members: [{ name: own, isLearner: false }],
      cluster: null,
      bootstrap: null,
      provisioned: false,
      records: [],
      patroni: { initialize: null, leader: null, history: null, config: null, status: null },
    });
  });

  it('is all of the agents’ and of Patroni’s keys', async () => {
    const { etcd } = single;
    await etcd.put(keys.cluster, JSON.stringify(cluster));
    await etcd.put(keys.bootstrap, NODE);
    await etcd.put(keys.provisioned, NODE);
    await etcd.put(keys.member(OTHER), JSON.stringify(aRecord(OTHER)));
    await etcd.put(keys.member(NODE), JSON.stringify(aRecord(NODE, '10.0.0.1')));
    await etcd.put('/service/shop/initialize', '7000');
    await etcd.put('/service/shop/leader', NODE);
    await etcd.put('/service/shop/history', '[]');
    await etcd.put('/service/shop/config', '{}');
    await etcd.put('/service/shop/status', '{"optime":1}');
    await etcd.put(`/service/shop/members/${NODE}`, '{"role":"primary"}');
    expect(await readEtcdContent(etcd, 'shop')).toMatchObject({
      cluster,
      bootstrap: NODE,
      provisioned: true,
      records: [aRecord(NODE, '10.0.0.1'), aRecord(OTHER)],
      patroni: {
        initialize: '7000',
        leader: NODE,
        history: '[]',
        config: '{}',
        status: '{"optime":1}',
        members: new Map([[NODE, '{"role":"primary"}']]),
      },
    });
  });

  it('comes with the revision that etcd had when the older part was read', async () => {
    const { etcd } = single;
    const before = (await readEtcdContent(etcd, 'shop')).revision;
    await etcd.put('elsewhere', '');
    expect((await readEtcdContent(etcd, 'shop')).revision).toBe(before + 1);
    for (const newer of [keys.root, keys.patroniRoot]) {
      const list = async (prefix: string) => ({
        ...(await etcd.list(prefix)),
        revision: prefix === newer ? 9 : 7,
      });
      expect((await readEtcdContent({ ...etcd, list }, 'shop')).revision).toBe(7);
    }
  });

  it('tells an empty initialize, Patroni’s lock, from a missing one', async () => {
    await single.etcd.put('/service/shop/initialize', '');
    expect((await readEtcdContent(single.etcd, 'shop')).patroni.initialize).toBe('');
  });

  it('is nothing of another app whose name begins alike', async () => {
    await single.etcd.put(clusterKeys('shop2').bootstrap, OTHER);
    await single.etcd.put('/service/shop2/initialize', '6666');
    expect(await readEtcdContent(single.etcd, 'shop')).toMatchObject({
      bootstrap: null,
      patroni: { initialize: null },
    });
  });

  it('leaves out a record that nobody can use, and keeps the others', async () => {
    const { etcd } = single;
    await etcd.put(keys.member(NODE), 'no json');
    await etcd.put(keys.member(OTHER), JSON.stringify(aRecord(OTHER)));
    await etcd.put(`${keys.memberPrefix}x`, JSON.stringify({ ...aRecord(OTHER), address: 'somewhere' }));
    expect((await readEtcdContent(etcd, 'shop')).records).toEqual([aRecord(OTHER)]);
  });

  it('is an error as a whole when the key of the cluster cannot be read', async () => {
    for (const text of ['no json', '{}']) {
      await single.etcd.put(keys.cluster, text);
      await expect(readEtcdContent(single.etcd, 'shop')).rejects.toThrow();
    }
  });

  it('is an error, not an emptiness, when any part fails', async () => {
    for (const part of ['members', 'list'] as const) {
      const fails = { ...single.etcd, [part]: () => Promise.reject(new Error('request timed out')) };
      await expect(readEtcdContent(fails, 'shop')).rejects.toThrow('request timed out');
    }
    single.model.stop(single.memberId);
    await expect(readEtcdContent(single.etcd, 'shop')).rejects.toMatchObject({ code: 'unavailable' });
  });
});
