import { describe, expect, it } from 'vitest';
import type { NodeState } from '../../identity/node-state.ts';
import { noReclone } from '../../reclone/index.ts';
import { isOfEarlierEpoch } from '../copy-epoch.ts';
import {
  aCopy,
  aMemberDocument,
  aMemberState,
  aPeer,
  aRunningPostgres,
  aVolume,
  processesIn,
  seen,
  THIRD,
} from '../member-builder.ts';
import { recloneEvidence } from '../reclone-evidence.ts';
import type { View } from '../view.ts';
import { aMemory, anEtcdContent, aView, CLUSTER, NODE, OTHER } from '../view-builder.ts';
import { noteCopyEpoch } from './copy-epoch.ts';

const FIRST = { clusterId: CLUSTER, epoch: 1, seededBy: null };
const SECOND = { clusterId: CLUSTER, epoch: 2, seededBy: OTHER };
const recovered = { id: CLUSTER, epoch: 2, seededBy: OTHER, founder: false };
const state = aMemberState({ cluster: recovered, copyEpoch: FIRST });
const leading = aMemberDocument({
  postgres: { role: 'primary', state: 'running', timeline: 2, lsn: '0/2000000', streaming: false },
});

function content(leader: string, epoch = 2): View['etcd'] {
  const { patroni, ...rest } = anEtcdContent();
  const cluster = { id: CLUSTER, epoch, seededBy: OTHER, superuser: 'postgres', foundedAtMs: 1 };
  return seen({ ...rest, cluster, patroni: { ...patroni, leader } });
}

/** A node that has streamed for 30 s from `OTHER`, which leads the epoch that it has seeded. */
function aFollower(difference: Partial<View> = {}): View {
  return aView({
    nowMs: 100_000,
    state,
    etcd: content(OTHER),
    processes: processesIn({ etcd: 'running', patroni: 'running' }),
    postgres: seen(aRunningPostgres({ role: 'replica', timeline: 2, streaming: true })),
    volume: aVolume(aCopy('7000')),
    peers: [aPeer(leading)],
    memory: aMemory({ reclone: { ...noReclone, streamingSinceMs: 70_000 } }),
    ...difference,
  });
}

const noted = (view: View) => {
  const decision = noteCopyEpoch.apply(view);
  return decision?.action.kind === 'persist-state' ? decision.action.state.copyEpoch : undefined;
};

describe('the epoch of a copy', () => {
  it('is that in which it has followed for a while', () => {
    expect(noted(aFollower())).toEqual(SECOND);
    const young = aMemory({ reclone: { ...noReclone, streamingSinceMs: 70_001 } });
    expect(noteCopyEpoch.apply(aFollower({ memory: young }))).toBeNull();
    const idle = seen(aRunningPostgres({ role: 'replica', timeline: 2, streaming: false }));
    expect(noteCopyEpoch.apply(aFollower({ postgres: idle }))).toBeNull();
  });

  it('is that in which it leads, and not of a primary that does not hold the key', () => {
    const primary = { postgres: seen(aRunningPostgres({ timeline: 2, lsn: '0/2000000' })) };
    expect(noted(aFollower({ ...primary, etcd: content(NODE) }))).toEqual(SECOND);
    expect(noteCopyEpoch.apply(aFollower(primary))).toBeNull();
  });

  it.each<readonly [string, Partial<View>]>([
    ['it is noted already', { state: { ...state, copyEpoch: SECOND } }],
    ['nobody proves to lead', { peers: [aPeer(aMemberDocument())] }],
    ['another node leads, of which nothing is heard', { etcd: content(THIRD) }],
    ['etcd is of another epoch', { etcd: content(OTHER, 1) }],
    ['etcd does not answer', { etcd: { ok: false, error: 'timeout' } }],
    ['the node is stale', { state: { ...state, stale: { cause: 'fenced', sinceWallMs: 0 } } }],
    [
      'a recovery is under way',
      {
        state: { ...state, intent: { clusterId: CLUSTER, epoch: 3, seederNodeId: OTHER, participants: [] } },
      },
    ],
    ['the node belongs to no cluster', { state: { ...state, cluster: null } }],
  ])('is not noted while %s', (_, difference) => {
    expect(noteCopyEpoch.apply(aFollower(difference))).toBeNull();
  });

  it('is forgotten with the copy, before another one is cloned', () => {
    const emptied = { volume: aVolume({ kind: 'absent' }) };
    const stopped = { ...emptied, processes: processesIn({ etcd: 'running' }) };
    expect(noted(aFollower(stopped))).toBeNull();
    expect(noteCopyEpoch.apply(aFollower({ ...stopped, state: { ...state, copyEpoch: null } }))).toBeNull();
    expect(noteCopyEpoch.apply(aFollower(emptied))).toBeNull();
  });
});

describe('a copy', () => {
  const evidenceOf = (difference: Partial<NodeState>) =>
    recloneEvidence(aFollower({ state: { ...state, ...difference } })).isOfEarlierEpoch;

  it('is of an earlier epoch once a recovery has gone on without it', () => {
    expect(evidenceOf({})).toBe(true);
    expect(evidenceOf({ copyEpoch: SECOND })).toBe(false);
  });

  it('is so by the seeder where two recoveries took the same number', () => {
    const [lower, higher] = [NODE, THIRD].sort();
    const named = (seededBy: string | undefined) => ({ ...SECOND, seededBy: seededBy ?? null });
    const of = (copy: string | undefined, own: string | undefined) =>
      isOfEarlierEpoch({ ...state, cluster: { ...recovered, ...named(own) }, copyEpoch: named(copy) });
    expect(of(lower, higher)).toBe(true);
    expect(of(higher, lower)).toBe(false);
  });

  it('counts as one of now where nobody noted it, or where the note is of another cluster', () => {
    expect(evidenceOf({ copyEpoch: null })).toBe(false);
    expect(evidenceOf({ copyEpoch: { ...FIRST, clusterId: THIRD } })).toBe(false);
    expect(evidenceOf({ cluster: null })).toBe(false);
  });
});
