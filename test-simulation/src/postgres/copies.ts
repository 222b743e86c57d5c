import type { Branch, PatroniHost, PgData } from '../kernel/contracts.ts';
import { contains, forkOf, type Position } from './history.ts';
import type { Life } from './life.ts';
import type { Server } from './server.ts';
import { FIRST_LSN, TIMINGS } from './timings.ts';

interface Context {
  readonly host: PatroniHost;
  readonly life: Life;
  readonly server: Server;
}

/** The node that is copied or rewound from. */
export interface Source {
  readonly nodeId: string;
  readonly address: string;
}

function databaseAt({ host }: Context, source: Source) {
  const peer = host.peer(source.address);
  return peer?.nodeId === source.nodeId ? peer.database() : null;
}

function newSystemId(random: () => number): string {
  return `7${String(Math.floor(random() * 1e12)).padStart(12, '0')}`;
}

/** initdb, then the first start and `post_bootstrap`. Killed in between it leaves an unfinished or an unregistered system. */
export async function runInitdb({ host, life, server }: Context): Promise<void> {
  const { random } = host.scheduler;
  const branch: Branch = {
    id: Math.floor(random() * Number.MAX_SAFE_INTEGER),
    systemId: newSystemId(random),
    timeline: 1,
    parent: null,
  };
  const empty = { branch, endLsn: FIRST_LSN, checkpointLsn: FIRST_LSN, controlState: 'shut down' };
  host.disk.write({ ...empty, unfinished: 'initdb', consistent: false });
  await life.sleep(TIMINGS.initdbMs);
  host.disk.write({ ...empty, unfinished: null, consistent: true });
  server.startInitialized();
  await life.sleep(TIMINGS.postBootstrapMs);
}

/** pg_basebackup from the leader. Where it fails Patroni empties the directory again and the next loop begins anew. */
export async function runClone(context: Context, source: Source): Promise<void> {
  const { host, life, server } = context;
  const first = databaseAt(context, source);
  if (first === null) return;
  const unfinished = { controlState: 'in production', unfinished: 'clone', consistent: false } as const;
  host.disk.write({ branch: first.branch, endLsn: first.endLsn, checkpointLsn: first.endLsn, ...unfinished });
  await life.sleep(TIMINGS.cloneMs + first.endLsn / TIMINGS.bytesPerMs);
  const last = databaseAt(context, source);
  if (last === null || last.branch.systemId !== first.branch.systemId) {
    host.disk.write(null);
    return;
  }
  // The WAL is streamed beside the copy, so it ends where the source is now; recovery has to run through it.
  host.disk.write({
    branch: last.branch,
    endLsn: last.endLsn,
    checkpointLsn: first.endLsn,
    controlState: 'in production',
    unfinished: null,
    consistent: false,
  });
  server.start();
}

/**
 * Patroni compares timelines, not contents: two branches with the same number look alike to it, and the node then fails to
 * stream for ever. A higher number than the primary's always asks for a rewind.
 */
export function needsRewind(data: PgData, primary: Position): boolean {
  if (data.unfinished === 'rewind') return true;
  if (data.branch.timeline === primary.branch.timeline) return false;
  return data.branch.timeline > primary.branch.timeline || !contains(primary, data);
}

/** pg_rewind: the tail behind the fork is gone, and the directory is a copy of the source as of now. */
export async function runRewind(context: Context, source: Source): Promise<void> {
  const { host, life, server } = context;
  await server.stop();
  const before = host.disk.read();
  const first = databaseAt(context, source);
  if (before === null || !first?.writable) return;
  const fork = forkOf(first, before);
  // Nothing in common: pg_rewind refuses, and what is there stays as it is.
  if (fork === null) return;
  host.disk.write({ ...before, unfinished: 'rewind', consistent: false });
  const copied = Math.max(0, first.endLsn - fork.endLsn) + Math.max(0, before.endLsn - fork.endLsn);
  await life.sleep(TIMINGS.rewindMs + copied / TIMINGS.bytesPerMs);
  const last = databaseAt(context, source);
  if (last === null || last.branch.id !== first.branch.id) return;
  reportDiscarded(context, before, fork);
  host.disk.write({
    branch: last.branch,
    endLsn: last.endLsn,
    checkpointLsn: fork.endLsn,
    controlState: 'in archive recovery',
    unfinished: null,
    consistent: false,
  });
  server.start();
}

/** Every piece of the old history behind the fork, newest first. */
function reportDiscarded({ host }: Context, before: PgData, fork: Position): void {
  const { nodeId } = host.settings();
  let branch: Branch | null = before.branch;
  let toLsn = before.endLsn;
  while (branch !== null) {
    const atFork: boolean = branch.id === fork.branch.id;
    const fromLsn = atFork ? fork.endLsn : (branch.parent?.switchLsn ?? 0);
    if (toLsn > fromLsn) host.discarded?.({ nodeId, branch, fromLsn, toLsn });
    if (atFork) return;
    toLsn = Math.min(toLsn, fromLsn);
    branch = branch.parent?.branch ?? null;
  }
}
