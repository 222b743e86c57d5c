import { decideFounding } from './decide-founding.ts';
import type { ClusterIdentity, FoundingAction, FoundingState } from './founding-state.ts';
import type { FoundingPeer, FoundingView, ListedInstance } from './founding-view.ts';

/** One abstract node: what it has persisted, and the status that it last told. */
export interface WorldNode {
  readonly nodeId: string;
  readonly address: string;
  founding: FoundingState;
  withdrawn: string[];
  promisedEpoch: number;
  cluster: ClusterIdentity | null;
  systemId: string | null;
  /** What the others hear: as old as the last step that told it. */
  told: FoundingPeer;
  /** Dead with its volume, or cut off from everybody for as long as it takes to count as gone. */
  fate: 'alive' | 'dead' | 'cut';
  /** Of a node that comes later in place of a gone one. */
  arrived: boolean;
}

/** A cluster id that was made true, and how. */
export interface Sealing {
  readonly clusterId: string;
  readonly epoch: number;
  readonly shortHanded: boolean;
  readonly adopts: string | null;
}

/** One tick of one node: what its listing contains and who answers it, by index of the node. */
export interface Step {
  readonly node: number;
  readonly listed: readonly boolean[];
  readonly heard: readonly boolean[];
  readonly expectedNodes: number | null;
  /** A crash between the write and its telling: the others go on hearing the older status. */
  readonly tells: boolean;
  /** A crash before the write: nothing happened. */
  readonly writes: boolean;
  /** A seal is what takes longest to come true, so that more can happen before it. */
  readonly sealStalls: boolean;
  readonly shortHanded: boolean;
  /** The same partition for all: those of different sides do not hear each other, nor see each other listed if `hides`. */
  readonly split: Split | null;
}

/** A cut through the nodes. */
export interface Split {
  readonly sides: readonly boolean[];
  readonly hides: boolean;
}

function statusOf(node: Omit<WorldNode, 'told'>): FoundingPeer {
  const { nodeId, founding, withdrawn, cluster, systemId, promisedEpoch } = node;
  const virgin = cluster === null && systemId === null;
  return { nodeId, virgin, cluster, founding, withdrawn: [...withdrawn], systemId, promisedEpoch };
}

/** A node as it first starts; one with a system id holds data. */
export function aWorldNode(index: number, difference: Partial<WorldNode> = {}): WorldNode {
  const node = {
    nodeId: `n${index}`,
    address: `10.0.0.${index}`,
    founding: { kind: 'none' as const },
    withdrawn: [],
    promisedEpoch: 1,
    cluster: null,
    systemId: null,
    fate: 'alive' as const,
    arrived: true,
    ...difference,
  };
  return { told: statusOf(node), ...node };
}

/** Nodes with their disks and statuses, stepped one tick at a time in any order. */
export class FoundingWorld {
  readonly nodes: readonly WorldNode[];
  readonly sealings: Sealing[] = [];
  /** Foundings given up because their proposer was gone: what that may have sealed is the one allowed exception. */
  readonly givenUp = new Set<string>();
  /** Addresses that are listed and never answer. */
  readonly phantoms: readonly string[];
  /** Whether the phantoms are gone by now. */
  phantomsGone = false;
  /** Whether alive nodes that the newest answer leaves out still block, as `rememberField` makes them. */
  strict = false;
  #ids = 0;

  constructor(nodes: readonly WorldNode[], phantoms: readonly string[] = []) {
    this.nodes = nodes;
    this.phantoms = phantoms;
  }

  /** Runs one tick and returns the reason of what was decided. */
  tick(step: Step): string | null {
    const node = this.nodes[step.node];
    if (node === undefined || !node.arrived || node.fate === 'dead' || node.cluster !== null) return null;
    const { action, reason } = decideFounding(this.#viewOf(node, step));
    if (step.writes && !(step.sealStalls && action.kind === 'seal')) this.#act(node, action, reason);
    if (step.tells) this.tell(node);
    return reason;
  }

  /** The others hear the state of now. */
  tell(node: WorldNode): void {
    node.told = statusOf(node);
  }

  /** A node counts as gone, or is back: that takes minutes, in which every older status has been replaced. */
  meet(node: WorldNode, fate: WorldNode['fate']): void {
    node.fate = fate;
    this.strict = true;
    for (const alive of this.nodes) if (alive.fate === 'alive') this.tell(alive);
  }

  /** A node that was not there before starts, listed like everybody. */
  arrive(node: WorldNode): void {
    node.arrived = true;
    this.strict = true;
    this.tell(node);
  }

  /** What a node sees at the address of another one; a gone node is in nobody's listing. */
  #instanceOf(self: WorldNode, index: number, step: Step): ListedInstance | null {
    const node = this.nodes[index];
    if (node === undefined || node === self || !node.arrived || node.fate !== 'alive') return null;
    const { split } = step;
    const together = split === null || split.sides[index] === split.sides[step.node];
    const hears = step.heard[index] === true && self.fate === 'alive' && together;
    // One that is cut off goes on with an old listing that has everybody in it.
    const seen = step.listed[index] === true && (together || split?.hides !== true);
    const listed = self.fate === 'cut' || seen;
    if (!listed && !this.strict && !hears) return null;
    const answer: ListedInstance['answer'] = hears
      ? { kind: 'authenticated', peer: node.told }
      : { kind: 'silent', detail: 'cut off' };
    return { address: node.address, listed, runningSinceMs: null, silentForMs: 0, answer };
  }

  #viewOf(self: WorldNode, step: Step): FoundingView {
    const others = this.nodes.flatMap((_, index) => this.#instanceOf(self, index, step) ?? []);
    const silent = { kind: 'silent' as const, detail: 'phantom' };
    const phantoms = this.phantomsGone ? [] : this.phantoms;
    const phantom = { listed: true, runningSinceMs: 0, silentForMs: 900_000, answer: silent };
    const lost = self.fate === 'alive' ? this.nodes.filter(({ fate }) => fate !== 'alive') : [];
    const holder = this.nodes.find(({ systemId, fate }) => systemId !== null && fate === 'alive');
    return {
      self: { ...self, virgin: self.systemId === null, firstStartedAtMs: 0 },
      expectedNodes: step.expectedNodes,
      clusterSizeConfigured: true,
      listing: {
        containsSelf: true,
        others: [...others, ...phantoms.map((address) => ({ address, ...phantom }))],
      },
      unlistedPeers: [],
      shortHandedForMs: step.shortHanded ? 300_000 : 0,
      permitted: new Set(),
      gone: new Set(lost.map(({ nodeId }) => nodeId)),
      goneAddresses: new Set(lost.map(({ address }) => address)),
      adoption: { leadNodeId: holder?.nodeId ?? null, blocked: null },
      formationTimeoutMs: 300_000,
      compareAddresses: (left, right) => (left < right ? -1 : left > right ? 1 : 0),
    };
  }

  #act(node: WorldNode, action: FoundingAction, reason: string): void {
    switch (action.kind) {
      case 'wait':
        return;
      case 'propose': {
        const { kind: _, ...terms } = action;
        this.#ids += 1;
        node.founding = { kind: 'proposed', clusterId: `c${this.#ids}`, ...terms };
        return;
      }
      case 'join':
        node.founding = action.joined;
        return;
      case 'withdraw':
        node.withdrawn.push(action.clusterId);
        node.founding = { kind: 'none' };
        return;
      case 'release-join':
        if (reason !== 'join-released') this.givenUp.add(action.clusterId);
        node.founding = { kind: 'none' };
        return;
      case 'resume':
        node.founding = action.resuming;
        node.promisedEpoch = Math.max(node.promisedEpoch, action.resuming.epoch);
        return;
      case 'drop-intent':
        node.founding = action.founding;
        node.promisedEpoch = Math.max(node.promisedEpoch, action.epoch);
        return;
      case 'take-cluster':
        node.cluster = action.cluster;
        node.founding = { kind: 'none' };
        return;
      case 'seal': {
        const { clusterId, epoch, shortHanded, adopts } = action;
        this.sealings.push({ clusterId, epoch, shortHanded, adopts });
        node.cluster = { id: clusterId, epoch };
        node.founding = { kind: 'none' };
      }
    }
  }
}
