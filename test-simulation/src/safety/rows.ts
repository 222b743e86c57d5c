import type { Volume, VolumeContent } from '../disk/volume.ts';
import type { Branch, PgData, Row } from '../kernel/contracts.ts';
import { contains, type Position } from '../postgres/index.ts';
import type { World } from '../world/world.ts';
import type { Exceptions } from './exceptions.ts';
import type { Report } from './violation.ts';

/** A row that a client was told is there. */
export interface AcknowledgedRow extends Row {
  readonly atMs: number;
  readonly writer: string;
  /** Whether the writer could take itself for the holder of the leader key at that moment. */
  readonly leased: boolean;
}

/** Whether the history that ends at a position holds the row. */
function holdsRow(end: Position, { branch, lsn }: Row): boolean {
  return contains(end, { branch, endLsn: lsn });
}

/** A client that writes to whoever takes writes, and remembers what was acknowledged to it. */
export interface Workload {
  /** Writes one row to each node that says it is writable. */
  readonly write: () => void;
  readonly acknowledged: () => number;
  /** Rows given up as design.md 11 allows: the unshipped tail of a primary that was away for longer than its lease. */
  readonly tailsLost: () => number;
  /** To be called with each change of a volume that somebody in its container made. */
  readonly changed: (volume: Volume, before: VolumeContent, after: VolumeContent) => void;
  /** Compares what was acknowledged with what the primary has, at the end of a run. */
  readonly finish: () => void;
}

/** What a clone or an initdb left unfinished is no copy of anything. */
function copiesIn({ pgdata, root, quarantine }: VolumeContent): readonly PgData[] {
  return [pgdata, root?.pgdata ?? null, ...quarantine.map((kept) => kept.pgdata)].flatMap((copy) =>
    copy === null || copy.unfinished === 'clone' || copy.unfinished === 'initdb' ? [] : [copy],
  );
}

function contentHolds(content: VolumeContent, row: Row): boolean {
  return copiesIn(content).some((copy) => holdsRow(copy, row));
}

/** The usual case, told apart because it is each arrival of WAL. */
function hasOnlyGrown(before: VolumeContent, after: VolumeContent): boolean {
  if (before.quarantine !== after.quarantine || before.root !== after.root) return false;
  const [old, grown] = [before.pgdata, after.pgdata];
  if (old === null || old === grown) return true;
  return old.branch === grown?.branch && old.endLsn <= grown.endLsn && old.unfinished === grown.unfinished;
}

/** Makes the client and its bookkeeping. */
export function createWorkload(world: World, exceptions: Exceptions, report: Report): Workload {
  let rows: AcknowledgedRow[] = [];
  const known = new Set<number>();
  let count = 0;
  let tailsLost = 0;

  const holders = (row: Row) =>
    world.volumes.filter(({ destroyed, content }) => !destroyed && contentHolds(content, row));

  /** Takes what a primary lacks out of the books; each row is excused or lost. */
  function judge(
    key: string,
    position: Position,
    isExcused: (row: AcknowledgedRow, kept: readonly Volume[]) => boolean,
  ): void {
    // Rows of another system are of another cluster: it yields or stops where the two meet, with its copies untouched.
    const { systemId } = position.branch;
    const lacking = rows.filter((row) => row.branch.systemId === systemId && !holdsRow(position, row));
    if (lacking.length === 0) return;
    let lost = 0;
    let example = '';
    for (const row of lacking) {
      const kept = holders(row);
      if (kept.length === 0) world.trace.add(key, `lsn ${row.lsn} of ${row.writer} is gone with its volumes`);
      else if (isExcused(row, kept)) tailsLost += 1;
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
    const endLsn = branch.parent?.switchLsn;
    if (endLsn !== undefined) {
      judge(key, { branch, endLsn }, (row, kept) => exceptions.isExcused(row, key, kept));
    }
    exceptions.took(key);
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
          const atMs = world.scheduler.nowMs();
          const leased = (process.database()?.leaseUntilMs ?? 0) > atMs;
          rows.push({ ...row, atMs, writer: key, leased });
        });
      }
    },
    acknowledged: () => count,
    tailsLost: () => tailsLost,
    changed: (volume, before, after) => {
      if (hasOnlyGrown(before, after)) return;
      const left = copiesIn(after);
      // What was moved aside as it was has lost nothing.
      if (copiesIn(before).every((copy) => left.some((other) => contains(other, copy)))) return;
      const gone = rows.filter((row) => contentHolds(before, row) && holders(row).length === 0);
      const lost = gone.filter((row) => !exceptions.isLate(row));
      tailsLost += gone.length - lost.length;
      rows = rows.filter((row) => !gone.includes(row));
      const [first] = lost;
      if (first === undefined) return;
      const detail = `${lost.length} rows were deleted on ${volume.key}, such as lsn ${first.lsn} of ${first.writer}`;
      report('acknowledged-row-lost', detail);
    },
    finish: () => {
      for (const { key, patroni } of world.containers.values()) {
        const database = patroni()?.database() ?? null;
        if (database?.writable !== true) continue;
        // What was there before its promotion was judged then. Who wrote since without a lease had been replaced.
        judge(key, database, exceptions.isLate);
      }
    },
  };
}
