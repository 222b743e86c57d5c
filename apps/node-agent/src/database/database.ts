import type pg from 'pg';
import { DATABASES_SQL, USER_OBJECT_SQL, USER_SHARED_SQL } from '../cold-start/index.ts';
import { REPLICATION_ROLE, REWIND_ROLE } from '../config.ts';

/** What the agent does in PostgreSQL, always on this node's own primary. */
export interface DatabasePort {
  /** Creates the application's database, owned by the superuser, where it is missing. */
  readonly provision: () => Promise<void>;
  /** Adds the roles that the environment names and the cluster lacks. */
  readonly ensureRoles: () => Promise<void>;
  /** Whether any user has ever made anything: an object, a role, a database, an extension. */
  readonly hasUserData: () => Promise<boolean>;
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
  readonly replicationPassword: string;
  /** Default `postgres`. */
  readonly connectTo?: string;
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
    database: options.connectTo ?? 'postgres',
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

/** What pg_rewind calls on the server that it rewinds to, as Patroni grants it at a bootstrap. */
const REWIND_FUNCTIONS = [
  'pg_catalog.pg_ls_dir(text, boolean, boolean)',
  'pg_catalog.pg_stat_file(text, boolean)',
  'pg_catalog.pg_read_binary_file(text)',
  'pg_catalog.pg_read_binary_file(text, bigint, bigint, boolean)',
];

/** Patroni makes its roles at a bootstrap only: data that was there before, or a bootstrap that was cut short, lacks them. */
async function ensurePatroniRoles(client: pg.Client, password: string): Promise<void> {
  const secret = client.escapeLiteral(password);
  for (const [role, attributes] of [
    [REPLICATION_ROLE, 'replication login'],
    [REWIND_ROLE, 'login'],
  ] as const) {
    if (await exists(client, 'select 1 from pg_roles where rolname = $1', role)) continue;
    await silenced(client);
    await client.query(`create role ${client.escapeIdentifier(role)} ${attributes} password ${secret}`);
    if (role !== REWIND_ROLE) continue;
    for (const function_ of REWIND_FUNCTIONS) {
      await client.query(`grant execute on function ${function_} to ${client.escapeIdentifier(role)}`);
    }
  }
}

/** Role names and passwords cannot be parameters of DDL, and nothing of it may be logged. */
async function silenced(client: pg.Client): Promise<void> {
  await client.query("set log_statement = 'none'");
  await client.query("set log_min_error_statement = 'panic'");
  await client.query("set password_encryption = 'scram-sha-256'");
}

interface Found {
  readonly found: boolean;
}

async function hasUserData(options: DatabaseOptions): Promise<boolean> {
  const roles = [REPLICATION_ROLE, REWIND_ROLE, options.superuser.name, options.foundingSuperuser() ?? ''];
  const databases = await connected(options, STATEMENT_TIMEOUT_MS, async (client) => {
    const shared = await client.query<Found>(USER_SHARED_SQL, [roles, [options.database]]);
    if (shared.rows[0]?.found !== false) return null;
    const { rows } = await client.query<{ datname: string }>(DATABASES_SQL);
    return rows.map(({ datname }) => datname);
  });
  if (databases === null) return true;
  for (const database of databases) {
    const empty = await connected(
      { ...options, connectTo: database },
      STATEMENT_TIMEOUT_MS,
      async (client) => {
        const { rows } = await client.query<Found>(USER_OBJECT_SQL);
        return rows[0]?.found === false;
      },
    );
    if (!empty) return true;
  }
  return false;
}

/** Opens the agent's way into PostgreSQL; a connection lasts for one piece of work. */
export function createDatabase(options: DatabaseOptions): DatabasePort {
  const { superuser, database } = options;
  const ensureSuperuser = async (client: pg.Client) => {
    if (await exists(client, 'select 1 from pg_roles where rolname = $1', superuser.name)) return;
    const password = client.escapeLiteral(superuser.password);
    await silenced(client);
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
    ensureRoles: () =>
      connected(options, STATEMENT_TIMEOUT_MS, async (client) => {
        await ensureSuperuser(client);
        await ensurePatroniRoles(client, options.replicationPassword);
      }),
    hasUserData: () => hasUserData(options),
    checkpoint: (timeoutMs) =>
      connected(options, timeoutMs, async (client) => {
        await client.query('checkpoint');
      }),
  };
}
