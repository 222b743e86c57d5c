import { describe, expect, test } from 'vitest';
import { type Cluster, prepareCluster } from './cluster/cluster.ts';
import { querySql } from './cluster/sql.ts';
import { onVolume } from './cluster/volume.ts';
import { runOnce } from './engine/one-shot.ts';
import { report, serveNothing, shortTimes } from './quorum-loss.ts';

const LONG_MS = 600_000;
const bin = '/usr/lib/postgresql/17/bin';
/** Between two upgrades; a user takes ten minutes. */
const PAUSE_MS = 20_000;

/** PostgreSQL at the volume's root, run as 1.x did it, through SQL and down again. */
function runOnRoot(sql: string): string {
  const server = `setpriv --reuid postgres --regid postgres --clear-groups`;
  return `${server} ${bin}/pg_ctl -D . -w -s -o "-k /tmp -c listen_addresses=''" -l /tmp/log start
${server} ${bin}/psql -h /tmp -U postgres -qc "${sql}"
${server} ${bin}/pg_ctl -D . -w -s -m fast stop`;
}

const roles = `create role replicator replication login password 'a replication password for tests';
alter role postgres password 'a superuser password for tests';
create table old_rows as select generate_series(1, 1000) as number`;

/** The first node was the primary; the others are copies of its system that lack its last rows. */
async function prepareVersion1(cluster: Cluster): Promise<void> {
  const [primary, ...replicas] = cluster.nodes;
  if (primary === undefined) throw new Error('a node is needed');
  await onVolume(
    primary,
    `chown postgres:postgres . && chmod 700 .
setpriv --reuid postgres --regid postgres --clear-groups ${bin}/initdb -D . -U postgres -A trust >/dev/null
${runOnRoot(roles)}`,
  );
  for (const replica of replicas) {
    await runOnce(
      [
        'sh',
        '-ec',
        'cp -a /one/. /other/; touch /other/standby.signal; chown postgres: /other/standby.signal',
      ],
      {
        name: `${replica.name}-volume-work`,
        binds: [`${primary.volume}:/one`, `${replica.volume}:/other`],
      },
    );
  }
  await onVolume(primary, runOnRoot('insert into old_rows select generate_series(1001, 2000)'));
}

describe('volumes of flux-pg-cluster 1.x', () => {
  test.each([
    ['the old primary first', [0, 1, 2]],
    ['the old primary last', [2, 1, 0]],
  ] as const)(
    'R8: nodes are upgraded one after the other, %s: one cluster with every row',
    async (title, order) => {
      await using cluster = await prepareCluster({ environment: shortTimes });
      try {
        await prepareVersion1(cluster);
        const watch = cluster.watchPrimaries();
        for (const [index, place] of order.entries()) {
          // Data is never adopted while another listed node may hold more of it.
          if (index > 0) await serveNothing(cluster.nodes, PAUSE_MS);
          await cluster.node(place + 1).create();
        }
        const startedMs = performance.now();
        await cluster.untilHealthy(240_000);
        report('R8', `${title}: healthy`, performance.now() - startedMs);
        for (const node of cluster.nodes) {
          const [row] = await querySql<{ count: string }>(
            node.login('postgres'),
            'select count(*) from old_rows',
          );
          expect(row?.count, node.name).toBe('2000');
        }
        expect(await watch.stop()).toEqual([]);
      } catch (error) {
        process.stderr.write(`${await cluster.dump('R8')}\n`);
        throw error;
      }
    },
    LONG_MS,
  );
});
