import { writeFile } from 'node:fs/promises';
import { join } from 'node:path';
import fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import { isMountPoint, parseMountInfo } from './mount.ts';
import { findUser, parsePasswd } from './passwd.ts';
import { aDirectory } from './volume-builders.ts';

const mountInfo = `609 608 0:53 / / rw,relatime - overlay overlay rw,lowerdir=/l
610 609 0:54 / /proc rw,nosuid shared:1 master:2 - proc proc rw
640 609 7:3 /appdata /var/lib/postgresql/data rw,relatime - ext4 /dev/loop3 rw
641 609 7:4 / /with\\040space\\134and\\011tab rw - ext4 /dev/loop4 rw
`;

/** As the kernel writes a path into mountinfo. */
function encodeOctal(path: string): string {
  return path.replace(
    /[ \t\n\\]/g,
    (character) => `\\${character.charCodeAt(0).toString(8).padStart(3, '0')}`,
  );
}

describe('parseMountInfo', () => {
  it('finds mount points with and without optional fields', () => {
    expect(parseMountInfo(mountInfo).slice(1, 3)).toEqual([
      { mountPoint: '/proc', root: '/', fileSystem: 'proc', source: 'proc' },
      { mountPoint: '/var/lib/postgresql/data', root: '/appdata', fileSystem: 'ext4', source: '/dev/loop3' },
    ]);
  });

  it('reads every path that the kernel can write', () => {
    const path = fc.string({
      unit: fc.constantFrom(' ', '\t', '\n', '\\', '0', '4', '-', 'é', 'a'),
      minLength: 1,
    });
    fc.assert(
      fc.property(path, (name) => {
        const line = `640 609 7:3 / ${encodeOctal(`/${name}`)} rw - ext4 /dev/loop3 rw`;
        expect(parseMountInfo(line)).toMatchObject([{ mountPoint: `/${name}` }]);
      }),
    );
  });

  it('leaves out what is no such line', () => {
    expect(parseMountInfo('\nnonsense\n1 2 3 - ext4\n')).toEqual([]);
  });
});

describe('isMountPoint', () => {
  it('is true for a mount and false for a directory within one', async () => {
    expect(await isMountPoint('/proc')).toBe(true);
    const { path, remove } = await aDirectory();
    expect(await isMountPoint(path)).toBe(false);
    const file = join(path, 'mountinfo');
    await writeFile(file, `640 609 7:3 / ${encodeOctal(path)} rw - ext4 /dev/loop3 rw\n`);
    expect(await isMountPoint(path, file)).toBe(true);
    await remove();
  });
});

describe('users', () => {
  const passwd =
    'root:x:0:0:root:/root:/bin/bash\nbroken\npostgres:x:101:103:PostgreSQL:/var/lib/postgresql:/bin/sh\n';

  it('are found by their whole name', () => {
    expect(parsePasswd(passwd, 'postgres')).toEqual({ uid: 101, gid: 103 });
    expect(parsePasswd(passwd, 'root')).toEqual({ uid: 0, gid: 0 });
    expect(parsePasswd(passwd, 'post')).toBeNull();
    expect(parsePasswd(passwd, 'broken')).toBeNull();
  });

  it('are looked up in the file, and a missing one is an error', async () => {
    const { path, remove } = await aDirectory();
    const file = join(path, 'passwd');
    await writeFile(file, passwd);
    expect(await findUser('postgres', file)).toEqual({ uid: 101, gid: 103 });
    await expect(findUser('etcd', file)).rejects.toMatchObject({ name: 'VolumeError', code: 'unknown-user' });
    await remove();
  });
});
