import type { PatroniClient } from '@flux-pg/patroni-client';
import type { LocalPostgres } from '../loop/view.ts';
import { formatLsn } from '../volume/index.ts';

/** The end of what is written here, or of what a standby has received or at least replayed. */
function lsnOf(xlog: Awaited<ReturnType<PatroniClient['status']>>['xlog']): string | null {
  if (xlog === undefined) return null;
  const bytes = xlog.location ?? Math.max(xlog.receivedLocation ?? 0, xlog.replayedLocation ?? 0);
  return bytes === 0 ? null : formatLsn(BigInt(bytes));
}

/** What the loop needs of this node's Patroni. Replicas are named by their node id, which is Patroni's name. */
export async function readLocalPostgres(client: PatroniClient): Promise<LocalPostgres> {
  const status = await client.status();
  return {
    role: status.role,
    state: status.state,
    timeline: status.timeline ?? null,
    lsn: lsnOf(status.xlog),
    streaming: status.replicationState === 'streaming',
    replicating: (status.replication ?? []).flatMap(({ applicationName }) => applicationName ?? []),
  };
}
