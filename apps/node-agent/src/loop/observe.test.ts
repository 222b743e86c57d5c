import { describe, expect, it } from 'vitest';
import {
  aDocument,
  aMemberState,
  aMirror,
  aRecord,
  aRunningPostgres,
  processesIn,
  seen,
  THIRD,
} from './member-builder.ts';
import { observe } from './observe.ts';
import type { Ports } from './ports.ts';
import { anEndpoint, type Call, somePorts, someReadings } from './ports-builder.ts';
import type { Memory, View } from './view.ts';
import { anEtcdContent, aView, CLUSTER, NODE, OTHER } from './view-builder.ts';

const listing = seen({
  instances: ['10.0.0.1', '10.0.0.2'].map((address) => ({ address, runningSinceMs: null })),
});
const status = {
  memberId: '1',
  leaderId: '1' as string | null,
  raftTerm: 2,
  raftIndex: 5,
  raftAppliedIndex: 5,
  dbSizeBytes: 0,
  isLearner: false,
  version: '3.5.30',
  errors: [],
};

function look(
  difference: Partial<Ports>,
  { memory = {}, previous = null }: { memory?: Partial<Memory>; previous?: View | null } = {},
): Promise<View> {
  const view = aView();
  const ports = somePorts([], { flux: { readings: () => someReadings({ listing }) }, ...difference });
  return observe(ports, view.config, { ...view.memory, ...memory }, view.applied, previous);
}

describe('what a node sees', () => {
  it('is what can be read, and an error for what cannot', async () => {
    const view = await look({});
    expect(view.processes).toMatchObject({ ok: true });
    expect(view.localEtcd).toEqual({ ok: false, error: 'refused' });
    expect(view.postgres).toEqual({ ok: false, error: 'refused' });
    expect(view.listing).toBe(listing);
    expect(view.ownAddress?.address).toBe('10.0.0.1');
  });

  it('has nothing of an etcd before there is a cluster', async () => {
    const calls: Call[] = [];
    const list = async (prefix: string) => {
      calls.push(['list', prefix]);
      return { entries: [], revision: 1 };
    };
    const view = await look({ routedEtcd: anEndpoint('routed', calls, { list }) });
    expect(view.etcd).toEqual({ ok: false, error: 'no cluster yet' });
    expect(calls).toEqual([]);
  });

  it('comes from the own etcd while it serves, else from any voter through the router', async () => {
    const volume = { ...somePorts([]).volume, state: () => aMemberState() };
    const read = async (reading: typeof status) => {
      const asked: Call[] = [];
      const endpoint = (name: string) =>
        anEndpoint(name, asked, {
          status: async () => reading,
          members: async () => {
            asked.push([name]);
            return [];
          },
          list: async () => ({ entries: [], revision: 1 }),
        });
      const ports = { volume, localEtcd: endpoint('local'), routedEtcd: endpoint('routed') };
      expect((await look(ports)).etcd.ok).toBe(true);
      return asked.map(([name]) => name);
    };
    expect(await read(status)).toEqual(['local']);
    expect(await read({ ...status, isLearner: true })).toEqual(['routed']);
    expect(await read({ ...status, leaderId: null })).toEqual(['routed']);
  });

  it('of PGDATA depends on whether Patroni is at work on it', async () => {
    const asked: boolean[] = [];
    const base = somePorts([]);
    const inspect = async ({ patroniAlive }: { patroniAlive: boolean }) => {
      asked.push(patroniAlive);
      return aView().volume;
    };
    const volume = { ...base.volume, inspect };
    await look({ volume });
    // Or a PostgreSQL that has outlived it.
    for (const running of [processesIn({ patroni: 'stopping' }), processesIn({ postgres: 'running' })]) {
      const processes = async () => (running.ok ? running.value : []);
      await look({ volume, supervisor: { ...base.supervisor, processes } });
    }
    expect(asked).toEqual([false, true, true]);
  });

  it('of PGDATA depends on the timeline that PostgreSQL says it runs on', async () => {
    const asked: unknown[] = [];
    const base = somePorts([]);
    const inspect: Ports['volume']['inspect'] = async ({ runningTimeline }) => {
      asked.push(runningTimeline);
      return aView().volume;
    };
    const volume = { ...base.volume, inspect };
    for (const state of ['running', 'starting']) {
      await look({ volume, patroni: { status: async () => aRunningPostgres({ state, timeline: 3 }) } });
    }
    await look({ volume });
    expect(asked).toEqual([3, null, null]);
  });
});

describe('the peers', () => {
  it('that are asked are listed, known or have called, each once and never the node itself', async () => {
    const asked: [string, number][] = [];
    const askPeer: Ports['askPeer'] = async (address, port) => {
      asked.push([address, port]);
      return { kind: 'silent', reason: 'refused', detail: 'refused', arrivedMsAgo: 0 };
    };
    const moved = { ...aRecord(THIRD, '10.0.0.3'), ports: { ...aRecord(THIRD).ports, patroniApi: 18_008 } };
    const etcd = seen(anEtcdContent({ records: [aRecord(NODE, '10.9.9.9'), aRecord(OTHER), moved] }));
    const callers = () => [{ nodeId: THIRD, address: '10.0.0.4', port: 8008, calledAtMs: 7 }];
    const view = await look({ askPeer, callers }, { previous: aView({ etcd }) });
    expect(asked.sort()).toEqual([
      ['10.0.0.2', 8008],
      ['10.0.0.3', 18_008],
      ['10.0.0.4', 8008],
    ]);
    const listed = view.peers.filter((peer) => peer.listed).map(({ address }) => address);
    expect(listed).toEqual(['10.0.0.2']);
    expect(view.calledAtMs).toEqual({ [THIRD]: 7 });
  });

  it('are known from the mirror before etcd has been read', async () => {
    const mirror = aMirror({ members: [aRecord(NODE), aRecord(THIRD, '10.0.0.3')] });
    const volume = { ...somePorts([]).volume, mirror: () => mirror };
    const { peers } = await look({ volume });
    expect(peers.map(({ address }) => address)).toEqual(['10.0.0.2', '10.0.0.3']);
  });

  it('have who sealed the cluster among them, where it was last', async () => {
    const sealedBy = { nodeId: THIRD, address: '10.0.0.3' };
    const state = () => aMemberState({ cluster: { id: CLUSTER, epoch: 1, founder: false, sealedBy } });
    const view = await look({ volume: { ...somePorts([]).volume, state } });
    expect(view.peers.map(({ address, listed }) => [address, listed])).toEqual([
      ['10.0.0.2', true],
      ['10.0.0.3', false],
    ]);
  });

  it('are waited for until they have been silent for 3 s, and a late answer is as old as it is', async () => {
    const patience: number[] = [];
    const askPeer: Ports['askPeer'] = async (_address, _port, patienceMs) => {
      patience.push(patienceMs);
      return {
        kind: 'authenticated',
        document: aDocument({ ageMs: 300 }),
        roundTripMs: 5,
        arrivedMsAgo: 700,
      };
    };
    const silentFor = (ms: number) =>
      look({ askPeer }, { memory: { silentSinceMs: { '10.0.0.2': 1_000_000 - ms } } });
    const view = await silentFor(2999);
    expect(view.peers[0]?.heard).toMatchObject({ kind: 'authenticated', document: { ageMs: 1000 } });
    await silentFor(3000);
    expect(patience).toEqual([Number.POSITIVE_INFINITY, 0]);
  });

  it('are not more than any app has', async () => {
    const instances = Array.from({ length: 250 }, (_, index) => ({
      address: `10.1.0.${index}`,
      runningSinceMs: null,
    }));
    const flux = { readings: () => someReadings({ listing: seen({ instances }) }) };
    expect((await look({ flux })).peers).toHaveLength(110);
  });

  it('that are silent have been so since the tick that first noticed', async () => {
    const nowMs = aView().nowMs;
    const heard = async (memory: Partial<Memory>) => (await look({}, { memory })).peers[0]?.heard;
    expect(await heard({})).toMatchObject({ kind: 'silent', forMs: 0 });
    expect(await heard({ silentSinceMs: { '10.0.0.2': nowMs - 9000 } })).toMatchObject({ forMs: 9000 });
  });

  it('that answer without proof are present', async () => {
    const askPeer: Ports['askPeer'] = async () => ({
      kind: 'present',
      reason: 'unverifiable',
      detail: 'another key',
      arrivedMsAgo: 0,
    });
    expect((await look({ askPeer })).peers[0]?.heard).toEqual({ kind: 'present', detail: 'another key' });
  });
});
