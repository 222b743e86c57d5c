import { mkdir, readdir, readFile, stat, writeFile } from 'node:fs/promises';
import { join } from 'node:path';
import { afterEach, beforeEach, describe, expect, it } from 'vitest';
import { aMemberState, aRecord } from '../loop/member-builder.ts';
import { CLUSTER, NODE } from '../loop/view-builder.ts';
import { aDirectory, controlDataText, writeFiles } from '../volume/volume-builders.ts';
import { newIncarnation, openVolume, type VolumeSource } from './open-volume.ts';

let root: string;
let remove: () => Promise<void>;
let inspections: number;

beforeEach(async () => {
  const directory = await aDirectory();
  root = directory.path;
  remove = directory.remove;
  inspections = 0;
});
afterEach(() => remove());

/** Opens the volume in a directory of this test; owners are left as they are, which needs no root. */
function open(difference: Partial<VolumeSource> = {}) {
  return openVolume({
    root,
    majorVersion: 17,
    runControlData: async () => {
      inspections += 1;
      return controlDataText();
    },
    prepare: async () => {
      for (const name of ['pgdata', 'etcd', 'flux-pg', 'quarantine']) {
        await mkdir(join(root, name), { recursive: true, mode: 0o700 });
      }
    },
    wallMs: () => Date.parse('2026-11-23T09:29:23Z'),
    freeBytes: async () => 5_000_000,
    findPostmaster: async () => null,
    ...difference,
  });
}

const nothing = {
  postgres: { kind: 'absent' },
  atRoot: false,
  atRootMajorVersion: null,
  etcdData: false,
  setAside: false,
  freeBytes: 5_000_000,
};

const stored = (name: string) => join(root, 'flux-pg', `${name}.json`);
const mirror = {
  version: 1 as const,
  clusterId: CLUSTER,
  epoch: 1,
  members: [aRecord(NODE)],
  voters: [],
  lastPrimary: NODE,
  initialize: '7000',
  history: '[]',
  config: '{}',
};
const aClone = {
  'pgdata/PG_VERSION': '17\n',
  'pgdata/global/pg_control': 'x'.repeat(8192),
  'pgdata/postmaster.opts': '',
};

describe('an unused volume', () => {
  it('gets an identity, which is on the disk before it is used', async () => {
    const volume = await open();
    expect(volume.state()).toMatchObject({ version: 1, cluster: null, founding: { kind: 'none' } });
    expect(JSON.parse(await readFile(stored('node'), 'utf8'))).toEqual(volume.state());
    expect((await stat(stored('node'))).mode & 0o777).toBe(0o600);
    expect(volume.mirror()).toBeNull();
    expect(volume.cachedListing).toBeNull();
  });

  it('gets another identity than any other', async () => {
    const first = (await open()).state();
    await remove();
    await mkdir(root);
    const second = (await open()).state();
    expect(second.nodeId).not.toBe(first.nodeId);
    expect(newIncarnation()).toMatch(/^[0-9a-f]{8}$/);
    expect(newIncarnation()).not.toBe(newIncarnation());
  });

  it('holds nothing', async () => {
    expect(await (await open()).inspect({ patroniAlive: false })).toEqual(nothing);
  });
});

describe('a volume that is opened again', () => {
  it('has kept its identity, its promises, its mirror and its listing', async () => {
    const volume = await open();
    const state = aMemberState({ nodeId: volume.state().nodeId });
    await volume.writeState(state);
    await volume.writeMirror(mirror);
    const instances = [{ address: '10.0.0.2', runningSinceMs: null, apiPort: 16_137 }];
    await volume.cacheListing({ instances }, 3);
    const again = await open();
    expect(again.state()).toEqual({
      ...state,
      startIds: [volume.startId(), again.startId()],
      cluster: {
        ...state.cluster,
        seededBy: null,
        seeding: false,
        foundedAtMs: null,
        sealedBy: null,
        adopts: null,
      },
    });
    expect(again.mirror()).toMatchObject(mirror);
    expect(again.cachedListing).toEqual({ instances, expectedNodes: 3 });
  });

  it.each([
    ['empty', ''],
    ['cut short', '{"version":1,'],
    ['of another version', '{"version":2}'],
  ])('is an error, never a new identity, when its promises are %s', async (_name, text) => {
    await open();
    for (const name of ['node', 'dcs']) {
      const before = await readFile(stored(name), 'utf8').catch(() => null);
      await writeFile(stored(name), text);
      await expect(open()).rejects.toThrow(/the volume's state cannot be used/);
      expect(await readFile(stored(name), 'utf8')).toBe(text);
      await writeFile(stored(name), before ?? JSON.stringify(mirror));
    }
  });

  it('can do without its cached listing', async () => {
    await open();
    await writeFile(stored('listing'), 'no json');
    expect((await open()).cachedListing).toBeNull();
  });
});

describe('a start', () => {
  it('has an id of its own, which is on the disk before anything else can be done', async () => {
    const first = await open();
    const second = await open();
    expect(second.startId()).toMatch(/^2-[0-9a-f]{8}$/);
    expect(second.state().startIds).toEqual([first.startId(), second.startId()]);
    expect(JSON.parse(await readFile(stored('node'), 'utf8')).startIds).toEqual(second.state().startIds);
  });

  it('that lasts gets a new id, which is on the disk before it is told, and no write takes it away', async () => {
    const volume = await open();
    const before = volume.state();
    await volume.renewStartId();
    const { startIds } = volume.state();
    expect(startIds).toEqual([...before.startIds, volume.startId()]);
    expect(volume.startId()).toMatch(/^2-[0-9a-f]{8}$/);
    expect(JSON.parse(await readFile(stored('node'), 'utf8')).startIds).toEqual(startIds);
    await volume.writeState({ ...before, restored: true });
    expect(volume.state()).toMatchObject({ startIds, restored: true });
    expect((await open()).state().startIds.slice(0, -1)).toEqual(startIds);
  });

  it('keeps the ids of the last two hundred', async () => {
    const { nodeId } = (await open()).state();
    const startIds = Array.from({ length: 200 }, (_, index) => `${index + 1}-aaaaaaaa`);
    await writeFile(stored('node'), JSON.stringify(aMemberState({ nodeId, startIds })));
    const { startIds: kept } = (await open()).state();
    expect(kept).toHaveLength(200);
    expect(kept[0]).toBe('2-aaaaaaaa');
    expect(kept.at(-1)).toMatch(/^201-/);
  });

  it('cannot be lost by a write, while ids that peers remembered can be added', async () => {
    const volume = await open();
    const { startIds } = volume.state();
    await volume.writeState({ ...volume.state(), startIds: [] });
    expect(volume.state().startIds).toEqual(startIds);
    await volume.writeState({ ...volume.state(), startIds: ['7-bbbbbbbb', ...startIds] });
    expect((await open()).state().startIds.slice(0, 2)).toEqual(['7-bbbbbbbb', ...startIds]);
  });
});

describe('the stamp of the last completed tick', () => {
  it('is that of the process before', async () => {
    const first = await open();
    const stamp = { wallMs: 1_800_000_000_000, assuredWallMs: 1_799_999_999_000 };
    expect(first.stampAtOpen()).toBeNull();
    await first.writeStamp(stamp);
    expect(first.stampAtOpen()).toBeNull();
    expect((await open()).stampAtOpen()).toEqual(stamp);
  });

  it.each(['', '{"wallMs":1}', '{"wallMs":-1,"assuredWallMs":0}', '{"wallMs":"yesterday"}'])(
    'is unknown where the file holds %j',
    async (text) => {
      await open();
      await writeFile(stored('alive'), text);
      expect((await open()).stampAtOpen()).toBeNull();
    },
  );
});

describe('a volume of the version before', () => {
  it('opens with what that version did not know as its defaults', async () => {
    await mkdir(join(root, 'flux-pg'));
    const before = {
      version: 1,
      nodeId: NODE,
      firstStartedAtMs: 5,
      cluster: { id: CLUSTER, epoch: 1, founder: true },
      founding: { kind: 'joined', clusterId: CLUSTER, proposerNodeId: NODE },
      withdrawn: [CLUSTER],
      etcd: { incarnation: 'aaaaaaaa', started: true },
    };
    await writeFile(stored('node'), JSON.stringify(before));
    await writeFile(stored('dcs'), JSON.stringify(mirror));
    const volume = await open();
    expect(volume.state()).toMatchObject({
      ...before,
      founding: { ...before.founding, shortHanded: false, systemId: null, expectedNodes: null },
      intent: null,
      cancelledIntents: [],
      stale: null,
      restored: false,
      promisedEpoch: 1,
      declaredGone: [],
      permittedAddresses: [],
    });
    expect(volume.mirror()).toMatchObject({ ...mirror, revision: 0, formerVoters: [], userData: null });
  });
});

describe('a promise', () => {
  it('that does not fit is neither written nor believed', async () => {
    const volume = await open();
    const before = volume.state();
    const broken = { ...before, nodeId: 'node-1' };
    await expect(volume.writeState(broken)).rejects.toThrow();
    expect(volume.state()).toEqual(before);
    const again = await open();
    expect(again.state()).toEqual({ ...before, startIds: [...before.startIds, again.startId()] });
  });

  it('that cannot be written is not believed', async () => {
    const volume = await open();
    const before = volume.state();
    await remove();
    await mkdir(root);
    await expect(volume.writeState(aMemberState())).rejects.toThrow();
    expect(volume.state()).toEqual(before);
  });
});

describe('what the volume holds', () => {
  it('is looked at once, and again only after Patroni was at work', async () => {
    const volume = await open();
    await writeFiles(root, aClone);
    const look = (patroniAlive: boolean) => volume.inspect({ patroniAlive });
    expect((await look(false)).postgres).toMatchObject({ kind: 'copy', systemId: '7711296651043239716' });
    await look(false);
    await look(true);
    expect(inspections).toBe(1);
    await look(false);
    expect(inspections).toBe(2);
  });

  it('is moved aside, with a fresh empty directory in its place', async () => {
    const volume = await open();
    await writeFiles(root, { ...aClone, 'etcd/member/wal/0.wal': 'x' });
    expect(await volume.inspect({ patroniAlive: false })).toMatchObject({
      postgres: { kind: 'copy' },
      etcdData: true,
    });
    await volume.setAsidePostgres('unfinished');
    await volume.quarantineEtcd('aaaaaaaa');
    expect(await volume.inspect({ patroniAlive: false })).toEqual({ ...nothing, setAside: true });
    const aside = (await readdir(join(root, 'quarantine'))).sort();
    expect(aside).toEqual(['2026-11-23T092923Z-etcd-aaaaaaaa-etcd', '2026-11-23T092923Z-unfinished-pgdata']);
    expect(await readFile(join(root, 'quarantine', aside[1] ?? '', 'PG_VERSION'), 'utf8')).toBe('17\n');
  });

  it('is told apart from a PGDATA of version 1 at the root', async () => {
    await writeFiles(root, { PG_VERSION: '14\n' });
    expect(await (await open()).inspect({ patroniAlive: false })).toMatchObject({
      atRoot: true,
      atRootMajorVersion: 14,
    });
  });
});
