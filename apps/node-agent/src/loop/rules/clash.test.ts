import { describe, expect, it } from 'vitest';
import type { Mirror } from '../../identity/mirror.ts';
import {
  aCopy,
  aDocument,
  aMemberDocument,
  aMemberState,
  aMirror,
  aPeer,
  aToldCluster,
  aVolume,
  processesIn,
  seen,
  THIRD,
} from '../member-builder.ts';
import type { EtcdContent, View } from '../view.ts';
import { anEtcdContent, aView, CLUSTER, NODE, OTHER } from '../view-builder.ts';
import { patroniConfig } from '../wanted/patroni-config.ts';
import { endClash, tellClash, userData } from './clash.ts';
import { runPatroni } from './patroni.ts';

const FOREIGN = '88888888-8888-4888-8888-888888888888';

/** A member of `CLUSTER`, founded at 100, that meets a node of `FOREIGN`. */
function meeting(
  foreign: Parameters<typeof aToldCluster>[0],
  content: Partial<EtcdContent> = {},
  difference: Partial<View> = {},
): View {
  const cluster = { id: CLUSTER, epoch: 1, seededBy: null, superuser: 'postgres', foundedAtMs: 100 };
  return aView({
    state: aMemberState(),
    etcd: seen(anEtcdContent({ cluster, userData: true, ...content })),
    peers: [aPeer(aMemberDocument({ cluster: aToldCluster({ id: FOREIGN, ...foreign }) }))],
    ...difference,
  });
}

const withData = { userData: true, foundedAtMs: 50 };
const running = processesIn({ patroni: 'running', etcd: 'running' });

describe('two clusters that meet', () => {
  it('are compared by the own founding time also while the etcd that answers is empty, or of the other one', () => {
    const mirror = aMirror({ foundedAtMs: 100, userData: true });
    const foreign = { userData: true, foundedAtMs: 150 };
    expect(endClash.apply(meeting(foreign, { cluster: null }, { mirror, processes: running }))).toBeNull();
    const other = { id: FOREIGN, epoch: 1, seededBy: null, superuser: 'postgres', foundedAtMs: 150 };
    expect(endClash.apply(meeting(foreign, { cluster: other }, { mirror, processes: running }))).toBeNull();
    const older = { ...foreign, foundedAtMs: 50 };
    expect(endClash.apply(meeting(older, { cluster: null }, { mirror, processes: running }))?.reason).toBe(
      'younger-cluster-stops',
    );
  });

  it('are none while all are of this one, or of none', () => {
    const peers = [aPeer(aMemberDocument()), aPeer(aDocument({ nodeId: THIRD }), { address: '10.0.0.3' })];
    expect(endClash.apply(meeting({}, {}, { peers }))).toBeNull();
    expect(endClash.apply(meeting({}, {}, { state: aView().state }))).toBeNull();
  });

  it('end with the empty one giving itself up, only after all of it was stopped', () => {
    const view = meeting(
      { ...withData, epoch: 3, seededBy: OTHER },
      { userData: false },
      { processes: running },
    );
    expect(endClash.apply(view)).toMatchObject({
      action: { kind: 'stop-program', program: 'patroni' },
      reason: 'empty-cluster-yields',
    });
    const orphaned = processesIn({ postgres: 'running', etcd: 'running' });
    expect(endClash.apply({ ...view, processes: orphaned })?.action).toEqual({
      kind: 'stop-program',
      program: 'patroni',
    });
    const etcd = { ...view, processes: processesIn({ etcd: 'running' }) };
    expect(endClash.apply(etcd)?.action).toEqual({ kind: 'stop-program', program: 'etcd' });
    expect(endClash.apply({ ...view, processes: processesIn({}) })).toMatchObject({
      action: { kind: 'yield-cluster', to: { id: FOREIGN, epoch: 3, seededBy: OTHER } },
      reason: 'empty-cluster-yields',
    });
  });

  it('end with the younger of two empty ones giving itself up', () => {
    const younger = meeting({ userData: false, foundedAtMs: 50 }, { userData: false });
    expect(endClash.apply(younger)?.reason).toBe('younger-empty-cluster-yields');
    expect(endClash.apply(meeting({ userData: false, foundedAtMs: 150 }, { userData: false }))).toBeNull();
  });

  it('never end with data given up: the younger stops PostgreSQL, keeps its etcd, and does not start it again', () => {
    const view = meeting(withData, {}, { processes: running });
    expect(endClash.apply(view)).toMatchObject({
      action: { kind: 'stop-program', program: 'patroni' },
      reason: 'younger-cluster-stops',
    });
    const content = { cluster: view.etcd.ok ? view.etcd.value.cluster : null, userData: true };
    const patroni = { ...anEtcdContent().patroni, initialize: '7000', config: '{}' };
    const down = meeting(withData, { ...content, patroni }, { volume: aVolume(aCopy('7000')) });
    expect(endClash.apply(down)).toBeNull();
    const configured = { ...down, applied: { ...down.applied, patroniConfig: patroniConfig(down) } };
    expect(runPatroni.apply(configured)).toMatchObject({
      action: { kind: 'wait' },
      reason: 'younger-cluster-stops',
    });
    expect(runPatroni.apply({ ...configured, peers: [] })?.action).toEqual({ kind: 'start-patroni' });
  });

  it('leave the older one with data alone', () => {
    expect(
      endClash.apply(meeting({ userData: true, foundedAtMs: 150 }, {}, { processes: running })),
    ).toBeNull();
    expect(endClash.apply(meeting({ userData: false }, {}, { processes: running }))).toBeNull();
  });

  it('are told on both sides: the one that stays names the other while it serves on', () => {
    const stays = meeting({ userData: true, foundedAtMs: 150 }, {}, { processes: running });
    expect(tellClash.apply(stays)).toMatchObject({
      action: { kind: 'wait' },
      reason: 'other-cluster-stops',
      detail: expect.stringContaining(FOREIGN),
    });
    expect(tellClash.apply(meeting({ userData: false }))?.reason).toBe('other-cluster-yields');
    // Whoever gives way says so by what it does.
    expect(tellClash.apply(meeting(withData))).toBeNull();
    expect(tellClash.apply(meeting({}, {}, { peers: [aPeer(aMemberDocument())] }))).toBeNull();
    expect(tellClash.apply(meeting({}, {}, { state: aView().state }))).toBeNull();
  });

  it('count a member of the own cluster that does not know as one with data', () => {
    const view = meeting(withData, { userData: false });
    const own = aPeer(aMemberDocument({ nodeId: THIRD, address: '10.0.0.3' }));
    const knowing = {
      ...own,
      heard: aPeer(aMemberDocument({ cluster: aToldCluster({ userData: false }) })).heard,
    };
    expect(endClash.apply({ ...view, peers: [...view.peers, own] })).toBeNull();
    expect(endClash.apply({ ...view, peers: [...view.peers, knowing] })?.action.kind).toBe('yield-cluster');
  });
});

describe('what a node knows of user data', () => {
  const mirror: Mirror = {
    version: 1,
    clusterId: CLUSTER,
    epoch: 1,
    members: [],
    voters: [],
    lastPrimary: null,
    userData: true,
    initialize: null,
    history: null,
    config: null,
  };
  const state = aMemberState();

  it('is what its own etcd says, else what the mirror of its cluster kept, else nothing', () => {
    expect(userData(aView({ state, mirror, etcd: seen(anEtcdContent({ userData: false })) }))).toBe(false);
    expect(userData(aView({ state, mirror }))).toBe(true);
    expect(userData(aView({ state, mirror: { ...mirror, clusterId: OTHER } }))).toBeNull();
    expect(userData(aView({ state }))).toBeNull();
  });

  it('is not what the etcd of another cluster or epoch says', () => {
    const cluster = { id: OTHER, epoch: 1, seededBy: null, superuser: 'postgres', foundedAtMs: 0 };
    const etcd = seen(anEtcdContent({ userData: false, cluster }));
    expect(userData(aView({ state, etcd }))).toBeNull();
    expect(
      userData(aView({ state, etcd: seen(anEtcdContent({ userData: false, cluster: null })) })),
    ).toBeNull();
  });

  it('is that there is none in a cluster that was sealed empty and never served', () => {
    const sealed = (difference: object) =>
      userData(
        aView({
          state: aMemberState({
            cluster: { id: CLUSTER, epoch: 1, founder: true, seeding: true, ...difference },
          }),
        }),
      );
    expect(sealed({})).toBe(false);
    expect(sealed({ adopts: '7000' })).toBeNull();
    expect(sealed({ epoch: 2, seededBy: NODE })).toBeNull();
    expect(sealed({ seeding: false })).toBeNull();
  });
});
