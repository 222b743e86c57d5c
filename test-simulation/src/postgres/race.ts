import type { Lsn } from '../kernel/contracts.ts';
import type { ClusterState } from './cluster-state.ts';
import { MAXIMUM_LAG_ON_FAILOVER_BYTES } from './timings.ts';

/** What another Patroni answered to `GET /patroni` during a leader race; silence is left out. */
export interface PeerReading {
  readonly nodeId: string;
  readonly inRecovery: boolean;
  readonly lsn: Lsn;
  readonly timeline: number;
}

/** What a candidate decides on. */
export interface Race {
  readonly nodeId: string;
  readonly own: { readonly lsn: Lsn; readonly timeline: number };
  readonly cluster: ClusterState;
  readonly synchronousMode: 'off' | 'on' | 'quorum';
  readonly readings: readonly PeerReading[];
  /** A manual failover ignores the lag. */
  readonly checkLag: boolean;
}

/** Synchronous mode counts once a primary has put its name into `/sync`. */
export function syncIsActive({
  cluster,
  synchronousMode,
}: Pick<Race, 'cluster' | 'synchronousMode'>): boolean {
  return synchronousMode !== 'off' && cluster.sync.leader !== null;
}

/** Whether `/sync` names the node, as standby or as the leader it was written by. */
export function syncMatches({ sync }: ClusterState, nodeId: string): boolean {
  return sync.leader === nodeId || sync.voters.includes(nodeId);
}

/** Whether a position is further behind the leader's last word than Patroni lets take over. */
export function isLagging({ lastLsn }: ClusterState, lsn: Lsn): boolean {
  return lastLsn - lsn > MAXIMUM_LAG_ON_FAILOVER_BYTES;
}

/** `_is_healthiest_node`: the node is not behind anybody who answers, and nobody who answers is a primary. */
export function isHealthiest(race: Race): boolean {
  const { nodeId, own, cluster, readings } = race;
  if (race.checkLag && isLagging(cluster, own.lsn)) return false;
  // check_timeline is on in our configuration.
  if (own.timeline < cluster.timeline) return false;
  const quorumMode = race.synchronousMode === 'quorum' && syncIsActive(race);
  const votes = (name: string) => quorumMode && syncMatches(cluster, name);
  let granted = votes(nodeId) ? 0 : -1;
  let ahead = 0;
  for (const reading of readings) {
    if (reading.nodeId === nodeId) continue;
    if (!reading.inRecovery) return false;
    if (own.lsn < reading.lsn) {
      ahead += 1;
      // The former leader may be ahead by what was never acknowledged: it does not count in a synchronous mode.
      if (!syncIsActive(race) || cluster.sync.leader !== reading.nodeId) return false;
    } else if (reading.lsn > 0 && votes(reading.nodeId)) {
      granted += 1;
    }
  }
  if (!quorumMode) return true;
  return granted >= cluster.sync.quorum || (ahead === 0 && cluster.sync.leader === nodeId);
}
