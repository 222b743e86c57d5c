import { createServer, type Server, type Socket } from 'node:net';
import { join } from 'node:path';
import { afterEach, beforeEach, describe, expect, it } from 'vitest';
import { DATABASES_SQL, USER_OBJECT_SQL, USER_SHARED_SQL } from '../cold-start/index.ts';
import { REPLICATION_ROLE, REWIND_ROLE } from '../config.ts';
import { aDirectory } from '../volume/volume-builders.ts';
import { createDatabase, type DatabaseOptions } from './database.ts';
import { type Conversation, speakPostgres } from './wire-builder.ts';

const patroniRoles = [REPLICATION_ROLE, REWIND_ROLE];

let directory: Awaited<ReturnType<typeof aDirectory>>;
let server: Server;
let heard: string[];
/** Names that the catalogue knows: roles and databases. */
let known: Set<string>;
let silent: boolean;
let find: Conversation['find'];
let sockets: Socket[];

beforeEach(async () => {
  directory = await aDirectory();
  heard = [];
  known = new Set();
  silent = false;
  find = () => null;
  sockets = [];
  server = createServer((socket) => {
    sockets.push(socket);
    if (!silent) speakPostgres(socket, { heard, known, find: (...asked) => find?.(...asked) ?? null });
  });
  await new Promise<void>((resolve) => server.listen(join(directory.path, '.s.PGSQL.5432'), resolve));
});

afterEach(async () => {
  for (const socket of sockets) socket.destroy();
  await new Promise((resolve) => server.close(resolve));
  await directory.remove();
});

function aDatabase(difference: Partial<DatabaseOptions> = {}) {
  return createDatabase({
    socketDirectory: directory.path,
    port: 5432,
    foundingSuperuser: () => null,
    superuser: { name: 'app', password: 'pass' },
    database: 'shop',
    replicationPassword: 'replication',
    ...difference,
  });
}

describe('the application’s database', () => {
  it('is created with its owner where both are missing, without the password in the log', async () => {
    await aDatabase().provision();
    const statements = heard.filter((text) => !text.startsWith('select'));
    expect(statements).toEqual([
      'user=app database=postgres',
      "set log_statement = 'none'",
      "set log_min_error_statement = 'panic'",
      "set password_encryption = 'scram-sha-256'",
      `create role "app" superuser login password 'pass'`,
      'create database "shop" owner "app"',
    ]);
  });

  it('is left alone where it is', async () => {
    known = new Set(['app', 'shop']);
    await aDatabase().provision();
    expect(heard.filter((text) => text.startsWith('create'))).toEqual([]);
  });

  it('may have any name, which stays a name', async () => {
    const superuser = { name: 'a"; drop role x; --', password: "it's \\ \u{1f600}" };
    await aDatabase({ superuser, database: 'my "db"' }).provision();
    expect(heard).toContain('create database "my ""db""" owner "a""; drop role x; --"');
    expect(heard).toContain(
      `create role "a""; drop role x; --" superuser login password  E'it''s \\\\ \u{1f600}'`,
    );
  });
});

describe('the roles', () => {
  it('of Patroni are added where data was there before, the rewind role with what it may call', async () => {
    known = new Set(['app']);
    await aDatabase().ensureRoles();
    const [replication, rewind] = patroniRoles;
    const statements = heard.filter((text) => !text.startsWith('select'));
    expect(statements.filter((text) => text.startsWith('create'))).toEqual([
      `create role "${replication}" replication login password 'replication'`,
      `create role "${rewind}" login password 'replication'`,
    ]);
    const grants = statements.filter((text) => text.startsWith('grant'));
    expect(grants).toHaveLength(4);
    for (const grant of grants) expect(grant).toMatch(/^grant execute on function pg_catalog\.pg_.* to "/);
    // Nothing of the passwords may be logged.
    expect(statements.indexOf("set log_statement = 'none'")).toBeLessThan(
      statements.findIndex((text) => text.startsWith('create')),
    );
  });

  it('are looked after as the superuser that the cluster was founded with', async () => {
    known = new Set(patroniRoles);
    await aDatabase({ foundingSuperuser: () => 'first' }).ensureRoles();
    expect(heard[0]).toBe('user=first database=postgres');
    expect(heard.filter((text) => text.startsWith('create'))).toEqual([
      `create role "app" superuser login password 'pass'`,
    ]);
  });

  it('that exist are not touched', async () => {
    known = new Set(['app', ...patroniRoles]);
    await aDatabase().ensureRoles();
    expect(heard.filter((text) => !text.startsWith('select'))).toEqual(['user=app database=postgres']);
  });
});

describe('the question whether a user has made anything', () => {
  const yes = (is: boolean) => ({ column: 'found', type: 'boolean' as const, values: [is ? 't' : 'f'] });

  /** A PostgreSQL with these databases, where those that are named hold an object of a user's. */
  function aPostgres(databases: readonly string[], holding: readonly string[], shared = false) {
    find = (statement, database) => {
      if (statement === USER_SHARED_SQL) return yes(shared);
      if (statement === DATABASES_SQL) return { column: 'datname', type: 'text', values: databases };
      return statement === USER_OBJECT_SQL ? yes(holding.includes(database)) : null;
    };
  }
  const asked = () => heard.filter((text) => text.startsWith('user='));

  it('is asked in every database that takes connections, one after the other', async () => {
    aPostgres(['template1', 'postgres', 'shop'], []);
    expect(await aDatabase().hasUserData()).toBe(false);
    expect(asked()).toEqual([
      'user=app database=postgres',
      'user=app database=template1',
      'user=app database=postgres',
      'user=app database=shop',
    ]);
  });

  it.each(['template1', 'postgres', 'shop'])('is answered with yes by an object in %s', async (database) => {
    aPostgres(['template1', 'postgres', 'shop'], [database]);
    expect(await aDatabase().hasUserData()).toBe(true);
    expect(asked().at(-1)).toBe(`user=app database=${database}`);
  });

  it('is answered with yes by a role or a database of a user’s, without looking further', async () => {
    aPostgres(['postgres'], [], true);
    expect(await aDatabase().hasUserData()).toBe(true);
    expect(asked()).toHaveLength(1);
  });

  it('is answered with yes where the answer is not what was asked for', async () => {
    find = (statement) => (statement === DATABASES_SQL ? { ...yes(false), column: 'datname' } : null);
    expect(await aDatabase().hasUserData()).toBe(true);
  });

  it('has no answer where PostgreSQL does not answer, rather than a wrong one', async () => {
    await expect(aDatabase({ port: 5433 }).hasUserData()).rejects.toMatchObject({ code: 'ENOENT' });
  });
});

describe('the checkpoint', () => {
  it('is asked for', async () => {
    await aDatabase().checkpoint(1000);
    expect(heard).toContain('checkpoint');
  });

  it('fails where no PostgreSQL runs', async () => {
    await expect(aDatabase({ port: 5433 }).checkpoint(1000)).rejects.toMatchObject({ code: 'ENOENT' });
  });

  it('is not waited for longer than it may take', async () => {
    silent = true;
    const startedAt = performance.now();
    await expect(aDatabase().checkpoint(200)).rejects.toThrow(/timeout/i);
    expect(performance.now() - startedAt).toBeLessThan(2000);
  });
});
