import { parseMemberName, peerHost } from '@flux-pg/etcd-membership';
import { clusterPeers } from '../loop/known-members.ts';
import type { LoopState } from '../loop/loop.ts';
import { processState } from '../loop/rules/process.ts';
import { answerGapMs, staleness } from '../loop/standing.ts';
import type { View } from '../loop/view.ts';
import { readRegistration } from '../patroni/registration.ts';
import type { MemberStatus, StatusReport } from './report-schema.ts';

function etcdRole(view: View, nodeId: string): MemberStatus['etcd'] {
  if (!view.etcd.ok) return 'none';
  const member = view.etcd.value.members.find(({ peerUrls }) =>
    peerUrls.some((url) => parseMemberName(peerHost(url))?.nodeId === nodeId),
  );
  if (member === undefined) return 'none';
  if (member.isLearner) return 'learner';
  const leaderId = view.localEtcd.ok
    ? view.localEtcd.value.leaderId
    : (clusterPeers(view).find(({ etcd }) => etcd.reading !== null)?.etcd.reading?.leaderId ?? null);
  return member.id === leaderId ? 'leader' : 'voter';
}

/** The members' table out of etcd's content: Patroni keeps every member's position there. */
export function memberStatuses(view: View): readonly MemberStatus[] {
  if (!view.etcd.ok) return [];
  const { records, patroni } = view.etcd.value;
  const reachable = new Set([view.state.nodeId, ...clusterPeers(view).map(({ nodeId }) => nodeId)]);
  const readings = new Map(
    records.map(({ nodeId }) => [nodeId, readRegistration(patroni.members.get(nodeId))]),
  );
  const primary = patroni.leader === null ? null : (readings.get(patroni.leader) ?? null);
  return records.map(({ nodeId, address }) => {
    const reading = readings.get(nodeId) ?? null;
    const leads = patroni.leader === nodeId;
    const behind =
      primary?.xlog_location === undefined || reading?.xlog_location === undefined
        ? null
        : Math.max(0, primary.xlog_location - reading.xlog_location);
    return {
      nodeId,
      address,
      role: leads ? 'primary' : 'replica',
      state: (leads ? undefined : reading?.replication_state) ?? reading?.state ?? 'absent',
      timeline: reading?.timeline ?? null,
      lagBytes: leads ? 0 : behind,
      etcd: etcdRole(view, nodeId),
      reachable: reachable.has(nodeId),
    };
  });
}

function isFormed(
  view: View,
  members: readonly MemberStatus[],
  voterTarget: (members: number) => number,
): boolean {
  const primaries = members.filter(({ role, state }) => role === 'primary' && state === 'running');
  const streaming = members.filter(({ role, state }) => role === 'replica' && state === 'streaming');
  const voters = members.filter(({ etcd }) => etcd === 'leader' || etcd === 'voter');
  return (
    primaries.length === 1 &&
    streaming.length === members.length - 1 &&
    members.length >= (view.expectedNodes ?? 1) &&
    voters.length >= voterTarget(members.length) &&
    view.etcd.ok &&
    view.etcd.value.provisioned
  );
}

type NodeReport = StatusReport['node'];

function staleOf(view: View): NodeReport['stale'] {
  const { stale } = view.state;
  if (stale === null) return null;
  const decision = staleness(view);
  return {
    cause: stale.cause,
    since: new Date(stale.sinceWallMs).toISOString(),
    reason: decision?.reason ?? 'stale',
    detail: decision?.detail ?? '',
  };
}

function witnessesOf(view: View): NodeReport['witnesses'] {
  const { state, witnesses, ownAddress, nowMs } = view;
  if (state.cluster === null) return null;
  const answers = witnesses.answers.filter(({ atMs }) => nowMs - atMs <= answerGapMs(view));
  const own = ownAddress?.address;
  return {
    total: witnesses.total,
    answering: answers.length,
    listing: answers.filter(({ addresses }) => own !== undefined && addresses.includes(own)).length,
  };
}

/** What keeps this node from serving, or bound, beside the decision of the last tick. */
function standingOf(
  view: View | null,
): Pick<NodeReport, 'stale' | 'intent' | 'witnesses' | 'declaredGone' | 'permittedAddresses'> {
  if (view === null) return {};
  const { intent, declaredGone, permittedAddresses } = view.state;
  return {
    stale: staleOf(view),
    intent: intent && {
      epoch: intent.epoch,
      seederNodeId: intent.seederNodeId,
      participants: [...intent.participants],
    },
    witnesses: witnessesOf(view),
    declaredGone: [...declaredGone],
    permittedAddresses: [...permittedAddresses],
  };
}

/** Builds the report from the last tick. */
export function statusReport(
  state: LoopState,
  address: string | null,
  voterTarget: (members: number) => number,
): StatusReport {
  const { view, decision, failure } = state;
  const members = view === null ? [] : [...memberStatuses(view)];
  const own = members.find(({ nodeId }) => nodeId === view?.state.nodeId);
  const running = view?.postgres.ok === true && ['running', 'streaming'].includes(view.postgres.value.state);
  const patroniRuns = view !== null && (processState(view, 'patroni')?.running ?? false);
  return {
    node: {
      id: view?.state.nodeId ?? null,
      address,
      state: running && patroniRuns ? 'serving' : 'waiting',
      role: running ? (own?.role ?? view.postgres.value.role) : null,
      action: decision?.action.kind ?? 'wait',
      reason: decision?.reason ?? 'starting',
      detail: decision?.detail ?? '',
      failure: failure === null ? null : `${failure.kind}: ${failure.message}`,
      ...standingOf(view),
    },
    cluster: {
      id: view?.state.cluster?.id ?? null,
      epoch: view?.state.cluster?.epoch ?? null,
      ...(view === null ? {} : { seededBy: view.state.cluster?.seededBy ?? null }),
      expectedNodes: view?.expectedNodes ?? null,
      formed: view !== null && isFormed(view, members, voterTarget),
    },
    members,
    problems: [],
  };
}
