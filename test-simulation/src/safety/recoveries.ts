import type { Volume, VolumeContent } from '../disk/volume.ts';
import type { Container } from '../node/container.ts';
import type { World } from '../world/world.ts';
import type { Report } from './violation.ts';

/**
 * Whether a node has stood still for so long that others could go on, and either knows it and is stopping, or has not looked
 * since. What it does until it has stopped is judged by its lease: as a primary that holds one it is no exception.
 */
function isWakingUp({ scheduler, config }: World, { volume, agent, patroni }: Container): boolean {
  const nowMs = scheduler.nowMs();
  const database = patroni()?.database() ?? null;
  if (database?.writable === true && database.leaseUntilMs > nowMs) return false;
  if (volume.content.state?.stale?.cause === 'stopped') return true;
  const view = agent()?.loop.state().view ?? null;
  return view !== null && nowMs - view.nowMs >= config.fenceAfterMs;
}

/**
 * Watches for a new epoch that begins while Patroni runs elsewhere. Whoever takes part has stopped before it promised, and whoever
 * was left out has fenced itself long before it could be counted as gone; a paused one notices when it goes on.
 */
export function watchRecoveries(world: World, report: Report) {
  return (volume: Volume, before: VolumeContent, after: VolumeContent): void => {
    const cluster = after.state?.cluster ?? null;
    const known = before.state?.cluster ?? null;
    if (cluster?.seeding !== true || known === null || cluster.epoch <= known.epoch) return;
    world.trace.add(volume.key, `epoch ${cluster.epoch} of cluster ${cluster.id} begins`);
    const others = [...world.containers.values()].filter((other) => {
      const { content } = other.volume;
      if (other.volume === volume || content.state?.cluster?.id !== cluster.id) return false;
      return !other.isPaused() && other.runs('patroni') && !isWakingUp(world, other);
    });
    if (others.length === 0) return;
    const names = others.map(({ key }) => key).join(', ');
    report(
      'recovery-beside-others',
      `${volume.key} begins epoch ${cluster.epoch} while Patroni runs on ${names}`,
    );
  };
}
