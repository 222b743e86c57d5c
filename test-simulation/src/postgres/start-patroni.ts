import { EtcdError } from '@flux-pg/etcd-membership';
import type { PatroniHost, PatroniProcess } from '../kernel/contracts.ts';
import { askPeers } from './candidacy.ts';
import { Dcs } from './dcs.ts';
import { runCycle } from './ha-loop.ts';
import { HaState } from './ha-state.ts';
import { lsnText } from './history.ts';
import { Life } from './life.ts';
import { Server } from './server.ts';
import { TIMINGS } from './timings.ts';

/** `ensure_unique_name`: any answer at the address of our own old registration keeps this process from starting. */
async function nameIsTaken(ha: HaState): Promise<boolean> {
  const registered = (await ha.dcs.load()).members.get(ha.me)?.address;
  // At its own address only this process could answer, and it does not before this check.
  return (
    registered !== undefined && registered !== ha.host.settings().address && ha.host.peer(registered) !== null
  );
}

/** Patroni begins with a lease of etcd and does nothing before it has one. */
async function waitForEtcd<T>(ha: HaState, work: () => Promise<T>): Promise<T> {
  while (true) {
    try {
      return await work();
    } catch (error) {
      if (!(error instanceof EtcdError)) throw error;
      await ha.life.sleep(ha.host.settings().loopWaitMs);
    }
  }
}

/** Wakes the loop when the leader key changes, unless this node holds it. */
function watchLeader(ha: HaState): void {
  const { etcd } = ha.host;
  const key = `${ha.dcs.root}leader`;
  const changed = () => {
    if (!ha.hasLock && ha.action === null) ha.wake();
  };
  if (etcd.watch !== undefined) {
    const end = etcd.watch(key, () => (ha.life.ended ? end() : changed()));
    return;
  }
  const poll = () => {
    ha.life.at(ha.nowMs + TIMINGS.leaderPollMs, poll);
    if (ha.hasLock || ha.action !== null || ha.server.phase !== 'running') return;
    ha.life.through(etcd.get(key)).then(
      (entry) => {
        if ((entry?.value ?? null) !== ha.cluster.leader) changed();
      },
      // What cannot be read has not changed as far as a watch would tell.
      () => undefined,
    );
  };
  poll();
}

async function loop(ha: HaState): Promise<void> {
  await waitForEtcd(ha, () => ha.dcs.refreshLease(true));
  if (await waitForEtcd(ha, () => nameIsTaken(ha))) {
    ha.host.exited(1);
    return;
  }
  watchLeader(ha);
  let nextMs = ha.nowMs;
  while (!ha.life.ended) {
    await runCycle(ha);
    ha.dcs.loopEnded();
    nextMs += ha.host.settings().loopWaitMs;
    const napMs = nextMs - ha.nowMs;
    if (napMs > 0) await ha.idle(napMs);
    // After a wake, and after a loop that took too long, the rhythm begins anew.
    if (napMs <= 0 || ha.nowMs < nextMs) nextMs = ha.nowMs;
  }
}

/** SIGTERM: PostgreSQL stops and ships everything, then the leader key goes, then the process. */
async function shutDown(ha: HaState, exited: () => void): Promise<void> {
  const wasLeader = ha.hasLock && ha.leaderUntilMs > 0;
  await ha.server.stop();
  try {
    if (wasLeader) {
      await ha.life.sleep(TIMINGS.handOverMs);
      await ha.releaseLock();
    }
    await ha.touchMember();
  } catch (error) {
    // The key then lives until its lease ends.
    if (!(error instanceof EtcdError)) throw error;
  }
  exited();
}

/** `POST /failover`: refused unless the candidate is registered and answers; needs no leader. */
async function requestFailover(ha: HaState, candidate: string): Promise<boolean> {
  try {
    const address = (await ha.dcs.load()).members.get(candidate)?.address;
    if (address === undefined) return false;
    const isSelf = candidate === ha.me && ha.server.phase === 'running';
    if (!isSelf && (await askPeers(ha, new Map([[candidate, address]]))).length === 0) return false;
    await ha.dcs.put('failover', JSON.stringify({ member: candidate }));
    ha.wake();
    return true;
  } catch (error) {
    if (!(error instanceof EtcdError)) throw error;
    return false;
  }
}

/** Starts Patroni 4.1 over PostgreSQL 17 on a node; PostgreSQL is down at that moment. */
export function startPatroni(host: PatroniHost): PatroniProcess {
  const loopLife = new Life(host.scheduler);
  const life = new Life(host.scheduler);
  const server = new Server(host, life);
  const ha = new HaState(host, loopLife, new Dcs(host, loopLife), server);
  let stopping = false;

  const self: PatroniProcess = {
    nodeId: host.settings().nodeId,
    status: () => ({
      role: server.data === null ? 'uninitialized' : server.role,
      state: ha.stateText,
      timeline: server.phase === 'running' ? (server.position()?.branch.timeline ?? null) : null,
      lsn: server.phase === 'running' ? lsnText(server.position()?.endLsn ?? 0) : null,
      streaming: server.phase === 'running' && (server.upstream?.streaming ?? false),
      replicating: server.isPrimary ? server.senders.active() : [],
    }),
    database: () => {
      const position = server.position();
      if (life.ended || server.phase !== 'running' || position === null) return null;
      return { ...position, writable: server.writable, leaseUntilMs: ha.leaderUntilMs };
    },
    write: (acknowledged) => (life.ended ? null : server.write(acknowledged)),
    attach: (standby) => !life.ended && server.senders.attach(standby),
    failsafe: (nodeId) => {
      if (life.ended || stopping || server.isPrimary) return false;
      ha.failsafeLeader = { nodeId, untilMs: ha.nowMs + host.settings().ttlMs };
      return true;
    },
    failover: (candidate) => requestFailover(ha, candidate),
    terminate: () => {
      if (stopping || life.ended) return;
      stopping = true;
      loopLife.end();
      const last = new HaState(host, life, new Dcs(host, life), server);
      last.cluster = ha.cluster;
      last.leaderUntilMs = ha.leaderUntilMs;
      shutDown(last, () => {
        life.end();
        host.exited(0);
      }).catch(escaped);
    },
    kill: () => {
      loopLife.end();
      life.end();
      server.halt();
    },
  };
  loop(ha).catch(escaped);
  return self;
}

/** Only a mistake in the model gets here; it has to end the run. */
function escaped(error: unknown): void {
  queueMicrotask(() => {
    throw error;
  });
}
