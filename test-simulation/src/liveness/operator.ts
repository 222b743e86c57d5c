import type { Volume } from '../disk/volume.ts';
import type { World } from '../world/world.ts';

function holdsCopy({ destroyed, content }: Volume): boolean {
  const isWhole = ({ pgdata }: { readonly pgdata: Volume['content']['pgdata'] }) =>
    pgdata !== null && pgdata.unfinished === null;
  return !destroyed && (isWhole(content) || content.quarantine.some(isWhole));
}

/**
 * What a person does who is told that all data is lost and finds it to be true: permits that the cluster begins anew. Where
 * any volume still holds a copy he is told wrongly, and nothing is permitted.
 */
export function permitWhatIsLost(world: World): void {
  if (world.volumes.some(holdsCopy)) return;
  for (const container of world.containers.values()) {
    const agent = container.agent();
    const state = agent?.loop.state();
    if (state?.decision?.reason !== 'data_lost' || state.view?.state.permitsNewData !== false) continue;
    world.trace.add(container.key, 'a person permits a new beginning');
    agent?.give({ kind: 'permit-founding', addresses: [] });
    return;
  }
}
