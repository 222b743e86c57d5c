import { readFile, statfs } from 'node:fs/promises';
import { availableParallelism, totalmem } from 'node:os';

/** What this container may use. */
export interface Resources {
  /** The limit of its memory cgroup, or the machine's memory where there is none. */
  readonly memoryBytes: number;
  readonly cpus: number;
  /** Size of the file system that holds the volume. */
  readonly volumeBytes: number;
}

/** Limits of cgroup v2 and v1; the first that exists and is a number below the machine's memory counts. */
const LIMIT_FILES = ['/sys/fs/cgroup/memory.max', '/sys/fs/cgroup/memory/memory.limit_in_bytes'] as const;

/** The memory that the limit files and the machine allow; `max` and v1's huge number stand for no limit. */
export function memoryLimit(limits: readonly (string | null)[], machineBytes: number): number {
  const bytes = limits
    .map((text) => (text !== null && /^\d+\s*$/.test(text) ? Number(text) : Number.POSITIVE_INFINITY))
    .filter((limit) => limit > 0);
  return Math.min(machineBytes, ...bytes);
}

/** Reads the limits once; Flux recreates the container when it changes them. */
export async function readResources(volumeRoot: string): Promise<Resources> {
  const [limits, fileSystem] = await Promise.all([
    Promise.all(LIMIT_FILES.map((path) => readFile(path, 'utf8').catch(() => null))),
    statfs(volumeRoot),
  ]);
  return {
    memoryBytes: memoryLimit(limits, totalmem()),
    cpus: availableParallelism(),
    volumeBytes: fileSystem.blocks * fileSystem.bsize,
  };
}
