import type { Volume, VolumeContent } from '../disk/volume.ts';
import type { World } from '../world/world.ts';
import type { Report } from './violation.ts';

function clusterOf(content: VolumeContent) {
  return content.state?.cluster ?? null;
}

/** Joins of one proposal at the moment when it is sealed, the proposer's own among them. */
function joined(world: World, clusterId: string): number {
  const promises = world.volumes.filter(({ content }) => {
    const founding = content.state?.founding;
    return founding?.kind === 'joined' && founding.clusterId === clusterId;
  });
  return 1 + promises.length;
}

/**
 * Watches the seals. One with a majority of N joined is full-handed, and there may be only one of these; a short-handed one
 * may meet another cluster later, and then yields.
 */
export function watchFoundings(world: World, report: Report) {
  const fullHanded = new Set<string>();
  return (_volume: Volume, before: VolumeContent, after: VolumeContent): void => {
    const sealed = clusterOf(after);
    if (sealed === null || clusterOf(before) !== null || before.state?.founding.kind !== 'proposed') return;
    const isFullHanded = joined(world, sealed.id) > world.flux.expectedNodes() / 2;
    world.trace.add('', `cluster ${sealed.id} is sealed${isFullHanded ? '' : ' short-handed'}`);
    if (isFullHanded) fullHanded.add(sealed.id);
    // A cluster whose volumes are all gone is no cluster: who comes after them may found another one.
    const alive = [...fullHanded].filter((id) =>
      world.volumes.some(
        (volume) => !volume.destroyed && clusterOf(volume.content)?.id === id && isListed(world, volume),
      ),
    );
    if (alive.length > 1) report('two-full-handed-clusters', alive.join(' and '));
  };
}

/** Nobody can know of a volume that Flux does not list; who is delisted and silent is on the way to being gone. */
function isListed(world: World, { key }: Volume): boolean {
  const [node = ''] = key.split('/');
  const address = world.network.addressOf(node);
  return address !== null && world.flux.registered().includes(address);
}

function holdsData({ content, destroyed }: Volume): boolean {
  if (destroyed) return false;
  const { pgdata } = content;
  return pgdata !== null && pgdata.unfinished !== 'initdb' && pgdata.unfinished !== 'clone';
}

/** Watches for an initdb while any volume that is not gone holds data. */
export function watchInitdb(world: World, report: Report) {
  const known = new Set<string>();
  return (volume: Volume, before: VolumeContent, after: VolumeContent): void => {
    const { pgdata } = after;
    if (pgdata === null || pgdata === before.pgdata || known.has(pgdata.branch.systemId)) return;
    known.add(pgdata.branch.systemId);
    const others = world.volumes.filter(
      (other) => other !== volume && holdsData(other) && isListed(world, other),
    );
    const aside = after.quarantine.some((kept) => kept.pgdata !== null && kept.pgdata.unfinished === null);
    world.trace.add(volume.key, `initdb of ${pgdata.branch.systemId}`);
    const told = others.map(({ key, content }) => `${key} ${content.pgdata?.branch.systemId ?? ''}`);
    // A finished initdb that nobody heard of is moved aside and repeated; nobody can have written to it.
    if (told.length > 0) report('initdb-over-data', `on ${volume.key} beside ${told.join(', ')}`);
    else if (aside) world.trace.add(volume.key, 'a copy was moved aside before');
  };
}
