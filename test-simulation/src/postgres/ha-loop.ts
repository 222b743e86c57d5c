import { EtcdError } from '@flux-pg/etcd-membership';
import { everybodyAgrees, mayLead } from './candidacy.ts';
import { isSystemId } from './cluster-state.ts';
import { needsRewind, runClone, runInitdb, runRewind, type Source } from './copies.ts';
import type { HaState } from './ha-state.ts';
import { demoteAtOnce, demoteOffline, enforcePrimary, stepDownIfAsked } from './lead.ts';
import { MAXIMUM_LAG_ON_FAILOVER_BYTES, TIMINGS } from './timings.ts';

/** The dynamic configuration, as far as anything reads it. */
function configText(ha: HaState): string {
  const { ttlMs, loopWaitMs, retryTimeoutMs, synchronousMode } = ha.host.settings();
  return JSON.stringify({
    ttl: ttlMs / 1000,
    loop_wait: loopWaitMs / 1000,
    retry_timeout: retryTimeoutMs / 1000,
    maximum_lag_on_failover: MAXIMUM_LAG_ON_FAILOVER_BYTES,
    failsafe_mode: true,
    check_timeline: true,
    synchronous_mode: synchronousMode === 'quorum' ? 'quorum' : synchronousMode === 'on',
  });
}

/** The other node that holds the key, as it registered itself. */
function leaderOf(ha: HaState): Source | null {
  const { leader, members } = ha.cluster;
  const address = leader === null || leader === ha.me ? undefined : members.get(leader)?.address;
  return leader === null || address === undefined || address === '' ? null : { nodeId: leader, address };
}

/** An empty directory: initdb if nobody has begun one and this node is meant to, else a clone of the leader. */
async function bootstrap(ha: HaState): Promise<void> {
  const { cluster, host } = ha;
  if (ha.hasLock) return ha.releaseLock();
  if (ha.isUnlocked && cluster.initialize === null && host.settings().bootstrap) {
    if (!(await ha.dcs.create('initialize', ''))) return;
    ha.bootstrapping = true;
    ha.run('initdb', () => runInitdb(ha));
    return;
  }
  const leader = leaderOf(ha);
  if (leader !== null) ha.run('clone', () => runClone(ha, leader));
}

/** initdb and the first start are done: only now does etcd get to know the new system. */
async function finishBootstrap(ha: HaState): Promise<void> {
  const systemId = ha.server.position()?.branch.systemId;
  ha.bootstrapping = false;
  if (systemId === undefined) return;
  await ha.dcs.put('initialize', systemId);
  await ha.dcs.put('config', configText(ha));
  await ha.dcs.takeLeader();
  ha.leaderUntilMs = ha.dcs.leaseUntilMs;
  await ha.load();
}

/** Starts a rewind from the leader if it is a primary that this directory has parted from. */
function rewindIfNeeded(ha: HaState): boolean {
  const { server, host, cluster } = ha;
  const leader = leaderOf(ha);
  const { data } = server;
  if (leader === null || data === null || cluster.members.get(leader.nodeId)?.role !== 'primary')
    return false;
  const peer = host.peer(leader.address);
  const primary = peer?.nodeId === leader.nodeId ? peer.database() : null;
  if (primary === null || !primary.writable || !needsRewind(data, primary)) return false;
  // pg_rewind reads the timeline from the primary's control file, which says the old one until the checkpoint.
  if (cluster.members.get(leader.nodeId)?.checkpointed === false) return true;
  ha.run('rewind', () => runRewind(ha, leader));
  return true;
}

function follow(ha: HaState): void {
  const { server } = ha;
  if (server.isPrimary) {
    demoteAtOnce(ha);
    return;
  }
  if (rewindIfNeeded(ha)) return;
  const leader = leaderOf(ha);
  server.follow(leader?.nodeId ?? null, leader?.address ?? null);
}

/** `recover`: PostgreSQL is down. It never starts as a primary: who holds the key starts as a standby and promotes. */
async function recover(ha: HaState): Promise<void> {
  const { server } = ha;
  if (ha.hasLock) await ha.updateLock(false);
  const { data } = server;
  const crashed = data?.controlState === 'in production' && data.consistent;
  if (crashed && data.unfinished === null) {
    ha.run('crash-recovery', async () => {
      await ha.life.sleep(TIMINGS.crashRecoveryMs);
      server.recoverFromCrash();
    });
    return;
  }
  await ha.load();
  if (!ha.hasLock && rewindIfNeeded(ha)) return;
  server.start();
  ha.life.at(ha.nowMs + TIMINGS.startMs + 1, () => ha.wake());
}

async function onLongAction(ha: HaState): Promise<void> {
  const { action, server } = ha;
  if (ha.hasLock && (await ha.updateLock(false))) return;
  if (ha.bootstrapping || action === null) return;
  if (action.name === 'promote') action.cancelled = true;
  if (server.isPrimary && action.name !== 'demote') demoteAtOnce(ha);
}

/** Whether this directory belongs to the cluster that etcd describes; false ends the process. */
async function belongs(ha: HaState, systemId: string): Promise<boolean> {
  const { initialize } = ha.cluster;
  if (isSystemId(initialize)) return initialize === systemId;
  if (!ha.isUnlocked || ha.startedOnce) return true;
  // A replica that was already running when this Patroni began must not describe a cluster that others know better.
  if (ha.server.phase === 'running' && !ha.server.isPrimary) return false;
  if (initialize === null) await ha.dcs.create('initialize', systemId);
  else await ha.dcs.put('initialize', systemId);
  return true;
}

async function withLeader(ha: HaState): Promise<void> {
  if (!ha.hasLock) return follow(ha);
  if (!(await ha.updateLock(true))) return demoteAtOnce(ha);
  if (ha.server.phase === 'starting') {
    // It does not come up: the key goes to somebody who does.
    if (ha.server.data?.unfinished === 'rewind') await ha.releaseLock();
    return;
  }
  if (await stepDownIfAsked(ha)) return;
  if (ha.server.isPrimary && ha.checkpointDue) {
    ha.checkpointDue = false;
    ha.server.checkpoint();
  }
  await enforcePrimary(ha);
}

async function withoutLeader(ha: HaState): Promise<void> {
  if (!(await mayLead(ha)) || !(await ha.acquireLock())) return follow(ha);
  if (ha.cluster.failover !== null) await ha.dcs.delete('failover');
  await ha.load();
  await enforcePrimary(ha);
}

async function step(ha: HaState): Promise<void> {
  const { dcs, server, host } = ha;
  await ha.load();
  if (!ha.cluster.members.has(ha.me)) await ha.touchMember();
  const data = server.data;
  if (ha.hasLock && data !== null && !isSystemId(ha.cluster.initialize)) {
    await dcs.put('initialize', data.branch.systemId);
  }
  if (ha.hasLock && ha.cluster.config === null) await dcs.put('config', configText(ha));
  if (ha.action !== null) return onLongAction(ha);
  if (ha.bootstrapping) return finishBootstrap(ha);
  if (data === null) return bootstrap(ha);
  // Neither has a valid pg_control: Patroni only says so, for ever.
  if (data.unfinished === 'initdb' || data.unfinished === 'clone') return;
  if (!(await belongs(ha, data.branch.systemId))) return host.exited(1);
  if (server.phase === 'stopped') return recover(ha);
  await (ha.isUnlocked ? withoutLeader(ha) : withLeader(ha));
  if (server.phase === 'running') {
    ha.startedOnce = true;
    if (host.scheduler.random() < CHECKPOINT_CHANCE) server.checkpoint();
  }
}

/** Once in five minutes at the default loop. */
const CHECKPOINT_CHANCE = 1 / 60;

async function onDcsError(ha: HaState): Promise<void> {
  if (!ha.server.isPrimary || ha.action?.name === 'demote' || ha.bootstrapping) return;
  if (await everybodyAgrees(ha)) return;
  demoteOffline(ha);
}

/** One loop of Patroni; `EtcdError` is what "DCS is not accessible" means. */
export async function runCycle(ha: HaState): Promise<void> {
  try {
    await step(ha);
  } catch (error) {
    if (!(error instanceof EtcdError)) throw error;
    await onDcsError(ha);
    return;
  }
  try {
    await ha.touchMember();
  } catch (error) {
    // The next loop finds out the same and decides.
    if (!(error instanceof EtcdError)) throw error;
  }
}
