import type { HaState } from './ha-state.ts';
import { isHealthiest, isLagging, type PeerReading, syncIsActive, syncMatches } from './race.ts';
import { TIMINGS } from './timings.ts';

/** `GET /patroni` at each address at once; whoever does not answer within 2 s, or runs no PostgreSQL, is left out. */
export async function askPeers(
  ha: HaState,
  members: ReadonlyMap<string, string>,
): Promise<readonly PeerReading[]> {
  const others = [...members].filter(([nodeId, address]) => nodeId !== ha.me && address !== '');
  await ha.callAll(
    others.map(([, address]) => address),
    1,
  );
  return others.flatMap(([nodeId, address]) => {
    if (ha.host.roundTripMs(address) > TIMINGS.restTimeoutMs) return [];
    const peer = ha.host.peer(address);
    const database = peer?.database() ?? null;
    if (peer === null || database === null) return [];
    const inRecovery = peer.status().role !== 'primary';
    return [{ nodeId, inRecovery, lsn: database.endLsn, timeline: database.branch.timeline }];
  });
}

function addressesOf(ha: HaState): ReadonlyMap<string, string> {
  return new Map([...ha.cluster.members].map(([name, { address }]) => [name, address]));
}

/** Everybody that may hold newer data: members now and when there was a leader, and the failsafe topology. */
function knownMembers(ha: HaState): ReadonlyMap<string, string> {
  return new Map([...ha.oldMembers, ...(ha.cluster.failsafe ?? []), ...addressesOf(ha)]);
}

async function standsAgainst(
  ha: HaState,
  members: ReadonlyMap<string, string>,
  checkLag: boolean,
): Promise<boolean> {
  const readings = await askPeers(ha, members);
  const own = ha.server.position();
  if (own === null || ha.server.phase !== 'running') return false;
  return isHealthiest({
    nodeId: ha.me,
    own: { lsn: own.endLsn, timeline: own.branch.timeline },
    cluster: ha.cluster,
    synchronousMode: ha.host.settings().synchronousMode,
    readings,
    checkLag,
  });
}

/** A manual failover without a leader: the candidate takes over whatever it lacks, as long as it answers. */
async function standsInManualFailover(ha: HaState, candidate: string): Promise<boolean> {
  if (candidate === ha.me) return true;
  const { synchronousMode } = ha.host.settings();
  if (synchronousMode === 'on' && !syncMatches(ha.cluster, ha.me)) return false;
  const address = ha.cluster.members.get(candidate)?.address;
  if (address !== undefined) {
    const answers = await askPeers(ha, new Map([[candidate, address]]));
    if (answers.length > 0) return false;
  }
  const active = syncIsActive({ cluster: ha.cluster, synchronousMode });
  const members = new Map([...addressesOf(ha)].filter(([name]) => !active || syncMatches(ha.cluster, name)));
  return standsAgainst(ha, members, false);
}

/** `is_healthiest_node`: whether this node may take the free leader key. */
export async function mayLead(ha: HaState): Promise<boolean> {
  const { cluster, server } = ha;
  const own = server.position();
  if (own === null || server.phase !== 'running') return false;
  // A running primary takes its key back, unless a newer timeline was opened meanwhile.
  if (server.isPrimary) return own.branch.timeline >= cluster.timeline;
  if (cluster.failover !== null) return standsInManualFailover(ha, cluster.failover.candidate);
  const failsafe = cluster.failsafe;
  if (failsafe !== null && failsafe.size > 0 && !failsafe.has(ha.me)) return false;
  const { synchronousMode } = ha.host.settings();
  if (!syncIsActive({ cluster, synchronousMode })) return standsAgainst(ha, knownMembers(ha), true);
  if (synchronousMode === 'on' && !syncMatches(cluster, ha.me)) return false;
  const named = new Map([...knownMembers(ha)].filter(([name]) => syncMatches(cluster, name)));
  return standsAgainst(ha, named, true);
}

/** `is_failover_possible` for a named candidate: it answers, is not too far behind and on the newest timeline. */
export async function couldTakeOver(ha: HaState, candidate: string): Promise<boolean> {
  const address = ha.cluster.members.get(candidate)?.address;
  if (address === undefined) return false;
  const [reading] = await askPeers(ha, new Map([[candidate, address]]));
  return (
    reading !== undefined && !isLagging(ha.cluster, reading.lsn) && reading.timeline >= ha.cluster.timeline
  );
}

/** Failsafe mode: every member of `/failsafe` has to agree that this node goes on as primary. */
export async function everybodyAgrees(ha: HaState): Promise<boolean> {
  const topology = ha.cluster.failsafe;
  if (!topology?.has(ha.me)) return false;
  const others = [...topology].filter(([name]) => name !== ha.me).map(([, address]) => address);
  const askedAtMs = ha.nowMs;
  // A first try and one more, of two seconds each.
  await ha.callAll(others, 2);
  const agreed = others.every(
    (address) =>
      ha.host.roundTripMs(address) <= TIMINGS.restTimeoutMs &&
      (ha.host.peer(address)?.failsafe(ha.me) ?? false),
  );
  if (agreed) ha.leaderUntilMs = askedAtMs + ha.host.settings().ttlMs;
  return agreed;
}
