import type { Removal } from '../etcd/etcd-world.ts';
import type { World } from '../world/world.ts';
import type { Report } from './violation.ts';

/** A removal must leave a quorum of running voters: its own vote was one of those that counted. */
export function watchRemovals(world: World, report: Report): (removal: Removal) => void {
  return ({ byKey, memberId, voters, isWell }) => {
    const running = voters.filter(isWell).length;
    world.trace.add(byKey, `removed ${memberId}: ${running} of ${voters.length} voters run`);
    if (running <= voters.length / 2) {
      report(
        'removal-costs-quorum',
        `${byKey} removed ${memberId}, ${running} of ${voters.length} voters run`,
      );
    }
  };
}
