import {
  type AnsweringNode,
  decideMembership,
  LISTING_MAX_AGE_MS,
  type MembershipDecision,
  type MembershipPeer,
  type MembershipReason,
  type MembershipView,
  maxAnswerGap,
} from '@flux-pg/etcd-membership';
import type { StatusDocument } from '../../status/document.ts';
import { type Decision, decided, waiting } from '../action.ts';
import { clusterPeers } from '../known-members.ts';
import { oncePerView } from '../once-per-view.ts';
import { declaredGone } from '../standing.ts';
import type { View } from '../view.ts';
import type { Rule } from './rule.ts';

/** Why nothing is changed yet, where something is about to be or ought to be; all else is no news. */
const worthTelling: ReadonlySet<MembershipReason> = new Set([
  'learner-starting',
  'learner-catching-up',
  'learner-waits-for-voters',
  'membership-settling',
  'voter-absent',
]);

function membershipPeer(document: StatusDocument, ageMs: number): MembershipPeer {
  const { nodeId, cluster, etcd, ports, volume } = document;
  return {
    nodeId,
    ageMs,
    epoch: cluster?.epoch ?? 0,
    memberName: etcd.memberName,
    etcdPeerPort: ports.etcdPeer,
    etcdRunning: etcd.running,
    etcdData: volume.etcd,
    reading: etcd.reading,
  };
}

/** Who answered where in this tick, this node at its own address included. */
function answering(view: View, ageMs: number): readonly AnsweringNode[] {
  const own = view.ownAddress?.address;
  return [
    ...(own === undefined ? [] : [{ address: own, nodeId: view.state.nodeId, ageMs: 0 }]),
    ...view.peers.flatMap(({ address, heard }) =>
      heard.kind === 'authenticated' ? [{ address, nodeId: heard.document.nodeId, ageMs }] : [],
    ),
  ];
}

/** Listed addresses where nobody proved who he is; null where the listing is old, or does not know this node. */
function unaccounted(view: View, answered: readonly AnsweringNode[]): readonly string[] | null {
  const { listing } = view;
  if (!listing.ok || view.nowMs - listing.seenAtMs > LISTING_MAX_AGE_MS) return null;
  const addresses = listing.value.instances.map(({ address }) => address);
  if (!addresses.includes(view.ownAddress?.address ?? '')) return null;
  const accounted = new Set(answered.map(({ address }) => address));
  return addresses.filter((address) => !accounted.has(address));
}

/** What the decision on etcd's membership rests on. */
export function membershipView(view: View): MembershipView {
  const { state, etcd, localEtcd, memory, config, nowMs } = view;
  const heardMs = nowMs - view.lookedAtMs;
  const answered = answering(view, heardMs);
  return {
    nowMs,
    self: {
      nodeId: state.nodeId,
      epoch: state.cluster?.epoch ?? 0,
      etcd: localEtcd.ok ? { reading: localEtcd.value, ageMs: nowMs - localEtcd.seenAtMs } : null,
    },
    content: etcd.ok
      ? {
          ageMs: nowMs - etcd.seenAtMs,
          members: etcd.value.members,
          records: etcd.value.records,
          primary: etcd.value.patroni.leader,
          formerVoters: etcd.value.formerVoters,
        }
      : null,
    peers: clusterPeers(view).map((document) => membershipPeer(document, heardMs + (document.ageMs ?? 0))),
    answering: answered,
    unaccounted: unaccounted(view, answered),
    settledForMs: nowMs - memory.membership.sinceMs,
    quietForMs: nowMs - memory.quiet.sinceMs,
    learner: memory.learner,
    absence: memory.absence,
    declaredGone: declaredGone(view),
    limits: {
      maxVoters: config.maxVoters,
      absenceGraceMs: config.absenceGraceMs,
      absenceTimeoutMs: config.absenceTimeoutMs,
      maxAnswerGapMs: maxAnswerGap(config.listingIntervalMs, config.absenceGraceMs),
    },
  };
}

const decideFor = oncePerView((view: View): MembershipDecision | null =>
  view.state.cluster === null ? null : decideMembership(membershipView(view)),
);

/** The agent beside etcd's leader admits, promotes and removes members, one change at a time. */
export const changeMembership: Rule = {
  name: 'change-membership',
  apply: (view): Decision | null => {
    const decision = decideFor(view);
    if (decision === null || decision.action.kind === 'none') return null;
    return decided({ kind: 'change-membership', change: decision.action }, decision.reason, decision.detail);
  },
};

/** Comes last: what the membership waits for holds nothing else up, and keeps the node looking every second. */
export const awaitMembership: Rule = {
  name: 'await-membership',
  apply: (view): Decision | null => {
    const decision = decideFor(view);
    if (decision === null || decision.action.kind !== 'none' || !worthTelling.has(decision.reason))
      return null;
    return waiting(decision.reason, decision.detail);
  },
};
