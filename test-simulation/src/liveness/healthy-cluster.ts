import { memberName, voterTarget } from '@flux-pg/etcd-membership';
import type { NodeState } from '@flux-pg/node-agent/loop';
import type { Container } from '../node/container.ts';
import type { World } from '../world/world.ts';

/** What the running nodes' own last looks say. */
function views(containers: readonly Container[]) {
  return containers.map((container) => {
    const state = container.agent()?.loop.state();
    return { key: container.key, view: state?.view ?? null, reason: state?.decision?.reason ?? 'starting' };
  });
}

function memberOf({ nodeId, etcd }: NodeState): string {
  return memberName(nodeId, etcd.incarnation);
}

function replicationProblem(containers: readonly Container[]): string | null {
  const databases = containers.map(({ key, patroni }) => ({
    key,
    database: patroni()?.database() ?? null,
    status: patroni()?.status() ?? null,
  }));
  const primaries = databases.filter(({ database }) => database?.writable === true);
  const [primary] = primaries;
  if (primary === undefined || primaries.length > 1) return `${primaries.length} primaries`;
  const apart = databases.find(({ database }) => database?.branch.id !== primary.database?.branch.id);
  if (apart !== undefined) return `${apart.key} is not on the primary's timeline`;
  const streaming = primary.status?.replicating.length ?? 0;
  return streaming >= containers.length - 1
    ? null
    : `${streaming} of ${containers.length - 1} replicas stream`;
}

/** Two clusters that were both used have met: design.md 6 lets the younger one stand still until a person decides. */
function standsAside(container: Container): boolean {
  const reason = container.agent()?.loop.state().decision?.reason;
  return reason === 'younger-cluster-stops' && !container.runs('patroni');
}

/** Why the running containers are not one healthy cluster, as scenarios.md defines it; null if they are. */
export function whyUnhealthy(world: World): string | null {
  const up = [...world.containers.values()].filter((container) => container.isUp());
  if (up.length === 0) return 'nothing runs';
  const containers = up.filter((container) => !standsAside(container));
  if (containers.length === 0) return 'everybody waits for a person';
  const clusters = new Set(containers.map(({ volume }) => volume.content.state?.cluster?.id ?? 'none'));
  if (clusters.size > 1 || clusters.has('none')) return `clusters ${[...clusters].join(', ')}`;
  const all = views(containers);
  const blind = all.find(({ view }) => view?.etcd.ok !== true);
  if (blind !== undefined) return `${blind.key} does not reach etcd: ${blind.reason}`;
  const members = all[0]?.view?.etcd.ok === true ? all[0].view.etcd.value.members : [];
  const wanted = voterTarget(containers.length, world.config.maxVoters);
  const voters = members.filter(({ isLearner }) => !isLearner).length;
  const names = new Set(all.flatMap(({ key, view }) => (view === null ? [] : [memberOf(view.state), key])));
  const dead = members.find(({ name }) => !names.has(name));
  if (dead !== undefined) return `${dead.name} is a member of etcd and of nothing else`;
  // Surplus voters that are well are tolerated, but two are worse than one.
  const isEnough = voters >= wanted && (voters !== 2 || wanted !== 1);
  if (!isEnough || members.length !== voters)
    return `${voters} of ${wanted} voters, ${members.length} members`;
  const replication = replicationProblem(containers);
  if (replication !== null) return replication;
  // As long as the other one stands aside, the cluster that stays tells of it.
  const calm = containers.length < up.length ? ['steady', 'other-cluster-stops'] : ['steady'];
  const unsteady = all.find(({ reason }) => !calm.includes(reason));
  return unsteady === undefined ? null : `${unsteady.key}: ${unsteady.reason}`;
}
