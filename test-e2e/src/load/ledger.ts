import { type Login, querySql } from '../cluster/sql.ts';

/** Acknowledged rows by their writers. */
export type AcknowledgedRows = ReadonlyMap<string, readonly number[]>;

const createTable = `
  create table if not exists e2e_rows (
    writer text, number integer, written_at timestamptz not null default clock_timestamp(),
    primary key (writer, number)
  )`;

/** Remembers every row whose commit was acknowledged, since none of them may ever be missing. */
export class Ledger {
  readonly #rows = new Map<string, number[]>();

  acknowledge(writer: string, row: number): void {
    const rows = this.#rows.get(writer);
    if (rows === undefined) this.#rows.set(writer, [row]);
    else rows.push(row);
  }

  /** What has been acknowledged until now. */
  snapshot(): AcknowledgedRows {
    return new Map([...this.#rows].map(([writer, rows]) => [writer, [...rows]]));
  }
}

/** Creates the table that all writers share. */
export async function createRowsTable(login: Login): Promise<void> {
  await querySql(login, createTable);
}

/** The statement of every writer. */
export const insertRow = 'insert into e2e_rows (writer, number) values ($1, $2)';

/** Acknowledged rows that a server does not have, such as `w1: 17`. */
export async function missingRows(login: Login, acknowledged: AcknowledgedRows): Promise<readonly string[]> {
  const writers = [...acknowledged].flatMap(([writer, rows]) => rows.map(() => writer));
  const numbers = [...acknowledged.values()].flat();
  const missing = await querySql<{ writer: string; number: number }>(
    login,
    `select writer, number from unnest($1::text[], $2::integer[]) as acknowledged (writer, number)
     where not exists (select from e2e_rows where (e2e_rows.writer, e2e_rows.number) = (acknowledged.writer, acknowledged.number))`,
    [writers, numbers],
  );
  return missing.map(({ writer, number }) => `${writer}: ${number}`);
}
