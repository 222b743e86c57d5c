import { tmpdir, totalmem } from 'node:os';
import fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import { clusterParameters, nodeParameters } from './postgres-parameters.ts';
import { memoryLimit, readResources } from './read-resources.ts';

const MIB = 1024 * 1024;
const GIB = 1024 * MIB;

const resources = fc.record({
  memoryBytes: fc.integer({ min: 512 * MIB, max: 64 * GIB }),
  cpus: fc.integer({ min: 1, max: 64 }),
  volumeBytes: fc.integer({ min: 5 * GIB, max: 4096 * GIB }),
});

function mebibytes(value: unknown): number {
  const match = /^(\d+)MB$/.exec(String(value));
  if (match?.[1] === undefined) throw new Error(`${String(value)} is not in MB`);
  return Number(match[1]);
}

describe('the memory that may be used', () => {
  it('is the lower of the container’s limit and the machine’s memory', () => {
    expect(memoryLimit(['1073741824\n', null], 8 * GIB)).toBe(GIB);
    expect(memoryLimit([null, '1073741824\n'], 8 * GIB)).toBe(GIB);
    expect(memoryLimit(['17179869184\n', null], 8 * GIB)).toBe(8 * GIB);
  });

  it.each([
    ['max\n', null],
    [null, '9223372036854771712\n'],
    [null, null],
    ['', 'garbage'],
    ['0\n', null],
  ])('is the machine’s where there is no limit: %j, %j', (...limits) => {
    expect(memoryLimit(limits, 8 * GIB)).toBe(8 * GIB);
  });

  it('is read from this machine', async () => {
    const read = await readResources(tmpdir());
    expect(read.memoryBytes).toBeGreaterThan(0);
    expect(read.memoryBytes).toBeLessThanOrEqual(totalmem());
    expect(read.cpus).toBeGreaterThan(0);
    expect(read.volumeBytes).toBeGreaterThan(0);
  });

  it('is an error where the volume is not there', async () => {
    await expect(readResources('/nowhere/at/all')).rejects.toMatchObject({ code: 'ENOENT' });
  });
});

describe('the settings of a node', () => {
  it('fit into its memory, from 512 MB to 64 GB', () => {
    fc.assert(
      fc.property(resources, (given) => {
        const settings = nodeParameters(given);
        const memoryMib = given.memoryBytes / MIB;
        const shared = mebibytes(settings.shared_buffers);
        const maintenance = mebibytes(settings.maintenance_work_mem);
        expect(shared).toBeGreaterThanOrEqual(64);
        expect(shared).toBeLessThanOrEqual(memoryMib / 4);
        expect(mebibytes(settings.effective_cache_size)).toBeGreaterThan(shared);
        expect(mebibytes(settings.effective_cache_size)).toBeLessThan(memoryMib);
        // Three autovacuum workers may each take this much beside the shared buffers.
        expect(shared + 3 * maintenance).toBeLessThan(0.75 * memoryMib);
        expect(mebibytes(settings.work_mem) * 16).toBeLessThanOrEqual(memoryMib / 8);
      }),
    );
  });

  it('fit onto its volume', () => {
    fc.assert(
      fc.property(resources, (given) => {
        const settings = nodeParameters(given);
        const volumeMib = given.volumeBytes / MIB;
        const slots = mebibytes(settings.max_slot_wal_keep_size);
        expect(mebibytes(settings.min_wal_size)).toBeLessThanOrEqual(mebibytes(settings.max_wal_size));
        expect(mebibytes(settings.wal_keep_size)).toBeLessThanOrEqual(slots);
        const wal = mebibytes(settings.max_wal_size) + slots;
        expect(wal).toBeLessThanOrEqual(0.3 * volumeMib);
      }),
    );
  });

  it('are ones that PostgreSQL accepts as they are written', () => {
    fc.assert(
      fc.property(resources, (given) => {
        const settings = { ...clusterParameters(given), ...nodeParameters(given) };
        for (const value of Object.values(settings)) {
          if (typeof value === 'number') expect(Number.isFinite(value)).toBe(true);
          if (typeof value === 'string') expect(value).not.toMatch(/\.\d+MB|NaN|Infinity/);
        }
        expect(settings.max_parallel_workers).toBeGreaterThanOrEqual(1);
        expect(settings.max_parallel_workers).toBeLessThanOrEqual(Number(settings.max_worker_processes));
        expect(settings.max_parallel_workers_per_gather).toBeLessThanOrEqual(
          Number(settings.max_parallel_workers),
        );
      }),
    );
  });
});

describe('the settings of a cluster', () => {
  it('allow from a hundred to a thousand connections, more with more memory', () => {
    const connections = (memoryBytes: number) => clusterParameters({ memoryBytes }).max_connections;
    expect(connections(512 * MIB)).toBe(100);
    expect(connections(4 * GIB)).toBe(409);
    expect(connections(64 * GIB)).toBe(1000);
  });

  it('are none of a node alone: a replica with another value would not start', () => {
    fc.assert(
      fc.property(resources, (given) => {
        const own = new Set(Object.keys(nodeParameters(given)));
        for (const shared of Object.keys(clusterParameters(given))) expect(own).not.toContain(shared);
      }),
      { numRuns: 5 },
    );
  });

  it('make pg_rewind and streaming possible', () => {
    expect(clusterParameters({ memoryBytes: GIB })).toMatchObject({
      wal_level: 'replica',
      wal_log_hints: true,
      max_wal_senders: 16,
      max_replication_slots: 16,
    });
  });
});
