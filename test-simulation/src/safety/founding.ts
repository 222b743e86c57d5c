import type { Volume, VolumeContent } from '../disk/volume.ts';
import type { World } from '../world/world.ts';
import type { Knowledge } from './knowledge.ts';
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
export function watchFoundings(world: World, knowledge: Knowledge, report: Report) {
  const fullHanded = new Set<string>();
  return (volume: Volume, before: VolumeContent, after: VolumeContent): void => {
    const sealed = clusterOf(after);
    if (sealed === null || clusterOf(before) !== null || before.state?.founding.kind !== 'proposed') return;
    const isFullHanded = joined(world, sealed.id) > world.flux.expectedNodes() / 2;
    world.trace.add('', `cluster ${sealed.id} is sealed${isFullHanded ? '' : ' short-handed'}`);
    if (isFullHanded) fullHanded.add(sealed.id);
    // A cluster whose volumes are all gone is no cluster: who comes after them may found another one.
    const alive = [...fullHanded].filter((id) => {
      const others = world.volumes.filter(({ content }) => clusterOf(content)?.id === id);
      return id === sealed.id || others.some((other) => knowledge.mayKnow(volume, other));
    });
    if (alive.length > 1) report('two-full-handed-clusters', alive.join(' and '));
  };
}

/** Data that somebody may have written to: in its place, or moved aside and in no leader's history. */
function holdsData({ userData }: World, { content }: Volume): boolean {
  const { pgdata, root, quarantine } = content;
  if (root !== null) return true;
  if (pgdata !== null && pgdata.unfinished !== 'initdb' && pgdata.unfinished !== 'clone') return true;
  return quarantine.some(
    ({ pgdata: kept, isContained }) =>
      kept !== null && kept.unfinished === null && !isContained && userData.has(kept.branch.systemId),
  );
}

/** Watches for an initdb while any volume that is not gone holds data. */
export function watchInitdb(world: World, knowledge: Knowledge, report: Report) {
  const known = new Set<string>();
  return (volume: Volume, before: VolumeContent, after: VolumeContent): void => {
    const { pgdata } = after;
    if (pgdata === null || pgdata === before.pgdata || known.has(pgdata.branch.systemId)) return;
    // Data of version 1 that is moved to its place was there before.
    if (pgdata === before.root?.pgdata) return;
    known.add(pgdata.branch.systemId);
    world.trace.add(volume.key, `initdb of ${pgdata.branch.systemId}`);
    // A finished initdb that nobody heard of is moved aside and repeated on the same volume; nobody can have written to it.
    const others = world.volumes.filter((other) =>
      other === volume
        ? holdsData(world, { ...volume, content: { ...after, pgdata: null } })
        : holdsData(world, other) && knowledge.mayKnow(volume, other),
    );
    if (others.length === 0) return;
    const told = others.map(({ key, content }) => `${key} ${content.pgdata?.branch.systemId ?? 'aside'}`);
    report('initdb-over-data', `on ${volume.key} beside ${told.join(', ')}`);
  };
}
