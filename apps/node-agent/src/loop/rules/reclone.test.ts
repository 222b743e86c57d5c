import { describe, expect, it } from 'vitest';
import { decide } from '../decide.ts';
import {
  aCopy,
  aMemberDocument,
  aMemberState,
  aPeer,
  aRecord,
  aRunningPostgres,
  aSilentPeer,
  aVolume,
  processesIn,
  seen,
  THIRD,
} from '../member-builder.ts';
import { recloneEvidence } from '../reclone-evidence.ts';
import { remember } from '../remember.ts';
import type { EtcdContent, View } from '../view.ts';
import { aMemory, anEtcdContent, aView, NODE, OTHER } from '../view-builder.ts';
import { awaitReclone, reclone, releaseQuarantine, tendRecloneOrder } from './reclone.ts';

const SYSTEM = '7000';
const PRIMARY = { role: 'primary', state: 'running', timeline: 1, lsn: '0/2000000', streaming: false };
const leading = aMemberDocument({
  volume: { postgres: { ...aMemberDocument().volume.postgres, systemId: SYSTEM }, etcd: true },
  postgres: PRIMARY,
});
const third = aMemberDocument({
  nodeId: THIRD,
  address: '10.0.0.3',
  postgres: { role: 'replica', state: 'running', timeline: 1, lsn: '0/2000000', streaming: true },
});

function content(patroni: Partial<EtcdContent['patroni']> = {}): View['etcd'] {
  const { patroni: keys, ...rest } = anEtcdContent({
    records: [aRecord(NODE, '10.0.0.1'), aRecord(OTHER), aRecord(THIRD, '10.0.0.3')],
  });
  return seen({ ...rest, patroni: { ...keys, initialize: SYSTEM, leader: OTHER, ...patroni } });
}

/** A standby that receives nothing, beside a leader that serves. */
function stuck(difference: Partial<View> = {}): View {
  return aView({
    state: aMemberState(),
    etcd: content(),
    processes: processesIn({ etcd: 'running', patroni: 'running' }),
    postgres: seen(aRunningPostgres({ role: 'replica', lsn: '0/1000078' })),
    peers: [aPeer(leading), aPeer(third)],
    ...difference,
  });
}

/** Ticks of this node for so many minutes, each with what the one before remembered. */
function after(minutes: number, difference: Partial<View> = {}): View {
  let view = stuck(difference);
  const endMs = view.nowMs + minutes * 60_000;
  for (let { nowMs } = view; nowMs <= endMs; nowMs += 5000) {
    const now = { ...view, nowMs, lookedAtMs: nowMs };
    view = { ...now, memory: remember(now) };
  }
  return view;
}

const STOPPED = processesIn({ etcd: 'running', patroni: 'stopped' });

/** The same node a moment later, with Patroni stopped and its disk read. */
function stopped(view: View, difference: Partial<View> = {}): View {
  const down = {
    ...view,
    processes: STOPPED,
    postgres: { ok: false as const, error: 'refused' },
    volume: aVolume(aCopy(SYSTEM)),
    ...difference,
  };
  return { ...down, memory: remember(down) };
}

describe('a replica that cannot follow the leader', () => {
  it('is left to Patroni for five minutes', () => {
    expect(reclone.apply(after(4.9))).toBeNull();
    expect(awaitReclone.apply(after(4.9))).toBeNull();
  });

  it('is announced, then Patroni is stopped, then PGDATA is moved aside before Patroni could start again', () => {
    expect(reclone.apply(after(5))).toMatchObject({ action: { kind: 'wait' }, reason: 'reclone-announced' });
    const due = after(6);
    expect(reclone.apply(due)).toMatchObject({
      action: { kind: 'stop-program', program: 'patroni' },
      reason: 'reclone-stopping',
    });
    const heldBack = new Set(['set-router-servers', 'write-hosts', 'write-mirror'] as const);
    expect(decide(stopped(due), heldBack).action.kind).not.toBe('start-patroni');
    expect(reclone.apply(stopped(due))).toMatchObject({
      action: {
        kind: 'set-aside-pgdata',
        why: 'in-22222222-1-0000000001000078',
        releaseInitialize: false,
      },
      reason: 'reclone-set-aside',
    });
  });

  it('is left alone once PGDATA is empty, so that Patroni clones', () => {
    const emptied = stopped(after(6), { volume: aVolume({ kind: 'absent' }) });
    expect(reclone.apply(emptied)).toBeNull();
  });

  it('is not stopped for a copy of another system', () => {
    expect(reclone.apply(stopped(after(6), { volume: aVolume(aCopy('8000')) }))).toBeNull();
  });

  it('waits, and says so, while another node is cloned, a standby is synchronous, or Patroni is paused', () => {
    const cloning = { ...third, postgres: null, reason: 'reclone-stopping' };
    const busy = after(6, { peers: [aPeer(leading), aPeer(cloning)] });
    expect(reclone.apply(busy)).toBeNull();
    expect(awaitReclone.apply(busy)).toMatchObject({ reason: 'other-node-reclones', detail: THIRD });
    const sync = JSON.stringify({ leader: OTHER, sync_standby: NODE });
    expect(awaitReclone.apply(after(6, { etcd: content({ sync }) }))?.reason).toBe('synchronous-standby');
    const config = JSON.stringify({ pause: true });
    expect(awaitReclone.apply(after(6, { etcd: content({ config }) }))?.detail).toBe('Patroni is paused');
  });

  it('is left alone while nobody proves to lead', () => {
    const silent = after(60, { peers: [aPeer({ ...leading, postgres: null }), aPeer(third)] });
    expect(reclone.apply(silent)).toBeNull();
    expect(reclone.apply(after(60, { etcd: content({ leader: null }) }))).toBeNull();
    expect(reclone.apply(after(60, { etcd: { ok: false, error: 'timeout' } }))).toBeNull();
  });

  it('waits for space where the copy may have to go for it', () => {
    const volume = aVolume({ kind: 'absent' }, { freeBytes: 5 * 1024 ** 3 });
    const later = aRunningPostgres({ role: 'replica', timeline: 2, lsn: '0/1000078' });
    const short = after(6, { volume, postgres: seen(later) });
    expect(reclone.apply(short)).toBeNull();
    expect(awaitReclone.apply(short)?.reason).toBe('space-short');
  });
});

describe('a copy that a person gives up', () => {
  const recloneOrder = { leader: OTHER, timeline: 1, setAside: false };
  const ordered = { state: aMemberState({ recloneOrder }) };
  const SHORT = { freeBytes: 5 * 1024 ** 3 };
  const unknown = { ...aCopy(SYSTEM), walEnd: null, walEndUnknown: 'no pg_waldump' } as const;

  it('is announced at once, stopped and moved aside, although nobody can tell what is in it and there is no room', () => {
    const down = { ...ordered, postgres: { ok: false as const, error: 'refused' } };
    expect(reclone.apply(after(0, down))).toMatchObject({ reason: 'reclone-announced' });
    const due = after(0.5, down);
    expect(reclone.apply(due)?.action).toEqual({ kind: 'stop-program', program: 'patroni' });
    const volume = aVolume(unknown, SHORT);
    expect(reclone.apply(stopped(due, { volume }))?.action).toMatchObject({ why: 'given-up' });
    expect(reclone.apply(stopped({ ...due, state: aMemberState() }, { volume }))).toBeNull();
  });

  it('is not moved a second time, and is deleted for the new one, whoever is silent', () => {
    const volume = aVolume({ kind: 'absent' }, { ...SHORT, setAside: true });
    const emptied = stopped(after(0.5, ordered), { volume });
    const noted = tendRecloneOrder.apply(emptied);
    const moved = { ...recloneOrder, setAside: true };
    expect(noted?.action).toMatchObject({ kind: 'persist-state', state: { recloneOrder: moved } });
    const silent = {
      ...emptied,
      state: aMemberState({ recloneOrder: moved }),
      peers: [aPeer(leading), aSilentPeer('10.0.0.3')],
    };
    expect(releaseQuarantine.apply(silent)).toMatchObject({ reason: 'reclone-making-space' });
    expect(releaseQuarantine.apply({ ...silent, state: aMemberState() })).toBeNull();
    // The new copy, of which nobody has said anything.
    expect(
      reclone.apply(after(1, { ...silent, processes: stuck().processes, postgres: stuck().postgres })),
    ).toBeNull();
  });

  it('is kept for good where it is further than the leader once it is read; without room the word ends', () => {
    const ahead = { ...leading, postgres: { ...PRIMARY, lsn: '0/1000000' } };
    const view = stopped(
      after(0.5, { ...ordered, peers: [aPeer(ahead), aPeer(third)], postgres: { ok: false, error: '' } }),
    );
    expect(reclone.apply(view)?.action).toMatchObject({ why: expect.stringMatching(/^tail-1-/) });
    expect(tendRecloneOrder.apply(view)).toBeNull();
    const full = { ...view, volume: { ...view.volume, ...SHORT } };
    expect(reclone.apply(full)).toBeNull();
    expect(tendRecloneOrder.apply(full)).toMatchObject({
      action: { state: { recloneOrder: null } },
      reason: 'reclone-order-void',
    });
  });

  it('waits, and says for what', () => {
    const sync = JSON.stringify({ leader: OTHER, sync_standby: NODE });
    const waiting = after(0.5, { ...ordered, etcd: content({ sync }) });
    expect(reclone.apply(waiting)).toBeNull();
    expect(awaitReclone.apply(waiting)?.reason).toBe('synchronous-standby');
  });
});

describe('another node', () => {
  const stage = (difference: Partial<typeof third>) =>
    recloneEvidence(stuck({ peers: [aPeer(leading), aPeer({ ...third, ...difference })] })).rivals.find(
      ({ nodeId }) => nodeId === THIRD,
    )?.stage;
  const emptied = {
    volume: { postgres: { ...third.volume.postgres, kind: 'absent' as const, setAside: true }, etcd: true },
  };

  it('is at a re-clone by its reason, by Patroni’s state, or with an empty PGDATA and a copy set aside', () => {
    expect(stage({})).toBe('none');
    expect(stage({ reason: 'reclone-announced' })).toBe('announced');
    expect(stage({ reason: 'reclone-making-space' })).toBe('under-way');
    expect(stage({ postgres: { ...PRIMARY, state: 'creating replica' } })).toBe('under-way');
    expect(stage({ ...emptied, postgres: null })).toBe('under-way');
  });

  it('is not while its PostgreSQL runs, or while it only waits for a re-clone', () => {
    expect(stage(emptied)).toBe('none');
    expect(stage({ reason: 'space-short' })).toBe('none');
    expect(stage({ reason: 'reclone-forbidden' })).toBe('none');
  });
});

describe('the quarantine', () => {
  const streaming = {
    postgres: seen(aRunningPostgres({ role: 'replica', lsn: '0/1F00000', streaming: true })),
  };

  it('is gone through once the node has followed for a while', () => {
    expect(releaseQuarantine.apply(after(0.4, streaming))).toBeNull();
    expect(releaseQuarantine.apply(after(0.5, streaming))).toMatchObject({
      action: { kind: 'tend-quarantine', keepBytesFree: 8 * 1024 ** 3 },
      reason: 'quarantine-not-looked-through',
    });
  });

  it('makes room before the clone where there is too little', () => {
    const volume = aVolume({ kind: 'absent' }, { setAside: true, freeBytes: 5 * 1024 ** 3 });
    expect(releaseQuarantine.apply(stopped(after(6), { volume }))).toMatchObject({
      action: { kind: 'tend-quarantine', keepBytesFree: 15 * 1024 ** 3, proof: { follows: null } },
      reason: 'reclone-making-space',
    });
  });

  it('is left alone by a node without a cluster', () => {
    expect(releaseQuarantine.apply(aView({ memory: aMemory() }))).toBeNull();
  });
});
