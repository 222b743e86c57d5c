import type { PatroniClient } from '@flux-pg/patroni-client';
import type { LocalPostgres } from '../loop/view.ts';

/** What the loop needs of this node's Patroni. Replicas are named by their node id, which is Patroni's name. */
export async function readLocalPostgres(client: PatroniClient): Promise<LocalPostgres> {
  const status = await client.status();
  return {
    role: status.role,
    state: status.state,
    timeline: status.timeline ?? null,
    replicating: (status.replication ?? []).flatMap(({ applicationName }) => applicationName ?? []),
  };
}
