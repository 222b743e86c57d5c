import { type Cluster, prepareCluster } from '../cluster/cluster.ts';
import { etcdMembers } from '../cluster/etcd-members.ts';
import { benchRounds } from '../config.ts';
import { median, say, seconds } from './figures.ts';
import { type FormationTime, timeFormation } from './formation-time.ts';
import { timeStaticCluster } from './static-cluster.ts';

const VOTERS = 3;

async function timeProduct(): Promise<FormationTime> {
  await using cluster = await prepareCluster();
  try {
    return await timeCluster(cluster);
  } catch (error) {
    say(await cluster.dump('bench formation'));
    throw error;
  }
}

async function timeCluster(cluster: Cluster): Promise<FormationTime> {
  const { nodes } = cluster;
  await Promise.all(nodes.map((node) => node.create()));
  const startedAtMs = Math.min(...(await Promise.all(nodes.map((node) => node.startedAtMs()))));
  return timeFormation({
    startedAtMs,
    writeLogins: nodes.map((node) => node.login('readWrite')),
    directLogins: nodes.map((node) => node.login('postgres')),
    hasAllVoters: async () => {
      const members = await etcdMembers(cluster.node(1));
      return members.filter(({ name, isLearner }) => name !== '' && !isLearner).length === VOTERS;
    },
  });
}

function row(title: string, { firstWriteMs, completeMs }: FormationTime): string {
  return `${title.padEnd(26)} ${seconds(firstWriteMs).padStart(12)} ${seconds(completeMs).padStart(12)}`;
}

function medianOf(times: readonly FormationTime[]): FormationTime {
  return {
    firstWriteMs: median(times.map(({ firstWriteMs }) => firstWriteMs)),
    completeMs: median(times.map(({ completeMs }) => completeMs)),
  };
}

const floor: FormationTime[] = [];
const product: FormationTime[] = [];
say(`${''.padEnd(26)} ${'first write'.padStart(12)} ${'complete'.padStart(12)}`);
for (let round = 1; round <= benchRounds; round += 1) {
  // One after the other in every round, so that a machine that slows down slows both.
  const static_ = await timeStaticCluster();
  floor.push(static_);
  say(row(`${round}. by hand`, static_));
  const formed = await timeProduct();
  product.push(formed);
  say(row(`${round}. flux-pg`, formed));
}
const [byHand, ours] = [medianOf(floor), medianOf(product)];
say(row('median by hand', byHand));
say(row('median flux-pg', ours));
say(
  `flux-pg takes ${(ours.firstWriteMs / byHand.firstWriteMs).toFixed(2)} times as long to the first write, and ${(ours.completeMs / byHand.completeMs).toFixed(2)} times as long until three vote and two stream.`,
);
