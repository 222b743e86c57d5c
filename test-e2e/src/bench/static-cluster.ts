import { randomBytes } from 'node:crypto';
import { readFile } from 'node:fs/promises';
import { NODE_MEMORY_GIB, VOLUME_PATH } from '../cluster/cluster-options.ts';
import type { Login } from '../cluster/sql.ts';
import { images } from '../config.ts';
import { connectEngine, createInternalNetwork, createVolume } from '../engine/engine.ts';
import { removeRun } from '../engine/leftovers.ts';
import { PlacedContainer } from '../engine/placed-container.ts';
import { type FormationTime, timeFormation } from './formation-time.ts';

const script = new URL('static-node.sh', import.meta.url);

/** Forms and times a static etcd and Patroni of the image's packages, and removes them. */
export async function timeStaticCluster(): Promise<FormationTime> {
  const engine = await connectEngine();
  const runName = `fluxpg-floor-${randomBytes(3).toString('hex')}`;
  try {
    const network = await createInternalNetwork(engine, runName);
    const nodes = [1, 2, 3].map((number) => ({
      name: `${runName}-node-${number}`,
      address: `${network.prefix}.${10 + number}`,
    }));
    const command = await readFile(script, 'utf8');
    const common = {
      ETCD_CLUSTER: nodes.map(({ name, address }) => `${name}=http://${address}:2380`).join(','),
      ETCD_HOSTS: nodes.map(({ address }) => `${address}:2379`).join(','),
    };
    for (const { name } of nodes) await createVolume(engine, name);
    const started = await Promise.all(
      nodes.map(({ name, address }) =>
        new PlacedContainer(images.node, name, network, address)
          .withEnvironment({ ...common, NAME: name, ADDRESS: address })
          .withBindMounts([{ source: name, target: VOLUME_PATH, mode: 'rw' }])
          .withMemoryLimit(NODE_MEMORY_GIB)
          .withCommand(['bash', '-c', command])
          .start(),
      ),
    );
    const inspected = await Promise.all(
      started.map((container) => engine.getContainer(container.getId()).inspect()),
    );
    const logins = nodes.map(
      ({ address }): Login => ({
        host: address,
        port: 5432,
        user: 'postgres',
        database: 'postgres',
        password: 'floor',
      }),
    );
    return await timeFormation({
      startedAtMs: Math.min(...inspected.map(({ State }) => Date.parse(State.StartedAt))),
      writeLogins: logins,
      directLogins: logins,
      // A static cluster has all its voters from the first leader on.
      hasAllVoters: async () => true,
    });
  } finally {
    await removeRun(runName);
  }
}
