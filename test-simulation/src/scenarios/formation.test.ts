import { expect, it } from 'vitest';
import { aScenario } from './scenario.ts';

it.each([1, 2, 3, 5])('F1, F7, F9: %i instances at once become one healthy cluster', async (nodes) => {
  const { world, healthyWithin } = aScenario(nodes);
  // A size of one is believed only after the formation timeout.
  await healthyWithin(240_000);
  const clusters = new Set(world.volumes.map(({ content }) => content.state?.cluster?.id));
  expect(clusters.size).toBe(1);
  const systems = new Set(world.volumes.map(({ content }) => content.pgdata?.branch.systemId));
  expect(systems.size).toBe(1);
});

it('F5: a listed address that never answers does not keep the others from founding', async () => {
  const { world, instances, healthyWithin } = aScenario(2);
  world.flux.setExpectedNodes(3);
  world.flux.register('10.200.0.9');
  expect(instances.keys()).toHaveLength(2);
  await healthyWithin(240_000);
});

it('is the same run for the same seed, and another one for another', async () => {
  const digest = async (seed: number) => {
    const { world, healthyWithin } = aScenario(3, { seed });
    await healthyWithin(120_000);
    return world.trace.digest();
  };
  expect(await digest(7)).toBe(await digest(7));
  expect(await digest(7)).not.toBe(await digest(8));
});
