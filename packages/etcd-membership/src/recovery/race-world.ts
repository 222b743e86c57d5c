import { majority } from '../founding/index.ts';
import { compareEpochs, type Epoch } from './epochs.ts';
import type { RecoveryNode, RecoveryState } from './recovery-view.ts';

/** One node of the abstract world: what its volume holds, and what runs. */
export interface RaceNode extends RecoveryState {
  readonly nodeId: string;
  /** The position of its copy of the data. */
  readonly wal: number;
  epoch: number;
  seededBy: string | null;
  intent: RecoveryState['intent'];
  cancelled: RecoveryState['cancelled'];
  seeding: boolean;
  stale: 'fenced' | 'stale' | null;
  /** The epoch that the etcd data belongs to. */
  data: Epoch | null;
  mirror: Epoch & { readonly revision: number; readonly voters: readonly string[] };
  up: boolean;
  /** Nodes of different sides do not hear each other. */
  side: number;
  listed: boolean;
  patroniRuns: boolean;
  etcdRuns: boolean;
}

/** Everything there is. An etcd is known by the epoch that it was started for. */
export interface World {
  readonly nodes: readonly RaceNode[];
  readonly etcds: Map<string, { voters: string[]; revision: number }>;
  readonly seeds: { readonly epoch: number; readonly nodeId: string }[];
  /** What the nodes said of themselves one step ago. */
  previous: ReadonlyMap<string, RecoveryNode>;
}

/** Names an epoch. */
export function epochKey({ epoch, seededBy }: Epoch): string {
  return `${epoch} ${seededBy ?? ''}`;
}

/** Voters of a cluster of so many nodes. */
export function voterTarget(size: number): number {
  if (size < 3) return 1;
  return size < 5 ? 3 : 5;
}

/** A cluster that has served since it was founded. */
export function aWorld(wals: readonly number[]): World {
  const founded = { epoch: 1, seededBy: null };
  const ids = wals.map((_, index) => `n${index}`);
  const voters = ids.slice(0, voterTarget(ids.length));
  const nodes = ids.map((nodeId, index): RaceNode => {
    const votes = voters.includes(nodeId);
    return {
      nodeId,
      wal: wals[index] ?? 0,
      ...founded,
      intent: null,
      cancelled: [],
      seeding: false,
      stale: null,
      data: votes ? founded : null,
      mirror: { ...founded, revision: 1, voters },
      up: true,
      side: 0,
      listed: true,
      patroniRuns: true,
      etcdRuns: votes,
    };
  });
  const etcds = new Map([[epochKey(founded), { voters: [...voters], revision: 1 }]]);
  return { nodes, etcds, seeds: [], previous: new Map() };
}

/** Whether the two could hear each other. */
export function inContact(left: RaceNode, right: RaceNode): boolean {
  return left.up && right.up && left.side === right.side;
}

/** Whether the etcd of an epoch answers linearizable reads on a side; `counts` leaves voters out. */
export function isQuorate(
  world: World,
  epoch: Epoch,
  side: number,
  counts: (node: RaceNode) => boolean = () => true,
): boolean {
  const etcd = world.etcds.get(epochKey(epoch));
  if (etcd === undefined) return false;
  const running = world.nodes.filter(
    (node) =>
      counts(node) &&
      node.up &&
      node.side === side &&
      node.etcdRuns &&
      node.data !== null &&
      compareEpochs(node.data, epoch) === 0 &&
      etcd.voters.includes(node.nodeId),
  );
  return running.length >= majority(etcd.voters.length);
}

/** Epochs under which a PostgreSQL could accept writes now, by the lease of a quorate etcd. */
export function servingEpochs(world: World): ReadonlySet<string> {
  const serving = world.nodes.filter(
    (node) => node.up && node.patroniRuns && node.stale === null && isQuorate(world, node, node.side),
  );
  return new Set(serving.map(epochKey));
}

/** Epochs whose etcd is quorate. A fenced node keeps its etcd but serves nothing from it, so it does not count. */
export function quorateEpochs(world: World): ReadonlySet<string> {
  const quorate = world.nodes.filter(({ data, side }) =>
    data === null ? false : isQuorate(world, data, side, ({ stale }) => stale !== 'fenced'),
  );
  return new Set(quorate.flatMap(({ data }) => (data === null ? [] : [epochKey(data)])));
}

/**
 * The contact assumption: whoever is delisted without contact to some member has fenced before anybody may count it as
 * gone. A node that is down all that time finds itself stale when it starts.
 */
export function letTimePass(world: World): void {
  for (const node of world.nodes) {
    if (node.listed) continue;
    if (!node.up) node.stale = 'stale';
    else if (world.nodes.some((other) => other !== node && !inContact(other, node))) node.stale ??= 'fenced';
    if (node.stale !== null) node.patroniRuns = false;
  }
  world.previous = new Map();
}

/** Whom a node may count as gone: delisted, and without contact to it or to anybody in contact with it. */
export function goneFor(world: World, self: RaceNode): ReadonlySet<string> {
  return new Set(
    world.nodes.filter((node) => !node.listed && !inContact(self, node)).map(({ nodeId }) => nodeId),
  );
}
