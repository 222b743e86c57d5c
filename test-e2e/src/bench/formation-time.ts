import { connectSql, disconnectSql, type Login, querySql } from '../cluster/sql.ts';
import { until } from '../waiting.ts';

/** How long a cluster took from its containers' start, in milliseconds. */
export interface FormationTime {
  readonly firstWriteMs: number;
  readonly completeMs: number;
}

/** A cluster whose containers have been told to start. */
export interface FormingCluster {
  /** When the first container's process started, in Unix milliseconds. */
  readonly startedAtMs: number;
  /** Where a client would write. */
  readonly writeLogins: readonly Login[];
  /** Every node's own PostgreSQL. */
  readonly directLogins: readonly Login[];
  /** Whether etcd has the voters that it shall have. */
  readonly hasAllVoters: () => Promise<boolean>;
}

const PROBE = { timeoutMs: 90_000, intervalMs: 100 } as const;
const QUICK = { connectMs: 500, queryMs: 3000 } as const;

async function write(login: Login): Promise<boolean> {
  const client = await connectSql(login, QUICK);
  try {
    await client.query(
      'create table if not exists bench_rows (written_at timestamptz); insert into bench_rows values (now())',
    );
    return true;
  } finally {
    disconnectSql(client);
  }
}

async function hasTwoStreaming(login: Login): Promise<boolean> {
  const [row] = await querySql<{ streaming: string }>(
    login,
    `select count(*) filter (where state = 'streaming') as streaming from pg_stat_replication where not pg_is_in_recovery()`,
  );
  return Number(row?.streaming ?? 0) >= 2;
}

/** Asks several servers until one answers as hoped; the others are then left alone. */
async function untilOne(
  what: string,
  logins: readonly Login[],
  probe: (login: Login) => Promise<boolean>,
): Promise<void> {
  let found = false;
  const search = async (login: Login) => {
    await until(what, PROBE, async () => (found || (await probe(login)) ? true : undefined));
    found = true;
  };
  await Promise.any(logins.map(search));
}

/** Watches three nodes until a write succeeds, and until two replicas stream and all voters are there. */
export async function timeFormation(cluster: FormingCluster): Promise<FormationTime> {
  await untilOne('a write succeeds', cluster.writeLogins, write);
  const firstWriteMs = Date.now() - cluster.startedAtMs;
  await untilOne('two replicas stream', cluster.directLogins, hasTwoStreaming);
  await until('all voters are there', PROBE, async () => ((await cluster.hasAllVoters()) ? true : undefined));
  return { firstWriteMs, completeMs: Date.now() - cluster.startedAtMs };
}
