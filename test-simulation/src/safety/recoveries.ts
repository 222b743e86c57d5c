import type { Volume, VolumeContent } from '../disk/volume.ts';
import type { World } from '../world/world.ts';
import type { Report } from './violation.ts';

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
      return !other.isPaused() && other.runs('patroni');
    });
    if (others.length === 0) return;
    const names = others.map(({ key }) => key).join(', ');
    report(
      'recovery-beside-others',
      `${volume.key} begins epoch ${cluster.epoch} while Patroni runs on ${names}`,
    );
  };
}
