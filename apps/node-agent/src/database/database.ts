import type pg from 'pg';

/** What the agent does in PostgreSQL, always on this node's own primary. */
export interface DatabasePort {
  /** Creates the application's database, owned by the superuser, where it is missing. */
  readonly provision: () => Promise<void>;
  /** Adds the roles that the environment names and the cluster lacks. */
  readonly ensureRoles: () => Promise<void>;
  /** Shortens the shutdown that follows: what is written now need not be written while clients wait. */
  readonly checkpoint: (timeoutMs: number) => Promise<void>;
}

/** How the primary is reached: over its own socket, as the role that the cluster was founded with. */
export interface DatabaseOptions {
  readonly socketDirectory: string;
  readonly port: number;
  /** The superuser fixed at founding, or null while it is unknown. */
  readonly foundingSuperuser: () => string | null;
  readonly superuser: { readonly name: string; readonly password: string };
  readonly database: string;
}

/** A statement of the agent on an idle catalogue takes milliseconds; a lock held by a client must not hang the loop. */
const STATEMENT_TIMEOUT_MS = 5000;

async function connected<T>(
  options: DatabaseOptions,
  timeoutMs: number,
  use: (client: pg.Client) => Promise<T>,
): Promise<T> {
  // Loaded where it is needed: most nodes are replicas, and never do.
  const { Client } = (await import('pg')).default;
  const client = new Client({
    host: options.socketDirectory,
    port: options.port,
    user: options.foundingSuperuser() ?? options.superuser.name,
    password: options.superuser.password,
    database: 'postgres',
    connectionTimeoutMillis: timeoutMs,
    query_timeout: timeoutMs,
    statement_timeout: timeoutMs,
    application_name: 'flux-pg',
  });
  // An idle connection that breaks emits an error event, which without a listener would end the process.
  client.on('error', () => undefined);
  await client.connect();
  try {
    return await use(client);
  } finally {
    await client.end().catch(() => undefined);
  }
}

async function exists(client: pg.Client, query: string, name: string): Promise<boolean> {
  const { rowCount } = await client.query(query, [name]);
  return (rowCount ?? 0) > 0;
}

/** Opens the agent's way into PostgreSQL; a connection lasts for one piece of work. */
export function createDatabase(options: DatabaseOptions): DatabasePort {
  const { superuser, database } = options;
  const ensureSuperuser = async (client: pg.Client) => {
    if (await exists(client, 'select 1 from pg_roles where rolname = $1', superuser.name)) return;
    const password = client.escapeLiteral(superuser.password);
    // Role names and passwords cannot be parameters of DDL, hence the escaping, and nothing of it may be logged.
    await client.query("set log_statement = 'none'");
    await client.query("set log_min_error_statement = 'panic'");
    await client.query("set password_encryption = 'scram-sha-256'");
    await client.query(
      `create role ${client.escapeIdentifier(superuser.name)} superuser login password ${password}`,
    );
  };
  return {
    provision: () =>
      connected(options, STATEMENT_TIMEOUT_MS, async (client) => {
        await ensureSuperuser(client);
        if (await exists(client, 'select 1 from pg_database where datname = $1', database)) return;
        const owner = client.escapeIdentifier(superuser.name);
        await client.query(`create database ${client.escapeIdentifier(database)} owner ${owner}`);
      }),
    ensureRoles: () => connected(options, STATEMENT_TIMEOUT_MS, ensureSuperuser),
    checkpoint: (timeoutMs) =>
      connected(options, timeoutMs, async (client) => {
        await client.query('checkpoint');
      }),
  };
}
