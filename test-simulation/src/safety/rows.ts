import type { Volume } from '../disk/volume.ts';
import type { Branch, Lsn, Row } from '../kernel/contracts.ts';
import type { World } from '../world/world.ts';
import type { Report } from './violation.ts';

interface AcknowledgedRow extends Row {
  readonly atMs: number;
  readonly writer: string;
}

/** Whether the history that ends at a position holds the row. */
export function holdsRow(end: { readonly branch: Branch; readonly endLsn: Lsn }, row: Row): boolean {
  let limit = end.endLsn;
  for (let branch: Branch | null = end.branch; branch !== null; branch = branch.parent?.branch ?? null) {
    if (branch.id === row.branch.id) return row.lsn <= limit;
    limit = Math.min(limit, branch.parent?.switchLsn ?? limit);
  }
  return false;
}

/** A client that writes to whoever takes writes, and remembers what was acknowledged to it. */
export interface Workload {
  /** Writes one row to each node that says it is writable. */
  readonly write: () => void;
  readonly acknowledged: () => number;
  /** To be called when a node begins to take writes: what its history lacks is lost or had to be given up. */
  readonly promoted: (key: string, branch: Branch) => void;
  /** Rows given up as design.md 11 allows: the unshipped tail of a primary that was away for longer than its lease. */
  readonly tailsLost: () => number;
  /** Compares what was acknowledged with what the primary has, at the end of a run. */
  readonly finish: () => void;
}

function volumeHolds({ destroyed, content }: Volume, row: Row): boolean {
  const copies = [content.pgdata, ...content.quarantine.map(({ pgdata }) => pgdata)];
  return (
    !destroyed && copies.some((copy) => copy !== null && copy.unfinished !== 'clone' && holdsRow(copy, row))
  );
}

/** How long a cold start waits for the last primary. */
const COLD_START_WAIT_MS = 300_000;

/** How long primaries were out of reach. */
export interface Absences {
  /** Since when the node does not serve as primary in reach of the other one; null while it does. */
  readonly awaySinceMs: (key: string, from: string) => number | null;
  /** Since when the node could not have told the other one of its copy; null while it can. */
  readonly silentSinceMs: (key: string, from: string) => number | null;
  /** When last no Patroni ran anywhere: a cold start has no exception. */
  readonly allDownAtMs: () => number;
}

/** Makes the client and its bookkeeping. */
export function createWorkload(world: World, absences: Absences, report: Report): Workload {
  let rows: AcknowledgedRow[] = [];
  const known = new Set<number>();
  let count = 0;
  let tailsLost = 0;
  const { ttlSeconds, loopWaitSeconds, synchronousMode } = world.config.patroni;
  // The lease was renewed for the last time up to a loop before the node was cut off, and the client looks every 2 s.
  const leaseMs = 1000 * (ttlSeconds - loopWaitSeconds - 2);

  const holders = (row: Row) => world.volumes.filter((volume) => volumeHolds(volume, row));

  /** A cold start and a recovery wait for whoever may come back, but not for ever: for that long they have to. */
  function wasWaitedFor(kept: readonly Volume[], successor: string): boolean {
    const waitMs = Math.min(COLD_START_WAIT_MS, world.config.fenceAfterMs + world.config.absenceGraceMs);
    return kept.every(({ key }) => {
      const [node = ''] = key.split('/');
      const sinceMs = absences.silentSinceMs(node, successor);
      return sinceMs !== null && world.scheduler.nowMs() - sinceMs >= waitMs;
    });
  }

  function isExcused(row: AcknowledgedRow, successor: string, kept: readonly Volume[]): boolean {
    if (synchronousMode !== 'off') return false;
    if (absences.allDownAtMs() > row.atMs) return wasWaitedFor(kept, successor);
    const awaySinceMs = absences.awaySinceMs(row.writer, successor);
    return awaySinceMs !== null && world.scheduler.nowMs() - awaySinceMs >= leaseMs;
  }

  function judge(key: string, position: { readonly branch: Branch; readonly endLsn: Lsn }): void {
    const lacking = rows.filter((row) => !holdsRow(position, row));
    let lost = 0;
    let example = '';
    for (const row of lacking) {
      const kept = holders(row);
      if (kept.length === 0) world.trace.add(key, `lsn ${row.lsn} of ${row.writer} is gone with its volumes`);
      else if (isExcused(row, key, kept)) tailsLost += 1;
      else {
        lost += 1;
        example ||= `lsn ${row.lsn} of ${row.writer}, held by ${kept.map((volume) => volume.key).join(', ')}`;
      }
    }
    if (lost > 0) report('acknowledged-row-lost', `${key} lacks ${lost} rows, such as ${example}`);
    // Judged once: whatever was given up is not asked for again.
    rows = rows.filter((row) => !lacking.includes(row));
  }

  function checkPromotion(key: string, branch: Branch): void {
    if (known.has(branch.id)) return;
    known.add(branch.id);
    world.trace.add(key, `takes writes on timeline ${branch.timeline}`);
    if (branch.parent !== null) judge(key, { branch, endLsn: branch.parent.switchLsn });
  }

  return {
    write: () => {
      for (const { key, isPaused, patroni } of world.containers.values()) {
        const process = patroni();
        const database = process?.database() ?? null;
        if (process === null || database?.writable !== true || isPaused()) continue;
        checkPromotion(key, database.branch);
        world.userData.add(database.branch.systemId);
        process.write((row) => {
          count += 1;
          rows.push({ ...row, atMs: world.scheduler.nowMs(), writer: key });
        });
      }
    },
    acknowledged: () => count,
    tailsLost: () => tailsLost,
    promoted: checkPromotion,
    finish: () => {
      for (const { key, patroni } of world.containers.values()) {
        const database = patroni()?.database() ?? null;
        if (database?.writable === true) judge(key, database);
      }
    },
  };
}
