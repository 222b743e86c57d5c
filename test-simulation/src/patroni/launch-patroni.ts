import { persist } from '../disk/volume.ts';
import { routedClient } from '../etcd/clients.ts';
import type { PatroniHost, PatroniProcess, Scheduler } from '../kernel/contracts.ts';
import type { Container } from '../node/container.ts';
import { startPatroni } from '../postgres/index.ts';
import type { World } from '../world/world.ts';

/** The time of one process: nothing of it happens while its container is paused, or after the process was killed. */
function timeOf(world: World, container: Container, isAlive: () => boolean): Scheduler {
  const { scheduler } = world;
  const go = (work: () => void) =>
    container.whenRunning(() => {
      if (isAlive()) work();
    });
  return {
    nowMs: scheduler.nowMs,
    random: scheduler.random,
    at: (atMs, work) => scheduler.at(atMs, () => go(work)),
    sleep: async (ms, signal) => {
      await scheduler.sleep(ms, signal);
      for (let paused = container.whileRunning(); paused !== null; paused = container.whileRunning()) {
        await paused;
      }
    },
  };
}

function reachablePeer(world: World, container: Container, address: string): PatroniProcess | null {
  const holder = world.network.holderOf(address);
  if (holder?.kind !== 'node' || !world.network.connected(container.key, holder.key)) return null;
  const other = world.containers.get(holder.key);
  // Calls between nodes go through the other node's router.
  if (other === undefined || other.isPaused() || !other.runs('router')) return null;
  return other.patroni();
}

/** Starts Patroni as patroni.yml says. */
export function launchPatroni(
  world: World,
  container: Container,
  exited: (status: number) => void,
): PatroniProcess {
  const { volume, files } = container;
  let alive = true;
  const host: PatroniHost = {
    scheduler: timeOf(world, container, () => alive),
    settings: () => {
      if (files.patroni === null) throw new Error('there is no patroni.yml');
      return files.patroni;
    },
    etcd: routedClient(world, container),
    disk: {
      read: () => volume.content.pgdata,
      write: (pgdata) => persist(volume, { pgdata }),
    },
    peer: (address) => reachablePeer(world, container, address),
    roundTripMs: (address) => {
      const holder = world.network.holderOf(address);
      return holder?.kind === 'node' ? 2 * world.network.oneWayMs(container.key, holder.key) : 100;
    },
    exited: (status) => {
      if (!alive) return;
      alive = false;
      exited(status);
    },
  };
  const process = startPatroni(host);
  return {
    ...process,
    kill: () => {
      alive = false;
      process.kill();
    },
  };
}
