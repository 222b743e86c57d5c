import { mkdtemp, readFile, rm, stat, writeFile } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { afterEach, beforeEach, describe, expect, it } from 'vitest';
import { withHostsBlock, writeHostsBlock } from './hosts-file.ts';

const docker = '127.0.0.1\tlocalhost\n172.20.0.2\tabcdef\n';
const one = [{ address: '10.0.0.1', name: 'a-1.fluxpg' }];
const two = [
  { address: '127.0.0.1', name: 'b-1.fluxpg' },
  { address: '127.0.53.1', name: 'c-1.fluxpg' },
];

describe('the block of member names', () => {
  it('is added behind what Docker wrote', () => {
    expect(withHostsBlock(docker, one)).toBe(
      `${docker}# flux-pg: etcd members, kept by the agent\n10.0.0.1\ta-1.fluxpg\n# flux-pg end\n`,
    );
  });

  it('replaces an earlier one and nothing else', () => {
    const foreign = '10.9.9.9\tadded-by-somebody\n';
    expect(withHostsBlock(`${withHostsBlock(docker, one)}${foreign}`, two)).toBe(
      withHostsBlock(`${docker}${foreign}`, two),
    );
  });

  it('is the same however often it is written', () => {
    expect(withHostsBlock(withHostsBlock(docker, two), two)).toBe(withHostsBlock(docker, two));
  });

  it('replaces one that was cut short', () => {
    const cut = withHostsBlock(docker, two).slice(0, -20);
    expect(withHostsBlock(cut, one)).toBe(withHostsBlock(docker, one));
  });
});

describe('the hosts file', () => {
  let directory = '';
  beforeEach(async () => {
    directory = await mkdtemp(join(tmpdir(), 'hosts-'));
  });
  afterEach(() => rm(directory, { recursive: true }));

  it('stays the same file, since a bind mount cannot be replaced', async () => {
    const path = join(directory, 'hosts');
    await writeFile(path, docker);
    const before = await stat(path);
    await writeHostsBlock(path, one);
    expect((await stat(path)).ino).toBe(before.ino);
    expect(await readFile(path, 'utf8')).toContain('10.0.0.1\ta-1.fluxpg');
  });
});
