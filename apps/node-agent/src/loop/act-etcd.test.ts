import type { MembershipAction } from '@flux-pg/etcd-membership';
import { describe, expect, it } from 'vitest';
import { changeMembership, writeAgreement } from './act-etcd.ts';
import { aMemberState, seen, THIRD } from './member-builder.ts';
import { anEndpoint, type Call, somePorts } from './ports-builder.ts';
import { aView, CLUSTER, NODE, OTHER } from './view-builder.ts';

const APP = '/flux-pg/myapp-postgres';
const PATRONI = '/service/myapp-postgres';
const founder = aMemberState({ cluster: { id: CLUSTER, epoch: 1, founder: true } });
const serving = seen({
  memberId: '1',
  leaderId: '1',
  raftTerm: 2,
  raftIndex: 5,
  raftAppliedIndex: 5,
  dbSizeBytes: 0,
  isLearner: false,
  version: '3.5.30',
  errors: [],
});

type Agreement = Parameters<typeof writeAgreement>[2];

/** An own etcd that serves, with these keys in it. */
async function agreed(action: Agreement, stored: Readonly<Record<string, string>> = {}, unchanged = true) {
  const calls: Call[] = [];
  const get = async (key: string) => {
    const value = stored[key];
    return value === undefined ? null : { key, value, modRevision: 17 };
  };
  const putIfUnchanged = async (...parameters: [string, string, number]) => {
    calls.push(['local.putIfUnchanged', ...parameters]);
    return unchanged;
  };
  const list = async (prefix: string) => {
    const keys = Object.keys(stored).filter((key) => key.startsWith(prefix));
    return {
      entries: keys.map((key) => ({ key, value: stored[key] ?? '', modRevision: 17 })),
      revision: 17,
    };
  };
  const localEtcd = anEndpoint('local', calls, { get, list, putIfUnchanged });
  const view = aView({ state: founder, localEtcd: serving });
  await writeAgreement(somePorts(calls, { localEtcd }), view, action);
  return calls;
}

describe('an agreement', () => {
  const witnesses = ['192.0.2.1:16127', '192.0.2.2:16127'];

  it('on a copy is a key of the node that holds it, which says where', async () => {
    expect(await agreed({ kind: 'note-copy', address: '10.0.0.1' })).toEqual([
      ['local.put', `${APP}/copies/${NODE}`, '10.0.0.1'],
    ]);
    expect(await agreed({ kind: 'forget-copy', nodeId: OTHER })).toEqual([
      ['local.delete', `${APP}/copies/${OTHER}`],
    ]);
  });

  it('on witnesses replaces those that it was decided on', async () => {
    const action = { kind: 'put-witnesses' as const, witnesses, expected: witnesses.slice(1) };
    const stored = { [`${APP}/witnesses`]: JSON.stringify(witnesses.slice(1)) };
    const written = ['local.putIfUnchanged', `${APP}/witnesses`, JSON.stringify(witnesses)];
    expect(await agreed(action, stored)).toEqual([[...written, 17]]);
    expect(await agreed({ ...action, expected: [] })).toEqual([[...written, 0]]);
  });

  it('on witnesses that somebody else has changed meanwhile is not overruled', async () => {
    const stored = { [`${APP}/witnesses`]: JSON.stringify(['192.0.2.7:16127']) };
    expect(await agreed({ kind: 'put-witnesses', witnesses, expected: [] }, stored)).toEqual([]);
  });

  it('on a failover names no leader, and on a hand-over this node as the one', async () => {
    expect(await agreed({ kind: 'ask-failover', to: OTHER })).toEqual([
      ['local.putIfUnchanged', `${PATRONI}/failover`, JSON.stringify({ member: OTHER }), 0],
    ]);
    expect(await agreed({ kind: 'hand-over', to: OTHER })).toEqual([
      ['local.putIfUnchanged', `${PATRONI}/failover`, JSON.stringify({ leader: NODE, member: OTHER }), 0],
    ]);
  });
});

describe('the bootstrap', () => {
  const grant = { to: OTHER, expected: NODE, clearInitialize: true };
  const copies = { [`${APP}/copies/${NODE}`]: '10.0.0.1', [`${APP}/copies/${THIRD}`]: '' };
  const stored = { [`${APP}/bootstrap`]: NODE, ...copies };

  it('is granted before anything is cleared, who held the lost copies included, and `initialize` goes last', async () => {
    expect(await agreed({ kind: 'grant-bootstrap', grant }, stored)).toEqual([
      ['local.putIfUnchanged', `${APP}/bootstrap`, OTHER, 17],
      ['local.delete', `${APP}/provisioned`],
      ['local.delete', `${APP}/copies/${NODE}`],
      ['local.delete', `${APP}/copies/${THIRD}`],
      ['local.delete', `${PATRONI}/config`],
      ['local.delete', `${PATRONI}/history`],
      ['local.delete', `${PATRONI}/initialize`],
    ]);
  });

  it('clears nothing of Patroni’s where nothing was ever initialised', async () => {
    const first = { ...grant, expected: null, clearInitialize: false };
    expect(await agreed({ kind: 'grant-bootstrap', grant: first })).toEqual([
      ['local.putIfUnchanged', `${APP}/bootstrap`, OTHER, 0],
      ['local.delete', `${APP}/provisioned`],
    ]);
  });

  it('that another node was granted meanwhile is left alone, and so is all else', async () => {
    expect(
      await agreed({ kind: 'grant-bootstrap', grant }, { ...copies, [`${APP}/bootstrap`]: THIRD }),
    ).toEqual([]);
    const raced = await agreed({ kind: 'grant-bootstrap', grant }, stored, false);
    expect(raced.map(([method]) => method)).toEqual(['local.putIfUnchanged']);
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
    [{ kind: 'record-former-voter', nodeId: OTHER }, [['local.put', `${APP}/former-voters/${OTHER}`, OTHER]]],
    [{ kind: 'clear-former-voter', nodeId: OTHER }, [['local.delete', `${APP}/former-voters/${OTHER}`]]],
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
