import { lchown, stat, symlink } from 'node:fs/promises';
import { join } from 'node:path';
import { getuid } from 'node:process';
import { afterEach, beforeEach, describe, expect, it } from 'vitest';
import { prepareVolume } from './layout.ts';
import type { Owner } from './passwd.ts';
import { aDirectory, setModes, writeFiles } from './volume-builders.ts';

let root = '';
let remove = async () => {};

beforeEach(async () => {
  ({ path: root, remove } = await aDirectory());
});

afterEach(() => remove());

async function ownOwner(): Promise<Owner> {
  const { uid, gid } = await stat(root);
  return { uid, gid };
}

async function describePath(name: string) {
  const { uid, gid, mode } = await stat(join(root, name));
  return { uid, gid, mode: mode & 0o7777 };
}

/** Everything belongs to whoever runs the test, so that it needs no root. */
async function prepare() {
  const owner = await ownOwner();
  return prepareVolume({ root, postgres: owner, etcd: owner, agent: owner });
}

const directories = ['pgdata', 'etcd', 'flux-pg', 'quarantine'];

describe('prepareVolume', () => {
  it('creates private directories below a root that everybody may pass', async () => {
    await setModes(root, { '.': 0o700 });
    await prepare();
    expect((await describePath('.')).mode).toBe(0o1777);
    for (const name of directories) expect((await describePath(name)).mode).toBe(0o700);
  });

  it('has nothing to do the second time', async () => {
    await prepare();
    expect(await prepare()).toEqual([]);
  });

  it('mends what FluxOS has opened to everybody, and leaves the content alone', async () => {
    await prepare();
    await writeFiles(root, { 'pgdata/PG_VERSION': '17\n', 'flux-pg/node.json': '{}' });
    await setModes(root, { pgdata: 0o777, 'pgdata/PG_VERSION': 0o777, 'flux-pg': 0o777 });
    expect(await prepare()).toEqual([
      `${join(root, 'pgdata')}: mode 777 set to 700`,
      `${join(root, 'flux-pg')}: mode 777 set to 700`,
    ]);
    expect((await describePath('pgdata')).mode).toBe(0o700);
    expect((await describePath('pgdata/PG_VERSION')).mode).toBe(0o777);
  });

  it.each([
    ['a link', (path: string) => symlink('/tmp', path)],
    ['a file', (path: string) => writeFiles(path, { '': 'x' })],
  ])('refuses %s where a directory belongs', async (_what, put) => {
    await put(join(root, 'flux-pg'));
    await expect(prepare()).rejects.toMatchObject({ name: 'VolumeError', code: 'not-a-directory' });
  });

  it('says so when the root does not exist', async () => {
    const owner = await ownOwner();
    const missing = join(root, 'missing');
    await expect(prepareVolume({ root: missing, postgres: owner, etcd: owner })).rejects.toMatchObject({
      code: 'io',
    });
  });
});

describe.runIf(getuid?.() === 0)('prepareVolume as root', () => {
  const postgres = { uid: 54_321, gid: 54_322 };
  const etcd = { uid: 54_323, gid: 54_324 };
  const prepareAsRoot = () => prepareVolume({ root, postgres, etcd });

  it('gives each directory to its owner', async () => {
    await prepareAsRoot();
    expect(await describePath('pgdata')).toEqual({ ...postgres, mode: 0o700 });
    expect(await describePath('etcd')).toEqual({ ...etcd, mode: 0o700 });
    expect(await describePath('flux-pg')).toEqual({ uid: 0, gid: 0, mode: 0o700 });
  });

  it('takes the whole content along when the user has got another number', async () => {
    await writeFiles(root, { 'pgdata/base/1/file': 'x', target: 'not mine' });
    await symlink(join(root, 'target'), join(root, 'pgdata/link'));
    await lchown(join(root, 'pgdata'), 999, 999);
    await prepareAsRoot();
    expect(await describePath('pgdata/base/1/file')).toMatchObject(postgres);
    expect(await describePath('pgdata/base')).toMatchObject(postgres);
    expect(await describePath('target')).toMatchObject({ uid: 0 });
  });

  it('does not look into a directory whose top has the right owner', async () => {
    await prepareAsRoot();
    await writeFiles(root, { 'pgdata/base/1/file': 'x' });
    await prepareAsRoot();
    expect(await describePath('pgdata/base/1/file')).toMatchObject({ uid: 0 });
  });
});
