import { describe, expect, it } from 'vitest';
import type { NodeState } from '../identity/node-state.ts';
import type { Adoption } from '../volume/index.ts';
import { adoptRootData, noteOrigin, renewIncarnation, yieldCluster } from './act-volume.ts';
import { aCopy, aMemberState, aVolume } from './member-builder.ts';
import { type Call, somePorts } from './ports-builder.ts';
import { aView, CLUSTER, NODE, OTHER } from './view-builder.ts';

const seeder = aMemberState({ cluster: { id: CLUSTER, epoch: 2, seededBy: NODE, founder: true } });
const fresh = { incarnation: 'cccccccc', started: false, writtenFor: null };

/** Ports whose volume has the given state, and whose named step fails. */
function portsFailingAt(calls: Call[], step: string, state: NodeState = seeder) {
  const base = somePorts(calls);
  const failing = <P extends unknown[]>(name: string, done: (...parameters: P) => Promise<void>) =>
    name === step
      ? async (..._: P) => {
          throw new Error(`${name} failed`);
        }
      : done;
  return {
    ...base,
    volume: {
      ...base.volume,
      state: () => state,
      quarantineEtcd: failing('quarantineEtcd', base.volume.quarantineEtcd),
      setAsidePostgres: failing('setAsidePostgres', base.volume.setAsidePostgres),
      writeState: failing('writeState', base.volume.writeState),
    },
  };
}

describe('the origin of a fresh etcd directory', () => {
  it('is persisted as the cluster, epoch and seeder that it is started in', async () => {
    const calls: Call[] = [];
    const ports = portsFailingAt(calls, 'none');
    await noteOrigin(ports, aView({ state: seeder }), { kind: 'new' });
    const writtenFor = { clusterId: CLUSTER, epoch: 2, seededBy: NODE };
    expect(calls).toEqual([['volume.writeState', { ...seeder, etcd: { ...seeder.etcd, writtenFor } }]]);
    const joining: Call[] = [];
    await noteOrigin(portsFailingAt(joining, 'none'), aView({ state: seeder }), {
      kind: 'join',
      initialCluster: [],
    });
    expect(joining).toEqual(calls);
  });

  it('is left as it is where etcd starts from its own data', async () => {
    const calls: Call[] = [];
    await noteOrigin(portsFailingAt(calls, 'none'), aView({ state: seeder }), { kind: 'own-data' });
    expect(calls).toEqual([]);
  });
});

describe('a new incarnation', () => {
  const view = aView({ state: seeder });

  it('has its name persisted only after the old data was moved aside', async () => {
    const calls: Call[] = [];
    await renewIncarnation(portsFailingAt(calls, 'none'), view, true);
    expect(calls).toEqual([
      ['volume.quarantineEtcd', 'aaaaaaaa'],
      ['volume.writeState', { ...seeder, etcd: fresh }],
    ]);
  });

  it('keeps its old name where the data could not be moved', async () => {
    const calls: Call[] = [];
    await expect(renewIncarnation(portsFailingAt(calls, 'quarantineEtcd'), view, true)).rejects.toThrow();
    expect(calls).toEqual([]);
  });

  it('moves nothing where there is nothing', async () => {
    const calls: Call[] = [];
    await renewIncarnation(portsFailingAt(calls, 'none'), view, false);
    expect(calls.map(([method]) => method)).toEqual(['volume.writeState']);
  });
});

describe('a PGDATA of version 1', () => {
  it('that cannot be adopted says why', async () => {
    const base = somePorts([]);
    const refusal: Adoption = { ok: false, problem: 'postmaster-runs', detail: 'pid 12' };
    const ports = { ...base, volume: { ...base.volume, adoptRootData: async () => refusal } };
    await expect(adoptRootData(ports)).rejects.toThrow('postmaster-runs: pid 12');
  });
});

describe('a cluster that yields', () => {
  const state = aMemberState({
    intent: { clusterId: CLUSTER, epoch: 2, seederNodeId: NODE, participants: [] },
    stale: { cause: 'fenced', sinceWallMs: 1 },
  });
  const view = aView({ state, volume: aVolume(aCopy('7000'), { etcdData: true }) });
  const sealedBy = { nodeId: OTHER, address: '10.0.0.2' };
  const to = { id: OTHER, epoch: 3, seededBy: NODE, foundedAtMs: 5, sealedBy };

  it('keeps all of its data aside before it takes the id of the other one', async () => {
    const calls: Call[] = [];
    await yieldCluster(portsFailingAt(calls, 'none', state), view, to);
    const cluster = { ...to, founder: false };
    expect(calls).toEqual([
      ['volume.quarantineEtcd', 'aaaaaaaa'],
      ['volume.setAsidePostgres', 'yielded'],
      ['volume.writeState', { ...state, cluster, intent: null, stale: null, etcd: fresh }],
    ]);
  });

  it.each(['quarantineEtcd', 'setAsidePostgres', 'writeState'])(
    'still belongs to its own one after a crash in %s, and goes on',
    async (step) => {
      const calls: Call[] = [];
      await expect(yieldCluster(portsFailingAt(calls, step, state), view, to)).rejects.toThrow(step);
      expect(calls.map(([method]) => method)).not.toContain('volume.writeState');
      const moved = aView({ state, volume: aVolume({ kind: 'absent' }, { etcdData: false }) });
      const again: Call[] = [];
      await yieldCluster(portsFailingAt(again, 'none', state), moved, to);
      expect(again.map(([method]) => method)).toEqual(['volume.writeState']);
    },
  );
});
