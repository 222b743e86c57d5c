import { describe, expect, it } from 'vitest';
import { type Mirror, mirrorSchema } from '../../identity/mirror.ts';
import type { NodeState } from '../../identity/node-state.ts';
import { decide as decideAll } from '../decide.ts';
import {
  aMemberDocument,
  aMemberState,
  aPeer,
  aRecord,
  aSilentPeer,
  aToldCluster,
  processesIn,
  seen,
  THIRD,
} from '../member-builder.ts';
import { remember } from '../remember.ts';
import type { View } from '../view.ts';
import { aMemory, anEtcdContent, aView, CLUSTER, NODE, OTHER } from '../view-builder.ts';
import {
  awaitRelease,
  fence,
  handOver,
  leaveStale,
  markStale,
  stopStalePatroni,
  stopWhileStale,
} from './standing.ts';

const records = [aRecord(NODE, '10.0.0.1'), aRecord(OTHER), aRecord(THIRD, '10.0.0.3')];
const mirror: Mirror = {
  version: 1,
  clusterId: CLUSTER,
  epoch: 1,
  members: records,
  voters: [NODE, OTHER, THIRD].map((nodeId) => `${nodeId}-aaaaaaaa.fluxpg`),
  lastPrimary: null,
  initialize: null,
  history: null,
  config: null,
};
const stopped: NodeState['stale'] = { cause: 'stopped', sinceWallMs: 1_800_000_000_000 - 600_000 };
const fenced: NodeState['stale'] = { cause: 'fenced', sinceWallMs: 1_800_000_000_000 - 600_000 };

/** A member of three, with a state that holds more than its standing. */
function aMember(difference: Partial<View> = {}, state: Partial<NodeState> = {}): View {
  const kept = { declaredGone: [], permittedAddresses: ['10.0.0.9'], restored: true };
  return aView({ mirror, state: aMemberState({ ...kept, ...state }), ...difference });
}

/** What the node does, its router being set already. */
function decide(view: View, heldBack: Parameters<typeof decideAll>[1]) {
  return decideAll(view, new Set([...heldBack, 'set-router-servers']));
}

/** As the loop does: the memory is of the same tick. */
function remembered(view: View): View {
  return { ...view, memory: remember(view) };
}

function lastTickAgo(view: View, ms: number, atMs: number | null = null): View {
  const lastTick = { atMs, wallMs: view.wallMs - ms };
  return { ...view, memory: { ...view.memory, standing: { ...view.memory.standing, lastTick } } };
}

describe('a node whose ticks had stopped', () => {
  it('is marked before anything else is done, for longer than the time after which it would fence', () => {
    expect(markStale.apply(lastTickAgo(aMember(), 300_000))).toBeNull();
    const view = lastTickAgo(aMember(), 300_001);
    expect(markStale.apply(view)).toEqual({
      action: {
        kind: 'persist-state',
        state: { ...view.state, stale: { cause: 'stopped', sinceWallMs: view.wallMs - 300_001 } },
      },
      reason: 'ticks-stopped',
      detail: '300 s',
    });
  });

  it('is marked when the monotonic clock alone shows it, or the wall clock went back', () => {
    const view = aMember();
    const paused = { atMs: view.nowMs - 300_001, wallMs: view.wallMs };
    const standing = { ...view.memory.standing, lastTick: paused };
    expect(markStale.apply({ ...view, memory: { ...view.memory, standing } })).not.toBeNull();
    expect(markStale.apply(lastTickAgo(view, -1))?.detail).toBe('the clock went back');
  });

  it('is marked once, also where it was fenced before', () => {
    expect(markStale.apply(lastTickAgo(aMember({}, { stale: stopped }), 400_000))).toBeNull();
    expect(markStale.apply(lastTickAgo(aMember({}, { stale: fenced }), 400_000))?.action).toMatchObject({
      state: { stale: { cause: 'stopped', sinceWallMs: fenced?.sinceWallMs } },
    });
  });

  it('is not marked without a cluster, on its first start, or while it founds and nobody else could go on', () => {
    expect(markStale.apply(lastTickAgo(aView(), 86_400_000))).toBeNull();
    expect(markStale.apply(aMember())).toBeNull();
    const cluster = { id: CLUSTER, epoch: 1, founder: true, seeding: true };
    expect(markStale.apply(lastTickAgo(aMember({ mirror: null }, { cluster }), 86_400_000))).toBeNull();
    expect(markStale.apply(lastTickAgo(aMember({}, { cluster }), 86_400_000))).not.toBeNull();
  });
});

/** A primary that no witness lists, last heard and listed so long ago. */
function delisted(peers: View['peers'], unassuredForMs: number, difference: Partial<View> = {}): View {
  const view = aMember({
    witnesses: {
      total: 1,
      answers: [{ witness: 'w', addresses: ['10.0.0.2', '10.0.0.3'], atMs: 1_000_000 }],
    },
    peers,
    ...difference,
  });
  const sinceMs = view.nowMs - unassuredForMs;
  const fencing = {
    ...view.memory.standing.fencing,
    assuredAtMs: sinceMs,
    listedAtMs: sinceMs,
    witnessTotal: 1,
  };
  const standing = { ...view.memory.standing, fencing };
  return remembered({ ...view, memory: { ...view.memory, standing } });
}

const primary = seen({
  role: 'primary',
  state: 'running',
  timeline: 1,
  lsn: '0/1',
  streaming: false,
  replicating: [],
});
const standby = { role: 'replica', state: 'running', timeline: 1, lsn: '0/1', streaming: true };
const second = aPeer(aMemberDocument({ postgres: standby }));
const third = aPeer(aMemberDocument({ nodeId: THIRD, address: '10.0.0.3', postgres: standby }));

describe('a node that is neither listed nor in contact with all', () => {
  it('fences itself in time, and keeps all else that it has persisted', () => {
    const peers = [second, aSilentPeer('10.0.0.3')];
    expect(fence.apply(delisted(peers, 299_999))).toBeNull();
    const view = delisted(peers, 300_000);
    expect(fence.apply(view)).toEqual({
      action: {
        kind: 'persist-state',
        state: { ...view.state, stale: { cause: 'fenced', sinceWallMs: view.wallMs - 300_000 } },
      },
      reason: 'delisted-and-cut-off',
      detail: THIRD,
    });
    expect(fence.apply({ ...view, state: { ...view.state, stale: fenced } })).toBeNull();
  });

  it('counts a former voter that is silent, and nobody who is gone', () => {
    const etcd = seen(anEtcdContent({ records: records.slice(0, 2), formerVoters: [THIRD] }));
    expect(fence.apply(delisted([second], 300_000, { etcd }))?.detail).toBe(THIRD);
    const state = aMemberState({ declaredGone: [THIRD] });
    expect(fence.apply(delisted([second], 299_999, { etcd, state }))).toBeNull();
    expect(fence.apply(delisted([second], 299_999, { etcd }))).toBeNull();
  });

  it('claims no contact with members that it does not know', () => {
    expect(fence.apply(delisted([second, third], 300_000, { mirror: null }))).not.toBeNull();
  });

  it('takes an assurance that comes too late for none: others may have recovered in between', () => {
    expect(fence.apply(delisted([second, third], 300_000))?.reason).toBe('delisted-and-cut-off');
  });

  it('does not fence while it hears all of them, while it is listed, or without witnesses', () => {
    const inContact = delisted([second, third], 299_999);
    expect(fence.apply(inContact)).toBeNull();
    const later = { ...inContact, nowMs: inContact.nowMs + 299_000, lookedAtMs: inContact.nowMs + 299_000 };
    expect(fence.apply(remembered(later))).toBeNull();
    const lists = [{ witness: 'w', addresses: ['10.0.0.1'], atMs: 1_000_000 }];
    const listedNow = { witnesses: { total: 1, answers: lists } };
    expect(fence.apply(delisted([], 299_999, listedNow))).toBeNull();
    expect(fence.apply(remembered(aMember()))).toBeNull();
    expect(fence.apply(aView())).toBeNull();
  });

  it('hands leadership over to a listed standby while it hears all, once in each spell', () => {
    const etcd = seen(anEtcdContent({ records }));
    const view = delisted([second, third], 299_000, { postgres: primary, etcd });
    const memory = (listedForMs: number) => {
      const { standing } = view.memory;
      const fencing = { ...standing.fencing, listedAtMs: view.nowMs - listedForMs };
      return { ...view.memory, standing: { ...standing, fencing } };
    };
    expect(handOver.apply({ ...view, memory: memory(299_999) })).toBeNull();
    const due = memory(300_000);
    expect(fence.apply({ ...view, memory: due })).toBeNull();
    expect(handOver.apply({ ...view, memory: due })).toMatchObject({
      action: { kind: 'hand-over', to: OTHER },
      reason: 'delisted-hands-over',
    });
    const fencing = { ...due.standing.fencing, handedOver: true };
    const done = { ...due, standing: { ...due.standing, fencing } };
    expect(handOver.apply({ ...view, memory: done })).toBeNull();
  });
});

describe('a hand-over of leadership', () => {
  const due = (difference: Partial<View>) => {
    const view = delisted([second, third], 0, {
      postgres: primary,
      processes: processesIn({ etcd: 'running' }),
      ...difference,
    });
    const { standing } = view.memory;
    const fencing = { ...standing.fencing, listedAtMs: view.nowMs - 300_000 };
    return { ...view, memory: { ...view.memory, standing: { ...standing, fencing } } };
  };
  const etcd = seen(anEtcdContent({ records }));
  /** What comes before it and is on disk or in etcd already. */
  const done = ['write-hosts', 'write-mirror', 'put-record'] as const;
  const kindOf = (difference: Partial<View>) => decide(due(difference), new Set(done)).action.kind;

  it('is asked of a primary alone, and only a listed standby that streams is asked for', () => {
    expect(kindOf({ etcd })).toBe('hand-over');
    const replica = seen({ ...primary.value, role: 'replica' });
    expect(kindOf({ etcd, postgres: replica })).not.toBe('hand-over');
    const idle = [aPeer(aMemberDocument()), aPeer(aMemberDocument({ nodeId: THIRD, address: '10.0.0.3' }))];
    expect(kindOf({ etcd, peers: idle })).not.toBe('hand-over');
  });

  it('that cannot be asked for keeps the node from nothing else', () => {
    const held = decide(due({ etcd }), new Set([...done, 'hand-over']));
    expect(held.action.kind).toBe('apply-patroni-config');
    const unreachable = { ok: false as const, error: 'no leader' };
    expect(decide(due({ etcd: unreachable }), new Set(done)).reason).not.toBe('delisted-hands-over');
    expect(handOver.apply(due({ etcd: unreachable }))).toBeNull();
  });
});

describe('a stale node', () => {
  const running = processesIn({ patroni: 'running', etcd: 'running' });

  it('stops Patroni, then etcd; one that was only fenced keeps its etcd', () => {
    const view = aMember({ processes: running }, { stale: stopped });
    expect(stopWhileStale.apply(view)).toMatchObject({
      action: { kind: 'stop-program', program: 'patroni' },
      reason: 'stale',
    });
    const etcdOnly = processesIn({ etcd: 'running' });
    expect(stopWhileStale.apply({ ...view, processes: etcdOnly })?.action).toEqual({
      kind: 'stop-program',
      program: 'etcd',
    });
    const kept = aMember({ processes: running }, { stale: fenced });
    expect(stopWhileStale.apply(kept)).toMatchObject({
      action: { kind: 'stop-program', program: 'patroni' },
      reason: 'fenced',
    });
    expect(stopWhileStale.apply({ ...kept, processes: etcdOnly })).toBeNull();
  });

  it('stops Patroni before it notes why, and only then its etcd', () => {
    const view = lastTickAgo(aMember({ processes: running }), 400_000);
    const stops = { action: { kind: 'stop-program', program: 'patroni' } };
    expect(stopStalePatroni.apply(view)).toMatchObject({ ...stops, reason: 'stale' });
    expect(decide(view, new Set())).toMatchObject(stops);
    const down = { ...view, processes: processesIn({ etcd: 'running' }) };
    expect(stopStalePatroni.apply(down)).toBeNull();
    expect(decide(down, new Set()).reason).toBe('ticks-stopped');
    // A Patroni that cannot be stopped does not keep the mark from being written.
    expect(decide(view, new Set(['stop-program'])).reason).toBe('ticks-stopped');
    expect(stopStalePatroni.apply(aMember({ processes: running }))).toBeNull();
  });

  it('stops nothing where only the wall clock moved, before the others had a tick to answer', () => {
    const running = processesIn({ patroni: 'running', etcd: 'running' });
    const member = aMember({ processes: running });
    const moved = lastTickAgo(member, 400_000, member.nowMs - 5000);
    expect(stopStalePatroni.apply(moved)).toBeNull();
    expect(decide(moved, new Set()).reason).toBe('ticks-stopped');
    const marked = aMember({ processes: running, peers: [second, third] }, { stale: stopped });
    expect(stopStalePatroni.apply(remembered(lastTickAgo(marked, 0, marked.nowMs)))).toBeNull();
    const silent = { ...marked, peers: [second, aSilentPeer('10.0.0.3')] };
    expect(stopStalePatroni.apply(remembered(lastTickAgo(silent, 0, silent.nowMs)))).not.toBeNull();
    expect(stopStalePatroni.apply(lastTickAgo(member, 400_000, member.nowMs - 300_001))).not.toBeNull();
  });

  it('stops a PostgreSQL that has outlived its Patroni', () => {
    const processes = processesIn({ postgres: 'running' });
    for (const stale of [stopped, fenced]) {
      expect(stopWhileStale.apply(aMember({ processes }, { stale }))?.action).toEqual({
        kind: 'stop-program',
        program: 'patroni',
      });
    }
    expect(stopWhileStale.apply(aMember({ processes: processesIn({}) }, { stale: stopped }))).toBeNull();
  });

  it('stops although its flag could not be written', () => {
    const view = lastTickAgo(aMember({ processes: running }), 400_000);
    expect(stopWhileStale.apply(view)?.action).toEqual({ kind: 'stop-program', program: 'patroni' });
    const cut = { ...delisted([second, aSilentPeer('10.0.0.3')], 300_000), processes: running };
    expect(stopWhileStale.apply(cut)).toMatchObject({ reason: 'fenced' });
    expect(stopWhileStale.apply(aMember({ processes: running }))).toBeNull();
  });

  it('is released once every member has answered in no later epoch, and loses nothing else', () => {
    const view = remembered(aMember({ peers: [second, third] }, { stale: stopped }));
    expect(leaveStale.apply(view)).toEqual({
      action: { kind: 'persist-state', state: { ...view.state, stale: null } },
      reason: 'stale-all-accounted',
      detail: '',
    });
    expect(leaveStale.apply(remembered(aMember({ peers: [second, third] })))).toBeNull();
  });

  it('is released when the one that does not answer is gone', () => {
    const state = { stale: stopped, declaredGone: [THIRD] };
    expect(leaveStale.apply(remembered(aMember({ peers: [second] }, state)))?.reason).toBe(
      'stale-all-accounted',
    );
  });

  it('waits for members that came while it was away, of whom its etcd or a stale peer knows', () => {
    const fourth = aRecord(CLUSTER, '10.0.0.4');
    const newer = mirrorSchema.parse({ ...mirror, revision: 99, members: [...records, fourth] });
    const cluster = { id: CLUSTER, epoch: 1, seededBy: null, superuser: 'app', foundedAtMs: 0 };
    const reading = remembered(
      aMember(
        { peers: [second, third], etcd: seen(anEtcdContent({ cluster, records: [...records, fourth] })) },
        { stale: stopped },
      ),
    );
    expect(leaveStale.apply(reading)).toBeNull();
    const teller = aPeer(aMemberDocument({ stale: 'fenced', mirror: newer }));
    const hearing = remembered(aMember({ peers: [teller, third] }, { stale: stopped }));
    expect(leaveStale.apply(hearing)).toBeNull();
    // The teller falls silent again before its mirror was written down.
    const later = remembered({
      ...hearing,
      nowMs: hearing.nowMs + 1000,
      peers: [aSilentPeer('10.0.0.2'), third],
    });
    expect(leaveStale.apply(later)).toBeNull();
    expect(awaitRelease.apply(later)?.detail).toBe(CLUSTER);
  });

  it('is released by enough voters that were never stale, if it is listed', () => {
    const vouching = [OTHER, THIRD].map((nodeId, index) =>
      aPeer(aMemberDocument({ nodeId, address: `10.0.0.${index + 2}`, notStaleForMs: 600_000 })),
    );
    const four = { ...mirror, members: [...records, aRecord(CLUSTER, '10.0.0.4')] };
    const answers = [{ witness: 'w', addresses: ['10.0.0.1'], atMs: 1_000_000 }];
    const view = (difference: Partial<View>) =>
      leaveStale.apply(
        remembered(
          aMember(
            { mirror: four, peers: vouching, witnesses: { total: 1, answers }, ...difference },
            { stale: stopped },
          ),
        ),
      );
    expect(view({})?.reason).toBe('stale-voters-vouch');
    expect(view({ witnesses: { total: 1, answers: [] } })).toBeNull();
    const without = { witnesses: { total: 0, answers: [] } };
    expect(view(without)?.reason).toBe('stale-voters-vouch');
    // Nine are agreed on, and none of them has been asked: the node would have to fence again at once.
    const { standing } = aMemory();
    const agreed = aMemory({ standing: { ...standing, fencing: { ...standing.fencing, witnessTotal: 9 } } });
    expect(view({ ...without, memory: agreed })).toBeNull();
    expect(view({ peers: vouching.slice(0, 1) })).toBeNull();
    expect(view({ wallMs: 1_800_000_000_001 })).toBeNull();
  });

  it.each<[string, Partial<View>]>([
    ['stale-waits', { peers: [second, aSilentPeer('10.0.0.3')] }],
    ['stale-mirror-unknown', { mirror: null, peers: [second, third] }],
    [
      'stale-epoch-passed',
      { peers: [aPeer(aMemberDocument({ cluster: aToldCluster({ epoch: 2 }) })), third] },
    ],
  ])('waits for %s', (reason, difference) => {
    const view = remembered(aMember(difference, { stale: stopped }));
    expect(leaveStale.apply(view)).toBeNull();
    expect(awaitRelease.apply(view)).toMatchObject({ action: { kind: 'wait' }, reason });
  });

  it('takes no answer that is older than 5 s', () => {
    const late = aPeer(aMemberDocument({ nodeId: THIRD, address: '10.0.0.3', ageMs: 5001 }));
    const view = remembered(aMember({ peers: [second, late] }, { stale: stopped }));
    expect(leaveStale.apply(view)).toBeNull();
    expect(awaitRelease.apply(view)?.detail).toBe(THIRD);
  });

  it('has nothing to wait for when it is not stale', () => {
    expect(awaitRelease.apply(remembered(aMember()))).toBeNull();
    expect(awaitRelease.apply(remembered(aView()))).toBeNull();
  });
});
