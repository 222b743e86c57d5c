import type { PostgresData } from '@flux-pg/node-agent/loop';
import type { Branch, PgData } from '../kernel/contracts.ts';

/** LSNs as PostgreSQL prints them. */
export function formatLsn(lsn: number): string {
  const high = Math.floor(lsn / 2 ** 32).toString(16);
  return `${high}/${(lsn % 2 ** 32).toString(16)}`.toUpperCase();
}

/** The ancestors of a branch's timeline, oldest first, as its history file has them. */
function historyOf(branch: Branch) {
  const history: { timeline: number; switchLsn: string }[] = [];
  for (let { parent } = branch; parent !== null; { parent } = parent.branch) {
    history.unshift({ timeline: parent.branch.timeline, switchLsn: formatLsn(parent.switchLsn) });
  }
  return history;
}

/** The major version of the modelled image. */
export const MAJOR_VERSION = 17;

/** What the agent would read of a data directory; while PostgreSQL may be writing, it does not know the end of the WAL. */
export function inspectPgData(data: PgData | null, mayBeWritten: boolean, runs: boolean): PostgresData {
  if (data === null) return { kind: 'absent' };
  const { branch, unfinished } = data;
  if (unfinished !== null) {
    return { kind: 'unfinished', operation: unfinished, reason: `${unfinished} was cut short` };
  }
  const end = { timeline: branch.timeline, lsn: formatLsn(data.endLsn) };
  return {
    kind: 'copy',
    majorVersion: MAJOR_VERSION,
    consistent: data.consistent,
    systemId: branch.systemId,
    timeline: branch.timeline,
    checkpointLsn: formatLsn(data.checkpointLsn),
    controlState: data.controlState,
    minRecoveryEnd: null,
    minRecoveryTimeline: null,
    walSegmentBytes: 16 * 1024 * 1024,
    backupStartLsn: null,
    walEnd: mayBeWritten ? null : end,
    walEndUnknown: mayBeWritten ? 'PostgreSQL may be writing' : null,
    history: mayBeWritten && !runs ? [] : historyOf(branch),
  };
}
