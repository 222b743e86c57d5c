import { memberName } from '@flux-pg/etcd-membership';
import { describe, expect, it } from 'vitest';
import {
  aMemberDocument,
  aMemberState,
  aMirror,
  aPeer,
  aRecord,
  aRunningPostgres,
  aSilentPeer,
  aToldCluster,
  seen,
  THIRD,
} from './member-builder.ts';
import { somePorts } from './ports-builder.ts';
import {
  effectiveFlag,
  fencingEvidence,
  goneAfter,
  goneNodes,
  isListedNow,
  isMarkDue,
  mirroredVoters,
  rememberStanding,
  staleness,
  startStanding,
} from './standing.ts';
import type { Memory, View } from './view.ts';
import { aConfig, aMemory, anEtcdContent, aView, CLUSTER, NODE, OTHER } from './view-builder.ts';

const NOW_MS = aView().nowMs;
const WALL_MS = aView().wallMs;
const records = [aRecord(NODE, '10.0.0.1'), aRecord(OTHER), aRecord(THIRD, '10.0.0.3')];
const mirror = aMirror({
  members: records,
  voters: [memberName(NODE, 'aaaaaaaa'), memberName(OTHER, 'bbbbbbbb')],
});

function aMember(difference: Partial<View> = {}): View {
  return aView({ state: aMemberState(), mirror, ...difference });
}

/** That node absent, by the one witness that there is, for so long. */
function absentFor(nodeId: string, ms: number): Memory['absence'] {
  return {
    nowMs: NOW_MS,
    total: 1,
    witnesses: { api: { atMs: NOW_MS, interrupted: false } },
    nodes: { [nodeId]: { aliveAtMs: NOW_MS - ms, unlistedSinceMs: { api: NOW_MS - ms } } },
  };
}

function standingWith(difference: Partial<Memory['standing']>): Memory {
  const memory = aMemory();
  return { ...memory, standing: { ...memory.standing, ...difference } };
}

describe('who is gone', () => {
  it('has been absent for both graces, or was declared so', () => {
    const gone = (ms: number) => [
      ...goneNodes(aMember({ memory: aMemory({ absence: absentFor(OTHER, ms) }) })),
    ];
    expect(gone(600_000)).toEqual([OTHER]);
    expect(gone(599_999)).toEqual([]);
    const declared = aMember({ state: aMemberState({ declaredGone: [THIRD] }) });
    expect([...goneNodes(declared)]).toEqual([THIRD]);
  });

  it('was declared so on any survivor that answers now, unless it answers itself', () => {
    const told = (document: Parameters<typeof aMemberDocument>[0], rest: View['peers'] = []) => [
      ...goneNodes(aMember({ peers: [aPeer(aMemberDocument(document)), ...rest] })),
    ];
    const declaredGone = [THIRD];
    expect(told({ declaredGone })).toEqual([THIRD]);
    expect(told({ declaredGone }, [aSilentPeer('10.0.0.3', 86_400_000)])).toEqual([THIRD]);
    const third = aPeer(aMemberDocument({ nodeId: THIRD, address: '10.0.0.3' }));
    expect(told({ declaredGone }, [third])).toEqual([]);
    expect(told({ declaredGone, ageMs: 5001 })).toEqual([]);
    expect(told({ declaredGone: [NODE] })).toEqual([]);
    expect(told({ declaredGone, cluster: aToldCluster({ id: THIRD }) })).toEqual([]);
  });

  it('may have been silent alone for the timeout where that was chosen, and never beside an unproven answer', () => {
    const absence = { ...absentFor(OTHER, 0), nodes: { [OTHER]: { aliveAtMs: 0, unlistedSinceMs: {} } } };
    const memory = aMemory({ absence: absence as Memory['absence'] });
    expect([...goneNodes(aMember({ memory }))]).toEqual([]);
    expect([...goneAfter(aMember({ memory }), 900_000)]).toEqual([OTHER]);
    const peers = [{ ...aSilentPeer('10.0.0.7'), heard: { kind: 'present' as const, detail: 'no key' } }];
    expect([...goneAfter(aMember({ memory, peers }), 900_000)]).toEqual([]);
  });
});

describe('whether this node is listed now', () => {
  it('is not known without witnesses', () => {
    const listed = (witnesses: View['witnesses']) => isListedNow(aMember({ witnesses }));
    const answer = { witness: 'api', addresses: ['10.0.0.1'], atMs: NOW_MS };
    expect(listed({ total: 0, answers: [] })).toBeNull();
    expect(listed({ total: 1, answers: [answer] })).toBe(true);
    expect(listed({ total: 1, answers: [{ ...answer, addresses: ['10.0.0.2'] }] })).toBe(false);
    expect(listed({ total: 1, answers: [] })).toBe(false);
  });
});

describe('who has to be in contact with this node', () => {
  const ids = (view: View) => fencingEvidence(view, {}).members?.map(({ nodeId }) => nodeId) ?? null;

  it('are the members of etcd, else of the mirror, and voters that were removed for silence', () => {
    const etcd = seen(anEtcdContent({ records: records.slice(0, 1), formerVoters: [THIRD] }));
    expect(ids(aMember({ etcd }))).toEqual([THIRD]);
    expect(ids(aMember())).toEqual([OTHER, THIRD]);
    expect(ids(aMember({ mirror: { ...mirror, members: [], formerVoters: [OTHER] } }))).toEqual([OTHER]);
  });

  it('is not known where neither tells', () => {
    expect(ids(aMember({ mirror: null }))).toBeNull();
  });

  it('is before any mirror who sealed the cluster, where that was told', () => {
    const sealedBy = { nodeId: THIRD, address: '10.0.0.3' };
    const state = aMemberState({ cluster: { id: CLUSTER, epoch: 1, founder: false, sealedBy } });
    expect(fencingEvidence(aMember({ mirror: null, state }), {}).members).toMatchObject([
      { nodeId: THIRD, address: '10.0.0.3' },
    ]);
  });

  it('is nobody who is gone', () => {
    const memory = aMemory({ absence: absentFor(OTHER, 600_000) });
    expect(ids(aMember({ memory }))).toEqual([THIRD]);
  });

  it('is told with where and when each was heard, and whether it streams', () => {
    const postgres = { role: 'replica', state: 'running', timeline: 1, lsn: null, streaming: true };
    const peers = [aPeer(aMemberDocument({ address: '10.0.0.22', postgres }))];
    const view = aMember({ peers, postgres: seen(aRunningPostgres()) });
    expect(fencingEvidence(view, { [OTHER]: 7 })).toMatchObject({
      members: [
        { nodeId: OTHER, address: '10.0.0.22', heardAtMs: 7, healthy: true },
        { nodeId: THIRD, address: '10.0.0.3', heardAtMs: null, healthy: false },
      ],
      isPrimary: true,
      stale: false,
    });
  });
});

describe('the voters of the newest mirror', () => {
  it('are node ids, of this cluster’s mirror alone', () => {
    expect(mirroredVoters(aMember())).toEqual([NODE, OTHER]);
    const toldMirror = { ...mirror, revision: 9, voters: [memberName(THIRD, 'cccccccc')] };
    expect(mirroredVoters(aMember({ memory: aMemory({ toldMirror }) }))).toEqual([THIRD]);
    expect(mirroredVoters(aMember({ mirror: { ...mirror, clusterId: OTHER } }))).toEqual([]);
  });
});

describe('the voters of an epoch that this node has started', () => {
  const cluster = { id: CLUSTER, epoch: 2, seededBy: NODE, founder: true };

  it('is this node alone until a mirror of the epoch says more', () => {
    const state = aMemberState({ cluster });
    expect(mirroredVoters(aMember({ state }))).toEqual([NODE]);
    expect(mirroredVoters(aMember({ state, mirror: { ...mirror, epoch: 2 } }))).toEqual([NODE, OTHER]);
    expect(
      mirroredVoters(aMember({ state: aMemberState({ cluster: { ...cluster, founder: false } }) })),
    ).toEqual([NODE, OTHER]);
  });
});

describe('a node that has not completed a tick for longer than FENCE_AFTER', () => {
  const lastTick = (agoMs: number) => ({ atMs: NOW_MS - agoMs, wallMs: WALL_MS - agoMs });
  const away = (agoMs: number) => aMember({ memory: standingWith({ lastTick: lastTick(agoMs) }) });

  it('is to be marked stale, and counts as such before the mark is on disk', () => {
    expect(isMarkDue(away(300_000))).toBe(false);
    expect(effectiveFlag(away(300_000))).toBeNull();
    expect(isMarkDue(away(300_001))).toBe(true);
    expect(effectiveFlag(away(300_001))).toMatchObject({ cause: 'stopped' });
  });

  it('also while its machine slept, which only the wall clock knows', () => {
    const slept = { atMs: NOW_MS - 1000, wallMs: WALL_MS - 400_000 };
    expect(isMarkDue(aMember({ memory: standingWith({ lastTick: slept }) }))).toBe(true);
  });

  it('is not before it belongs to a cluster', () => {
    const view = { ...away(900_000), state: aView().state };
    expect(isMarkDue(view)).toBe(false);
  });
});

describe('a founder that has not served yet', () => {
  const founder = { id: CLUSTER, epoch: 1, founder: true, seeding: true };
  const lastTick = { atMs: NOW_MS - 900_000, wallMs: WALL_MS - 900_000 };
  const fencing = { ...aMemory().standing.fencing, overdue: true, witnessTotal: 1 };
  const founding = (difference: Partial<View> = {}, cluster = founder) =>
    aMember({
      mirror: null,
      state: aMemberState({ cluster }),
      memory: standingWith({ lastTick, fencing }),
      ...difference,
    });

  it('is neither stale nor fenced, however long it was away: nobody else can go on', () => {
    expect(isMarkDue(founding())).toBe(false);
    expect(effectiveFlag(founding())).toBeNull();
  });

  it('is released where it was marked before', () => {
    const stale = { cause: 'stopped' as const, sinceWallMs: 1 };
    const marked = founding({ state: aMemberState({ cluster: founder, stale }) });
    expect(staleness(marked)).toMatchObject({ action: { kind: 'release' }, reason: 'stale-all-accounted' });
    expect(effectiveFlag(marked)).toBeNull();
  });

  it.each<[string, View]>([
    ['has a mirror', founding({ mirror })],
    ['has written all keys', founding({}, { ...founder, seeding: false })],
    ['did not found', founding({}, { ...founder, founder: false })],
  ])('is none any more that %s', (_name, view) => {
    expect(isMarkDue(view)).toBe(true);
    expect(effectiveFlag(view)).not.toBeNull();
  });
});

describe('the memory of the own standing', () => {
  it('keeps when each member itself answered', () => {
    const before = standingWith({ answeredAtMs: { [OTHER]: 5, [THIRD]: 6 } });
    const standing = rememberStanding(aMember({ memory: before, peers: [aPeer(aMemberDocument())] }));
    expect(standing.answeredAtMs).toEqual({ [OTHER]: NOW_MS, [THIRD]: 6 });
  });

  it('collects answers only while the node is stale, and no old ones', () => {
    const peers = [
      aPeer(aMemberDocument({ notStaleForMs: 50_000 })),
      aPeer(aMemberDocument({ nodeId: THIRD, address: '10.0.0.3', ageMs: 60_000 })),
    ];
    const stale = { cause: 'fenced' as const, sinceWallMs: WALL_MS - 1000 };
    expect(rememberStanding(aMember({ peers })).answers).toEqual({});
    expect(rememberStanding(aMember({ peers, state: aMemberState({ stale }) })).answers).toEqual({
      [OTHER]: { nodeId: OTHER, epoch: 1, seededBy: null, runs: true, notStaleForMs: 50_000, atMs: NOW_MS },
    });
  });

  it('counts the time without staleness from the first tick that knows of none', () => {
    const stale = { cause: 'stopped' as const, sinceWallMs: 1 };
    const before = standingWith({ notStaleSinceMs: 77 });
    expect(rememberStanding(aMember({ memory: before })).notStaleSinceMs).toBe(77);
    const marked = rememberStanding(aMember({ memory: before, state: aMemberState({ stale }) }));
    expect(marked.notStaleSinceMs).toBeNull();
    const released = rememberStanding(aMember({ memory: { ...aMemory(), standing: marked } }));
    expect(released.notStaleSinceMs).toBe(NOW_MS);
  });

  it('takes a node without a cluster for assured, since nobody can recover behind its back', () => {
    const before = standingWith({});
    const old = {
      ...before.standing,
      fencing: { ...before.standing.fencing, assuredAtMs: 0, listedAtMs: 0 },
    };
    const { fencing } = rememberStanding(aView({ memory: { ...before, standing: old } }));
    expect(fencing).toMatchObject({ assuredAtMs: NOW_MS, listedAtMs: NOW_MS, overdue: false });
  });
});

describe('the standing of an agent that starts', () => {
  const started = (stamp: { wallMs: number; assuredWallMs: number } | null, witnesses: string[] = []) => {
    const base = somePorts([]);
    const volume = {
      ...base.volume,
      state: () => aMemberState(),
      stampAtOpen: () => stamp,
      mirror: () => ({ ...mirror, witnesses, clusterId: CLUSTER }),
    };
    return startStanding({ clock: base.clock, volume }, aConfig());
  };

  it('knows by the wall clock when the one before last looked, so that a restart hides no absence', () => {
    const standing = started({ wallMs: WALL_MS - 400_000, assuredWallMs: WALL_MS - 500_000 });
    expect(standing.lastTick).toEqual({ atMs: null, wallMs: WALL_MS - 400_000 });
    expect(standing.fencing.assuredAtMs).toBe(NOW_MS - 500_000);
    expect(isMarkDue(aMember({ memory: { ...aMemory(), standing } }))).toBe(true);
  });

  it('begins anew where nothing was stamped yet', () => {
    const standing = started(null);
    expect(standing.lastTick).toBeNull();
    expect(isMarkDue(aMember({ memory: { ...aMemory(), standing } }))).toBe(false);
  });

  it('counts the witnesses that the mirror names before the first of them was asked', () => {
    expect(started(null).fencing.witnessTotal).toBe(0);
    expect(started(null, ['192.0.2.1:16127', '192.0.2.2:16127']).fencing.witnessTotal).toBe(2);
  });
});
