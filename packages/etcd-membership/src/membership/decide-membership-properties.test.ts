import fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import { parseMemberName, peerHost } from '../member-names/index.ts';
import { decideMembership } from './decide-membership.ts';
import {
  addressOf,
  aMember,
  anAbsence,
  aPeer,
  aView,
  aWaitingPeer,
  MINUTE_MS,
  nameOf,
  nodeId,
} from './membership-builders.ts';
import type { MembershipPeer, MembershipView } from './membership-view.ts';

const others = [2, 3, 4, 5, 6];
const seat = fc.constantFrom('none', 'voter', 'voter', 'voter', 'learner', 'older');
const status = fc.constantFrom('healthy', 'healthy', 'old', 'behind', 'erring', 'waiting', 'lost', 'none');
const absence = fc.constantFrom('present', 'gone', 'silent', 'unlisted', 'unknown');

function peerOf(n: number, kind: string, learner: boolean): MembershipPeer | null {
  const reading = { isLearner: learner };
  if (kind === 'none') return null;
  if (kind === 'waiting') return aWaitingPeer(n);
  if (kind === 'lost') return aWaitingPeer(n, { memberName: nameOf(n, 'cccccccc') });
  if (kind === 'old') return aPeer(n, { ageMs: 5001, reading });
  if (kind === 'behind') return aPeer(n, { reading: { ...reading, raftAppliedIndex: 10 } });
  if (kind === 'erring') return aPeer(n, { reading: { ...reading, errors: ['etcdserver: no leader'] } });
  return aPeer(n, { reading });
}

const absences = {
  present: { silentForMs: 0 },
  gone: { silentForMs: 20 * MINUTE_MS, unlistedForMs: 20 * MINUTE_MS },
  silent: { silentForMs: 20 * MINUTE_MS },
  unlisted: { silentForMs: 0, unlistedForMs: 20 * MINUTE_MS },
};

/** Likely nodes beside any that could be thought of, so that every rule has its turn. */
function aNode(n: number) {
  const like = (place: string, kind: string, away: keyof typeof absences | 'unknown') =>
    fc.constant({ n, seat: place, status: kind, absence: away, record: true });
  return fc.oneof(
    { weight: 4, arbitrary: like('voter', 'healthy', 'present') },
    { weight: 3, arbitrary: like('none', 'waiting', 'present') },
    { weight: 1, arbitrary: like('voter', 'none', 'gone') },
    { weight: 1, arbitrary: like('voter', 'none', 'silent') },
    { weight: 1, arbitrary: like('none', 'none', 'gone') },
    {
      weight: 3,
      arbitrary: fc.record({ n: fc.constant(n), seat, status, absence, record: fc.boolean() }),
    },
  );
}

const nodes = fc.tuple(...others.map(aNode));
const calmMs = fc.constantFrom(0, 6000, 30_000, 90_000, 2 * MINUTE_MS, 20 * MINUTE_MS);

const worlds: fc.Arbitrary<MembershipView> = fc
  .record({
    nodes,
    primary: fc.option(fc.constantFrom(1, ...others)),
    unaccounted: fc.constantFrom(null, [], ['10.0.0.9']),
    takenBy: fc.option(fc.tuple(fc.constantFrom(...others), fc.constantFrom(...others))),
    interrupted: fc.boolean(),
    settledForMs: calmMs,
    quietForMs: calmMs,
    stalled: fc.boolean(),
    formerVoters: fc.subarray([1, ...others, 7]),
  })
  .map(({ nodes: all, takenBy, interrupted, stalled, ...rest }) => {
    const peers = all.flatMap(
      ({ n, status: kind, seat: place }) => peerOf(n, kind, place === 'learner') ?? [],
    );
    const members = all.flatMap(({ n, seat: place }) => {
      if (place === 'none') return [];
      const incarnation = place === 'older' ? 'bbbbbbbb' : 'aaaaaaaa';
      return [aMember(n, { isLearner: place === 'learner', incarnation })];
    });
    const learner = members.find(({ isLearner }) => isLearner);
    const known = Object.fromEntries(
      all.flatMap(({ n, absence: kind }) => (kind === 'unknown' ? [] : [[n, absences[kind]]])),
    );
    const view = aView({
      ...rest,
      peers,
      members: [aMember(1), ...members],
      records: [1, ...all.flatMap(({ n, record }) => (record ? [n] : []))],
      learner: learner && stalled ? { memberId: learner.id, appliedIndex: 1, sinceMs: 0 } : null,
      absence: anAbsence(known, { interrupted }),
    });
    if (takenBy === null) return view;
    const [address, by] = takenBy;
    return {
      ...view,
      answering: [...view.answering, { address: addressOf(address), nodeId: nodeId(by), ageMs: 0 }],
    };
  });

/** Who is healthy, counted without the code under test: by the fresh status of the node itself. */
function healthyVoters(view: MembershipView, without: string | null): { healthy: number; voters: number } {
  const voters = (view.content?.members ?? []).filter(({ id, isLearner }) => !isLearner && id !== without);
  const healthy = voters.filter(({ id, name }) => {
    if (id === 'm1') return true;
    const peer = view.peers.find(({ memberName }) => memberName === name);
    const reading = peer?.reading;
    return (
      peer !== undefined &&
      peer.ageMs <= 5000 &&
      peer.etcdRunning &&
      reading?.memberId === id &&
      reading.leaderId === 'm1' &&
      reading.errors.length === 0 &&
      reading.raftAppliedIndex > 4000
    );
  });
  return { healthy: healthy.length, voters: voters.length };
}

function always(check: (view: MembershipView) => void): void {
  fc.assert(fc.property(worlds, check), { numRuns: 1500 });
}

describe('whatever the leader sees', () => {
  it('removes only other members, and none without which the rest has no quorum', () => {
    always((view) => {
      const { action } = decideMembership(view);
      if (action.kind !== 'remove-member') return;
      expect(action.memberId).not.toBe('m1');
      const { healthy, voters } = healthyVoters(view, action.memberId);
      expect(healthy).toBeGreaterThan(voters / 2);
    });
  });

  it('removes a healthy voter only as the second of two', () => {
    always((view) => {
      const { action, reason } = decideMembership(view);
      if (action.kind !== 'remove-member' || reason === 'surplus-voter') return;
      const member = view.content?.members.find(({ id }) => id === action.memberId);
      const all = healthyVoters(view, null);
      const rest = healthyVoters(view, action.memberId);
      expect(member?.isLearner === true || all.healthy === rest.healthy).toBe(true);
    });
  });

  it('without a listing removes only what is proven by a node itself, or silent for the timeout', () => {
    always((given) => {
      const view: MembershipView = {
        ...given,
        unaccounted: null,
        absence: given.absence && { ...given.absence, witnesses: {} },
      };
      const { action, reason } = decideMembership(view);
      if (action.kind !== 'remove-member') return;
      expect(['member-gone', 'member-replaced']).not.toContain(reason);
      if (reason !== 'member-silent') return;
      const id = `${action.memberId[1]}`;
      const aliveAtMs = view.absence?.nodes[nodeId(Number(id))]?.aliveAtMs ?? view.nowMs;
      expect(view.nowMs - aliveAtMs).toBeGreaterThanOrEqual(view.limits.absenceTimeoutMs);
    });
  });

  it('removes for silence only what was recorded before, and clears only who answers or is gone', () => {
    always((view) => {
      const { action, reason } = decideMembership(view);
      const former = view.content?.formerVoters ?? [];
      const seats = view.content?.members.filter(({ isLearner }) => !isLearner) ?? [];
      const nodeOf = (name: string) => parseMemberName(name)?.nodeId ?? '';
      if (action.kind === 'remove-member' && reason === 'member-silent') {
        expect(former).toContain(nodeOf(seats.find(({ id }) => id === action.memberId)?.name ?? ''));
      }
      if (action.kind === 'record-former-voter') {
        expect(former).not.toContain(action.nodeId);
        expect(seats.map(({ name }) => nodeOf(name))).toContain(action.nodeId);
      }
      if (action.kind === 'clear-former-voter') {
        expect(former).toContain(action.nodeId);
        const answers = view.peers.some((peer) => peer.nodeId === action.nodeId && peer.ageMs <= 5000);
        const absent = Object.keys(view.absence?.nodes[action.nodeId]?.unlistedSinceMs ?? {}).length > 0;
        expect(answers || absent || action.nodeId === view.self.nodeId).toBe(true);
      }
      if (action.kind === 'forget-node') expect(former).not.toContain(action.nodeId);
    });
  });

  it('adds only below the target or for the primary, beside no learner, and no node that is listed already', () => {
    always((view) => {
      const { action } = decideMembership(view);
      if (action.kind !== 'add-learner') return;
      const members = view.content?.members ?? [];
      expect(members.some(({ isLearner }) => isLearner)).toBe(false);
      const added = parseMemberName(peerHost(action.peerUrl))?.nodeId;
      expect(members.map(({ name }) => parseMemberName(name)?.nodeId)).not.toContain(added);
      const peer = view.peers.find((candidate) => candidate.nodeId === added);
      expect(peer).toMatchObject({ etcdRunning: false, etcdData: false });
      expect(peer?.ageMs).toBeLessThanOrEqual(5000);
    });
  });

  it('promotes only a learner that keeps the quorum', () => {
    always((view) => {
      const { action } = decideMembership(view);
      if (action.kind !== 'promote') return;
      expect(view.content?.members.find(({ id }) => id === action.memberId)?.isLearner).toBe(true);
      const { healthy, voters } = healthyVoters(view, null);
      expect(healthy + 1).toBeGreaterThan((voters + 1) / 2);
    });
  });

  it('forgets nobody that is in the list, answers, or is not known to be away', () => {
    always((view) => {
      const { action } = decideMembership(view);
      if (action.kind !== 'forget-node') return;
      const listed = view.content?.members.map(({ name }) => parseMemberName(name)?.nodeId);
      expect(listed).not.toContain(action.nodeId);
      expect(view.peers.filter(({ ageMs }) => ageMs <= 5000).map(({ nodeId: id }) => id)).not.toContain(
        action.nodeId,
      );
      expect(view.absence?.nodes[action.nodeId]).toBeDefined();
    });
  });

  it('leads to a healthy voter only', () => {
    always((view) => {
      const { action } = decideMembership(view);
      if (action.kind !== 'move-leader') return;
      const before = healthyVoters(view, null);
      const after = healthyVoters(view, action.targetId);
      expect(after).toEqual({ healthy: before.healthy - 1, voters: before.voters - 1 });
    });
  });

  it('decides the same in whatever order peers and members come', () => {
    always((view) => {
      const { content } = view;
      const reversed: MembershipView = {
        ...view,
        peers: [...view.peers].reverse(),
        answering: [...view.answering].reverse(),
        content: content && {
          ...content,
          members: [...content.members].reverse(),
          records: [...content.records].reverse(),
        },
      };
      expect(decideMembership(reversed)).toEqual(decideMembership(view));
    });
  });

  it('changes nothing where the own etcd follows another leader, or nothing was read', () => {
    always((view) => {
      const etcd = view.self.etcd && {
        ...view.self.etcd,
        reading: { ...view.self.etcd.reading, leaderId: 'm2' },
      };
      expect(decideMembership({ ...view, self: { ...view.self, etcd } }).action.kind).toBe('none');
      expect(decideMembership({ ...view, content: null }).action.kind).toBe('none');
    });
  });

  it('never throws on member names and URLs that nobody expected', () => {
    const garbage = fc.record({
      id: fc.string(),
      name: fc.string(),
      url: fc.array(fc.string(), { maxLength: 2 }),
    });
    fc.assert(
      fc.property(worlds, fc.array(garbage, { maxLength: 3 }), (view, extra) => {
        const members = extra.map(({ id, name, url }) => aMember(6, { id: `x${id}`, name, peerUrls: url }));
        const content = view.content && { ...view.content, members: [...view.content.members, ...members] };
        expect(() => decideMembership({ ...view, content })).not.toThrow();
      }),
    );
  });
});
