import type { MembershipAction } from '@flux-pg/etcd-membership';
import { describe, expect, it } from 'vitest';
import { changeMembership, writeClusterKeys } from './act-etcd.ts';
import { aMemberState, PORTS } from './member-builder.ts';
import { anEndpoint, type Call, somePorts } from './ports-builder.ts';
import { aConfig, aView, CLUSTER, NODE, OTHER } from './view-builder.ts';

const APP = '/flux-pg/myapp-postgres';
const founder = aMemberState({ cluster: { id: CLUSTER, epoch: 1, founder: true } });

describe('the founder’s keys', () => {
  it('are written each only where missing, the key of the cluster last', async () => {
    const calls: Call[] = [];
    const view = aView({ state: founder, config: aConfig({ POSTGRES_USER: 'app' }) });
    await writeClusterKeys(somePorts(calls), view);
    const record = { nodeId: NODE, address: '10.0.0.1', ports: PORTS };
    const cluster = { id: CLUSTER, epoch: 1, superuser: 'app', foundedAtMs: view.wallMs };
    expect(calls).toEqual([
      ['local.put', `${APP}/members/${NODE}`, JSON.stringify(record)],
      ['local.putIfUnchanged', `${APP}/bootstrap`, NODE, 0],
      ['local.putIfUnchanged', `${APP}/cluster`, JSON.stringify(cluster), 0],
    ]);
  });

  it('are completed after a crash, without an error for what is there', async () => {
    const calls: Call[] = [];
    const localEtcd = anEndpoint('local', calls, { putIfUnchanged: async () => false });
    await expect(
      writeClusterKeys(somePorts(calls, { localEtcd }), aView({ state: founder })),
    ).resolves.toBeUndefined();
  });

  it('do not name the cluster before the rest is there', async () => {
    const calls: Call[] = [];
    const putIfUnchanged = async (key: string) => {
      calls.push(['local.putIfUnchanged', key]);
      throw new Error('timeout');
    };
    const localEtcd = anEndpoint('local', calls, { putIfUnchanged });
    const ports = somePorts(calls, { localEtcd });
    await expect(writeClusterKeys(ports, aView({ state: founder }))).rejects.toThrow('timeout');
    expect(calls.at(-1)).toEqual(['local.putIfUnchanged', `${APP}/bootstrap`]);
  });

  it('can be written without an own address: the record follows', async () => {
    const calls: Call[] = [];
    await writeClusterKeys(somePorts(calls), aView({ state: founder, ownAddress: null }));
    expect(calls.map(([method]) => method)).toEqual(['local.putIfUnchanged', 'local.putIfUnchanged']);
  });

  it('are none of a node without a cluster', async () => {
    const calls: Call[] = [];
    await writeClusterKeys(somePorts(calls), aView());
    expect(calls).toEqual([]);
  });
});

describe('a change of the membership', () => {
  it.each<[MembershipAction, readonly Call[]]>([
    [{ kind: 'none' }, []],
    [
      { kind: 'add-learner', peerUrl: 'https://x.fluxpg:2380' },
      [['local.addLearner', 'https://x.fluxpg:2380']],
    ],
    [{ kind: 'promote', memberId: 'a1' }, [['local.promote', 'a1']]],
    [{ kind: 'remove-member', memberId: 'a1' }, [['local.remove', 'a1']]],
    [{ kind: 'move-leader', targetId: 'a1' }, [['local.moveLeader', 'a1']]],
    [{ kind: 'forget-node', nodeId: OTHER }, [['local.delete', `${APP}/members/${OTHER}`]]],
  ])('is sent once, to the own etcd: %o', async (change, expected) => {
    const calls: Call[] = [];
    await changeMembership(somePorts(calls), aView({ state: founder }), change);
    expect(calls).toEqual(expected);
  });

  it('that is refused is an error, and is not repeated', async () => {
    const calls: Call[] = [];
    const promote = async (memberId: string) => {
      calls.push(['local.promote', memberId]);
      throw new Error('etcdserver: unhealthy cluster');
    };
    const ports = somePorts(calls, { localEtcd: anEndpoint('local', calls, { promote }) });
    const change = { kind: 'promote' as const, memberId: 'a1' };
    await expect(changeMembership(ports, aView({ state: founder }), change)).rejects.toThrow('unhealthy');
    expect(calls).toHaveLength(1);
  });
});
