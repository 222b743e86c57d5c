import pg from 'pg';
import type { Credentials } from './cluster-options.ts';

/** A server and a login. */
export interface Login extends Credentials {
  readonly host: string;
  readonly port: number;
}

/** How long connecting and one statement may take. */
export interface SqlTimeouts {
  readonly connectMs: number;
  readonly queryMs: number;
}

const DEFAULT_TIMEOUTS: SqlTimeouts = { connectMs: 2000, queryMs: 5000 };

/** Opens a connection. A connection that breaks later fails its next statement and nothing else. */
export async function connectSql(login: Login, timeouts = DEFAULT_TIMEOUTS): Promise<pg.Client> {
  const { host, port, user, database, password } = login;
  const client = new pg.Client({
    host,
    port,
    user,
    database,
    password,
    connectionTimeoutMillis: timeouts.connectMs,
    query_timeout: timeouts.queryMs,
    application_name: 'flux-pg-e2e',
  });
  client.on('error', () => undefined);
  try {
    await client.connect();
  } catch (error) {
    disconnectSql(client);
    throw error;
  }
  return client;
}

/** Lets go of a connection, whatever state it is in, without waiting for the server. */
export function disconnectSql(client: pg.Client): void {
  client.end().catch(() => undefined);
}

/** Runs one statement on a connection of its own. */
export async function querySql<Row extends pg.QueryResultRow>(
  login: Login,
  text: string,
  values: readonly unknown[] = [],
): Promise<Row[]> {
  const client = await connectSql(login);
  try {
    return (await client.query<Row>(text, [...values])).rows;
  } finally {
    disconnectSql(client);
  }
}
