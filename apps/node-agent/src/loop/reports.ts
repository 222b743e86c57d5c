import type { ReportingMember, VolumeReport } from '../cold-start/index.ts';
import { type Copy, reachesConsistency } from '../copies/index.ts';
import type { StatusDocument } from '../status/document.ts';
import { belonging, clusterPeers } from './known-members.ts';
import { oncePerParts, oncePerView } from './once-per-view.ts';
import { databaseRuns } from './rules/process.ts';
import type { View } from './view.ts';

/** A status older than this says nothing about now (design: 5 s). */
export const STATUS_MAX_AGE_MS = 5000;

type PostgresOnDisk = StatusDocument['volume']['postgres'];

/**
 * What a peer's status says of its volume; null where it cannot be said. While Patroni is at work on an empty directory, it
 * may be one no more.
 */
export function reportOf(document: StatusDocument): VolumeReport | null {
  const { nodeId, volume, restored, postgres, runs } = document;
  return reportFrom(nodeId, volume.postgres, { restored, running: postgres, patroniRuns: runs.patroni });
}

interface Circumstances {
  readonly restored: boolean;
  readonly running: StatusDocument['postgres'];
  readonly patroniRuns: boolean | null;
}

function reportFrom(
  nodeId: string,
  disk: PostgresOnDisk,
  { restored, running, patroniRuns }: Circumstances,
): VolumeReport | null {
  if (disk.kind === 'absent') {
    return patroniRuns === true ? null : { kind: 'nothing', setAside: disk.setAside === true };
  }
  if (disk.kind === 'unreadable') return { kind: 'unreadable' };
  return { kind: 'copy', copy: copyFrom(nodeId, disk, disk.operation, restored, running) };
}

function copyFrom(
  nodeId: string,
  disk: PostgresOnDisk,
  unfinished: Copy['unfinished'],
  restored: boolean,
  running: StatusDocument['postgres'],
): Copy {
  const runs = running?.state === 'running';
  return {
    nodeId,
    systemId: disk.systemId,
    walEnd: disk.walEnd,
    controlState: disk.controlState ?? '',
    consistent: disk.consistent,
    history: disk.history,
    unfinished,
    restored,
    running:
      runs && running.timeline !== null && running.lsn !== null
        ? { timeline: running.timeline, lsn: running.lsn, role: running.role }
        : null,
  };
}

/** What this node's own volume holds, in the words in which it is told to peers. */
export function postgresOnDisk({ postgres, setAside }: View['volume']): PostgresOnDisk {
  const nothing = {
    systemId: null,
    timeline: null,
    walEnd: null,
    controlState: null,
    consistent: true,
    history: [],
    operation: null,
    setAside,
  };
  if (postgres.kind === 'unfinished')
    return { ...nothing, kind: 'unfinished', operation: postgres.operation };
  if (postgres.kind !== 'copy') return { ...nothing, kind: postgres.kind };
  const { systemId, timeline, walEnd, controlState, history } = postgres;
  const consistent = reachesConsistency(postgres);
  return {
    ...nothing,
    kind: 'copy',
    systemId,
    timeline,
    walEnd,
    controlState,
    consistent,
    history: history.map((one) => ({ ...one })),
  };
}

/** What this node's Patroni says of its PostgreSQL, as it is told to peers. */
export function runningPostgres({ postgres }: View): StatusDocument['postgres'] {
  if (!postgres.ok) return null;
  const { role, state, timeline, lsn, streaming } = postgres.value;
  return { role, state, timeline, lsn, streaming };
}

/** What this node's own volume holds; null where that cannot be said. */
export function ownReport(view: View): VolumeReport | null {
  const { nodeId, restored } = view.state;
  return reportFrom(nodeId, postgresOnDisk(view.volume), {
    restored,
    running: runningPostgres(view),
    patroniRuns: databaseRuns(view),
  });
}

/** The fresh statuses of other nodes of this cluster. */
export const freshPeers = oncePerParts(
  (view) => [view.peers, view.state, view.nowMs, view.lookedAtMs],
  (view): readonly StatusDocument[] => {
    const heardMs = view.nowMs - view.lookedAtMs;
    return clusterPeers(view).filter(({ ageMs = 0 }) => heardMs + ageMs <= STATUS_MAX_AGE_MS);
  },
);

/** Node ids of all members, this node included: from etcd, else from the newest mirror. */
export function memberIds(view: View): readonly string[] {
  const stored = view.etcd.ok ? view.etcd.value.records : (belonging(view)?.members ?? []);
  return [...new Set([...stored.map(({ nodeId }) => nodeId), view.state.nodeId])];
}

/** What each member says is on its volume; everyone else who answers for this cluster counts with them. */
export const memberReports = oncePerView((view: View): readonly ReportingMember[] => {
  const told = new Map(freshPeers(view).map((document) => [document.nodeId, reportOf(document)]));
  told.set(view.state.nodeId, ownReport(view));
  return [...new Set([...memberIds(view), ...told.keys()])].map((nodeId) => ({
    nodeId,
    report: told.get(nodeId) ?? null,
  }));
});
