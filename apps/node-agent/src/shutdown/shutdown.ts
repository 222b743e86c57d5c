import { readFile } from 'node:fs/promises';
import { setTimeout as delay } from 'node:timers/promises';
import type { EtcdEndpoint, EtcdMember } from '@flux-pg/etcd-membership';
import type { DatabasePort } from '../database/database.ts';
import type { ProcessInfo } from '../supervisor/index.ts';

/**
 * Flux kills a container 10 s after SIGTERM. These add up to less than the 8 s that are left of it when supervisord
 * and Docker have had their share: until `immediateAtMs` everything is orderly, from there on it is quick.
 */
const LEADER_MOVE_MS = 1000;
const CHECKPOINT_MS = 3000;
const IMMEDIATE_AT_MS = 6000;
const ETCD_TERM_MS = 1000;
/** How often a process that is to end is looked at: the hand-over waits for it. */
const POLL_MS = 20;

/** What the shutdown works on. Processes are signalled by pid: supervisord takes no commands while it shuts down. */
export interface ShutdownPorts {
  readonly localEtcd: EtcdEndpoint;
  readonly database: DatabasePort;
  readonly nowMs: () => number;
  readonly signal: (pid: number, signal: NodeJS.Signals) => void;
  readonly isAlive: (pid: number) => boolean;
  /** The postmaster's pid out of `postmaster.pid`, or null when none runs. */
  readonly postmasterPid: () => Promise<number | null>;
}

/** What the last tick knew. */
export interface ShutdownFacts {
  readonly processes: readonly ProcessInfo[];
  readonly isPrimary: boolean;
  /** This node's etcd member id if it leads, and the voters that could lead instead, best first. */
  readonly etcdLeads: boolean;
  readonly successors: readonly EtcdMember[];
}

async function settled(work: Promise<unknown>, timeoutMs: number): Promise<void> {
  const timer = new AbortController();
  const limit = delay(timeoutMs, undefined, { signal: timer.signal }).catch(() => undefined);
  await Promise.race([work.catch(() => undefined), limit]);
  timer.abort();
}

async function ended(ports: ShutdownPorts, pid: number, deadlineMs: number): Promise<boolean> {
  while (ports.isAlive(pid)) {
    if (ports.nowMs() >= deadlineMs) return false;
    await delay(POLL_MS);
  }
  return true;
}

async function moveEtcdLeader(ports: ShutdownPorts, facts: ShutdownFacts): Promise<void> {
  if (!facts.etcdLeads) return;
  for (const { id } of facts.successors.slice(0, 2)) {
    try {
      await ports.localEtcd.moveLeader(id);
      return;
    } catch {
      // The next successor may be reachable; without one, the others elect after this etcd has ended.
    }
  }
}

async function stopPatroni(ports: ShutdownPorts, pid: number, startedAtMs: number): Promise<void> {
  ports.signal(pid, 'SIGTERM');
  if (await ended(ports, pid, startedAtMs + IMMEDIATE_AT_MS)) return;
  // Patroni releases the leader key once PostgreSQL is down; an immediate stop costs the next start a crash recovery.
  const postmaster = await ports.postmasterPid();
  if (postmaster !== null) ports.signal(postmaster, 'SIGQUIT');
  await ended(ports, pid, startedAtMs + IMMEDIATE_AT_MS + 700);
}

async function stopEtcd(ports: ShutdownPorts, pid: number): Promise<void> {
  ports.signal(pid, 'SIGTERM');
  // With half-open peer connections a graceful stop hangs; its log is fsynced with every entry, so killing it is safe.
  if (!(await ended(ports, pid, ports.nowMs() + ETCD_TERM_MS))) ports.signal(pid, 'SIGKILL');
}

/**
 * Ends the node within 8 s of SIGTERM: etcd's leadership moves away and dirty pages are written while clients are
 * still served, then Patroni stops PostgreSQL and hands over, then etcd and the router end.
 */
export async function shutDown(ports: ShutdownPorts, facts: ShutdownFacts): Promise<void> {
  const startedAtMs = ports.nowMs();
  const pidOf = (program: string) => facts.processes.find(({ name }) => name === program)?.pid ?? null;
  await Promise.all([
    settled(moveEtcdLeader(ports, facts), LEADER_MOVE_MS),
    facts.isPrimary ? settled(ports.database.checkpoint(CHECKPOINT_MS), CHECKPOINT_MS) : undefined,
  ]);
  const patroni = pidOf('patroni');
  if (patroni !== null) await stopPatroni(ports, patroni, startedAtMs);
  const etcd = pidOf('etcd');
  if (etcd !== null) await stopEtcd(ports, etcd);
  const router = pidOf('router');
  if (router !== null) ports.signal(router, 'SIGTERM');
}

/** Reads the postmaster's pid; the first line of the file is all that is needed. */
export async function readPostmasterPid(pgdata: string): Promise<number | null> {
  const text = await readFile(`${pgdata}/postmaster.pid`, 'utf8').catch(() => '');
  const pid = Number.parseInt(text.split('\n')[0] ?? '', 10);
  return Number.isInteger(pid) && pid > 1 ? pid : null;
}
