import { existsSync } from 'node:fs';
import { setTimeout as delay } from 'node:timers/promises';
import { startCluster } from './cluster/cluster.ts';
await using cluster = await startCluster();
await cluster.untilHealthy();
console.log(cluster.nodes.map((n) => `${n.name} ${n.address}`).join('\n'));
for (let i = 0; i < 900 && !existsSync('/tmp/e2e-explore-stop'); i += 1) await delay(1000);
