import { parseJson } from '../parse-json.ts';
import {
  isCloning,
  leaderAncestors,
  type OwnDisk,
  orderStage,
  type ProvenLeader,
  type RecloneEvidence,
  type Rival,
  type RivalStage,
} from '../reclone/index.ts';
import type { StatusDocument } from '../status/document.ts';
import { leaderKey, syncMembers } from './cold-start.ts';
import { isOfEarlierEpoch } from './copy-epoch.ts';
import { oncePerText } from './once-per-text.ts';
import { isOwnEpoch } from './own-epoch.ts';
import { freshPeers, memberIds, ownReport } from './reports.ts';
import { databaseRuns } from './rules/process.ts';
import { goneNodes } from './standing.ts';
import type { View } from './view.ts';

const UNDER_WAY: readonly string[] = [
  'reclone-stopping',
  'reclone-reading-wal',
  'reclone-set-aside',
  'reclone-making-space',
];

/** The leader, where its own fresh status proves that it serves. */
export function provenLeader(view: View): ProvenLeader | null {
  const key = leaderKey(view);
  if (!view.etcd.ok || key?.runsPrimary !== true) return null;
  const { nodeId } = key;
  const document = freshPeers(view).find((peer) => peer.nodeId === nodeId);
  const own = nodeId === view.state.nodeId && view.postgres.ok ? view.postgres.value : null;
  const { timeline = null, lsn = null } = own ?? document?.postgres ?? {};
  if (timeline === null || lsn === null) return null;
  const systemId = document?.volume.postgres.systemId ?? null;
  const ancestors = leaderAncestors(view.etcd.value.patroni.history, { nodeId, timeline });
  return { nodeId, timeline, lsn, systemId, ancestors };
}

function stageOf({ reason, postgres, volume }: StatusDocument): RivalStage {
  if (reason === 'reclone-announced') return 'announced';
  const emptied = volume.postgres.kind === 'absent' && volume.postgres.setAside === true;
  const isBeingCloned = postgres !== null && isCloning(postgres.state);
  const isDown = postgres?.state !== 'running';
  return UNDER_WAY.includes(reason) || isBeingCloned || (emptied && isDown) ? 'under-way' : 'none';
}

/** What lies in PGDATA as it was last read; while Patroni runs only a lower bound of it. */
export function ownDisk(view: View): OwnDisk {
  const { postgres } = view.volume;
  if (postgres.kind === 'absent') return { kind: 'absent' };
  if (postgres.kind === 'unfinished' && postgres.operation === 'rewind') return { kind: 'rewind' };
  const report = ownReport(view);
  if (postgres.kind !== 'copy' || report?.kind !== 'copy') return { kind: 'other' };
  return { kind: 'copy', copy: report.copy, isReading: postgres.walEndUnknown === 'not read yet' };
}

const isPaused = oncePerText((config) => {
  const settings = parseJson(config);
  return typeof settings === 'object' && settings !== null && Reflect.get(settings, 'pause') === true;
});

/** What forbids to touch any copy, whatever it holds. */
function forbidden(view: View): string | null {
  if (view.state.stale !== null) return 'this node is stale';
  if (view.state.intent !== null) return 'a recovery is under way';
  if (!view.etcd.ok || !isOwnEpoch(view)) return 'etcd is not of this epoch';
  const { failover, config } = view.etcd.value.patroni;
  if (failover !== null && failover !== '') return 'a handover is asked for';
  return isPaused(config ?? '') ? 'Patroni is paused' : null;
}

/** Everything that a re-clone of this node's copy rests on. */
export function recloneEvidence(view: View): RecloneEvidence {
  const { state, nowMs, volume, facts } = view;
  const peers = freshPeers(view);
  const gone = goneNodes(view);
  const heard = new Set([state.nodeId, ...peers.map(({ nodeId }) => nodeId)]);
  const { leader, standbys } = syncMembers(view);
  const patroniAlive = databaseRuns(view);
  const { freeBytes } = volume;
  const proven = provenLeader(view);
  return {
    nowMs,
    self: state.nodeId,
    patroniAlive,
    postgres: view.postgres.ok ? view.postgres.value : null,
    leader: proven,
    initialize: view.etcd.ok ? view.etcd.value.patroni.initialize : null,
    rivals: peers.map((peer): Rival => ({ nodeId: peer.nodeId, stage: stageOf(peer) })),
    silent: memberIds(view).filter((nodeId) => !gone.has(nodeId) && !heard.has(nodeId)),
    isSynchronous: leader === state.nodeId || standbys.includes(state.nodeId),
    order: orderStage(state.recloneOrder, proven),
    isOfEarlierEpoch: isOfEarlierEpoch(state),
    forbidden: forbidden(view),
    disk: patroniAlive === false ? ownDisk(view) : null,
    // A status does not tell the leader's size. All that is on this volume is more than the old copy, and so than the new one
    // unless the database has grown by as much as the rest takes.
    space: { freeBytes, neededBytes: freeBytes === null ? null : facts.resources.volumeBytes - freeBytes },
    setAside: volume.setAside,
  };
}
