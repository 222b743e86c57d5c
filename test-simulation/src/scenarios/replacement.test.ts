import { expect, it } from 'vitest';
import { aScenario } from './scenario.ts';

it('M1: a machine that is lost and delisted is replaced by a new one, and every row stays', async () => {
  const { world, instances, monitor, pass, healthyWithin } = aScenario(3);
  await healthyWithin(120_000);
  const [, , third = ''] = instances.keys();
  instances.lose(third);
  instances.delist(third);
  const fourth = instances.add();
  await pass(60_000);
  await healthyWithin(180_000);
  expect(world.containers.get(fourth)?.etcd()).not.toBeNull();
  expect(monitor.workload.acknowledged()).toBeGreaterThan(20);
});

it('O1: another node takes over when the container of the primary ends', async () => {
  const { world, instances, pass, healthyWithin } = aScenario(3);
  await healthyWithin(120_000);
  const isPrimary = (key: string) => world.containers.get(key)?.patroni()?.database()?.writable === true;
  const primary = instances.keys().find(isPrimary) ?? '';
  instances.stop(primary);
  await pass(60_000);
  expect(instances.running().filter(isPrimary)).toHaveLength(1);
  instances.start(primary, 'kept');
  await healthyWithin(120_000);
});

it('R1: all containers restarted at once keep the cluster and its rows', async () => {
  const { world, instances, pass, healthyWithin } = aScenario(3);
  await healthyWithin(120_000);
  const before = world.volumes.map(({ content }) => content.state?.cluster?.id);
  for (const key of instances.keys()) instances.stop(key);
  await pass(5000);
  for (const key of instances.keys()) instances.start(key, 'kept');
  await healthyWithin(180_000);
  expect(world.volumes.map(({ content }) => content.state?.cluster?.id)).toEqual(before);
});

it('the agent dies at each of its first effects, and the cluster is founded all the same', async () => {
  for (let effectsLeft = 0; effectsLeft < 16; effectsLeft += 1) {
    for (const phase of ['before', 'after'] as const) {
      const { world, instances, pass, healthyWithin } = aScenario(3, { seed: effectsLeft });
      await pass(1000);
      const [first = ''] = instances.keys();
      world.containers.get(first)?.armAgent({ effectsLeft, phase });
      await healthyWithin(180_000);
    }
  }
});
