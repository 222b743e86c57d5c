import { couldTakeOver } from './candidacy.ts';
import type { HaState } from './ha-state.ts';
import { historyLines } from './history.ts';
import {
  disableSync,
  processQuorum,
  processSync,
  quorumNamesFor,
  SYNC_PAUSE_MS,
  takeSyncOver,
} from './synchronous.ts';
import { TIMINGS } from './timings.ts';

function syncContext(ha: HaState) {
  const { dcs, me, server, life } = ha;
  return { nodeId: me, dcs, senders: server.senders, pause: () => life.sleep(SYNC_PAUSE_MS) };
}

async function processReplication(ha: HaState): Promise<void> {
  const { synchronousMode } = ha.host.settings();
  const { sync } = ha.cluster;
  if (synchronousMode === 'on') return processSync(syncContext(ha), sync);
  if (synchronousMode === 'quorum') return processQuorum(syncContext(ha), sync);
  return disableSync(syncContext(ha), sync);
}

/** `/history`: the timelines up to the primary's own; empty on the first. */
async function updateHistory(ha: HaState): Promise<void> {
  const branch = ha.server.position()?.branch;
  if (branch === undefined) return;
  if (ha.cluster.timeline === branch.timeline || (branch.timeline === 1 && ha.cluster.history === null))
    return;
  // Patroni adds when, and who led from then on, to the line that it saw being made.
  const lines = historyLines(branch).map((line, index, { length }) =>
    index === length - 1 ? [...line, new Date(ha.nowMs).toISOString(), ha.me] : line,
  );
  await ha.dcs.put('history', JSON.stringify(lines));
}

/** Before the promotion the list of synchronous standbys is taken over; if somebody else wrote it, not in this loop. */
async function prepareSync(ha: HaState): Promise<boolean> {
  const { synchronousMode } = ha.host.settings();
  const { sync } = ha.cluster;
  if (synchronousMode === 'on') return takeSyncOver(syncContext(ha), sync);
  const { senders } = ha.server;
  senders.nameSynchronous(
    synchronousMode === 'quorum' ? quorumNamesFor(ha.me, sync) : { names: [], count: 0 },
  );
  return true;
}

/** `enforce_primary_role`: whoever holds the key runs as primary, or becomes it. */
export async function enforcePrimary(ha: HaState): Promise<void> {
  const { server } = ha;
  if (server.isPrimary) {
    await processReplication(ha);
    await updateHistory(ha);
    return;
  }
  if (server.phase !== 'running' || !(await prepareSync(ha))) return;
  ha.failsafeLeader = null;
  ha.run('promote', async (action) => {
    await ha.life.sleep(TIMINGS.promoteMs);
    if (action.cancelled) return;
    server.promote();
    ha.checkpointDue = true;
  });
}

/** The leader key was lost, or cannot be renewed: down at once, whatever was not shipped stays here. */
export function demoteAtOnce(ha: HaState): void {
  ha.leaderUntilMs = 0;
  ha.server.halt();
  ha.wake();
}

/** etcd is not to be reached and not everybody agrees: a clean stop, then a standby of nobody. */
export function demoteOffline(ha: HaState): void {
  ha.leaderUntilMs = 0;
  ha.run('demote', async () => {
    await ha.server.stop();
    ha.server.start();
  });
}

/** A switch to a candidate: everything is shipped, then the key is free; the candidate has two seconds to take it. */
function demoteGracefully(ha: HaState): void {
  ha.run('demote', async () => {
    await ha.server.stop();
    await ha.life.sleep(TIMINGS.handOverMs);
    await ha.releaseLock();
    await ha.life.sleep(2 * TIMINGS.handOverMs);
  });
}

/** `process_manual_failover_from_leader`; true if this node steps down. A request that cannot be met is dropped. */
export async function stepDownIfAsked(ha: HaState): Promise<boolean> {
  const { failover } = ha.cluster;
  if (failover === null) return false;
  if (failover.candidate !== ha.me && (await couldTakeOver(ha, failover.candidate))) {
    demoteGracefully(ha);
    return true;
  }
  await ha.dcs.delete('failover');
  return false;
}
