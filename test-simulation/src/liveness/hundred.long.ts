import { expect, it } from 'vitest';
import { aScenario } from '../scenarios/scenario.ts';

const AGENTS = 100;
/** The listing interval of the runs is 15 s: four listings a minute, each with the specification and some look-ups. */
const MOST_REQUESTS = 60;

/** Takes many minutes, so it has a command of its own. */
it('a hundred agents form one cluster, lose some, and converge', { timeout: 1_800_000 }, async () => {
  const { world, instances, pass, healthyWithin } = aScenario(AGENTS);
  const { fluxRequests } = world;
  const startedAt = process.cpuUsage();
  await healthyWithin(600_000);
  for (const key of instances.keys().slice(0, 10)) {
    instances.lose(key);
    instances.delist(key);
    instances.add();
  }
  await pass(120_000);
  await healthyWithin(400_000);
  const before = fluxRequests.count;
  await pass(120_000);
  const askedPerMinute = (fluxRequests.count - before) / AGENTS / 2;
  expect(askedPerMinute).toBeGreaterThan(0);
  expect(askedPerMinute).toBeLessThan(MOST_REQUESTS);
  const voters = instances.running().filter((key) => world.containers.get(key)?.etcd() !== null);
  expect(voters).toHaveLength(5);
  const ticks = Object.values(world.coverage.counts()).reduce((sum, count) => sum + count, 0);
  const { user, system } = process.cpuUsage(startedAt);
  console.log(
    `${AGENTS} agents: ${((user + system) / 1000 / ticks).toFixed(2)} ms of CPU time for a tick, ${ticks} ticks, ` +
      `${askedPerMinute.toFixed(1)} requests to Flux by each in a minute`,
  );
});
