import { createServer, type Server, type Socket } from 'node:net';
import { join } from 'node:path';
import { afterEach, beforeEach, describe, expect, it } from 'vitest';
import { aDirectory } from '../volume/volume-builders.ts';
import { createDatabase, type DatabaseOptions } from './database.ts';
import { speakPostgres } from './wire-builder.ts';

let directory: Awaited<ReturnType<typeof aDirectory>>;
let server: Server;
let heard: string[];
/** Names that the catalogue knows: roles and databases. */
let known: Set<string>;
let silent: boolean;
let sockets: Socket[];

beforeEach(async () => {
  directory = await aDirectory();
  heard = [];
  known = new Set();
  silent = false;
  sockets = [];
  server = createServer((socket) => {
    sockets.push(socket);
    if (!silent) speakPostgres(socket, { heard, known });
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
  it('are looked after as the superuser that the cluster was founded with', async () => {
    await aDatabase({ foundingSuperuser: () => 'first' }).ensureRoles();
    expect(heard[0]).toBe('user=first database=postgres');
    expect(heard.filter((text) => text.startsWith('create'))).toEqual([
      `create role "app" superuser login password 'pass'`,
    ]);
  });

  it('that exist are not touched', async () => {
    known = new Set(['app']);
    await aDatabase().ensureRoles();
    expect(heard.filter((text) => !text.startsWith('select'))).toEqual(['user=app database=postgres']);
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
