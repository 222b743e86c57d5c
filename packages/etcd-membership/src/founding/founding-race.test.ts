import fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import { decideFounding } from './decide-founding.ts';
import type { FoundingPeer, FoundingState, FoundingView, ListedInstance } from './founding-view.ts';

interface Node {
  readonly nodeId: string;
  readonly address: string;
  founding: FoundingState;
  withdrawn: string[];
  cluster: { id: string; epoch: number } | null;
}

interface Step {
  readonly node: number;
  /** Which of the others this node's listing contains, and which of those answer. */
  readonly listed: readonly boolean[];
  readonly heard: readonly boolean[];
}

function told(node: Node): FoundingPeer {
  const { nodeId, founding, withdrawn, cluster } = node;
  return { nodeId, virgin: cluster === null, cluster, founding, withdrawn: [...withdrawn] };
}

function viewOf(nodes: readonly Node[], self: Node, step: Step): FoundingView {
  const others: ListedInstance[] = nodes.flatMap((node, index) => {
    if (node === self || step.listed[index] !== true) return [];
    const answer =
      step.heard[index] === true
        ? { kind: 'authenticated' as const, peer: told(node) }
        : { kind: 'silent' as const, detail: 'cut off' };
    return [{ address: node.address, runningSinceMs: null, silentForMs: 0, answer }];
  });
  return {
    self: { ...self, virgin: true, firstStartedAtMs: 0 },
    expectedNodes: nodes.length,
    listing: { containsSelf: true, others },
    unlistedPeers: [],
    formationTimeoutMs: 300_000,
    compareAddresses: (left, right) => left.localeCompare(right),
  };
}

function act(node: Node, view: FoundingView, newId: () => string): 'sealed' | null {
  const { action } = decideFounding(view);
  switch (action.kind) {
    case 'wait':
      return null;
    case 'propose':
      node.founding = { kind: 'proposed', clusterId: newId(), expectedNodes: action.expectedNodes };
      return null;
    case 'join':
      node.founding = { kind: 'joined', clusterId: action.clusterId, proposerNodeId: action.proposerNodeId };
      return null;
    case 'withdraw':
      node.withdrawn.push(action.clusterId);
      node.founding = { kind: 'none' };
      return null;
    case 'release-join':
      node.founding = { kind: 'none' };
      return null;
    case 'take-cluster':
      node.cluster = action.cluster;
      node.founding = { kind: 'none' };
      return null;
    case 'seal':
      node.cluster = { id: action.clusterId, epoch: 1 };
      node.founding = { kind: 'none' };
      return 'sealed';
  }
}

const races = fc.integer({ min: 1, max: 5 }).chain((size) => {
  const mask = fc.array(fc.boolean(), { minLength: size, maxLength: size });
  const step = fc.record({ node: fc.nat(size - 1), listed: mask, heard: mask });
  return fc.record({ size: fc.constant(size), steps: fc.array(step, { maxLength: 80 }) });
});

function nodesOf(size: number): Node[] {
  return Array.from({ length: size }, (_, index) => ({
    nodeId: `n${index}`,
    address: `10.0.0.${index}`,
    founding: { kind: 'none' },
    withdrawn: [],
    cluster: null,
  }));
}

describe('founding with views that differ and change', () => {
  it('never seals two clusters', () => {
    fc.assert(
      fc.property(races, ({ size, steps }) => {
        const nodes = nodesOf(size);
        let ids = 0;
        let sealed = 0;
        for (const step of steps) {
          const node = nodes[step.node];
          if (node === undefined || node.cluster !== null) continue;
          if (act(node, viewOf(nodes, node, step), () => `c${++ids}`) === 'sealed') sealed += 1;
        }
        expect(sealed).toBeLessThanOrEqual(1);
      }),
      { numRuns: 3000 },
    );
  });

  it('ends in one cluster of all once every node sees and hears the others', () => {
    fc.assert(
      fc.property(races, ({ size, steps }) => {
        const nodes = nodesOf(size);
        let ids = 0;
        const all = nodes.map(() => true);
        const calm = Array.from({ length: 8 }, () =>
          nodes.map((_, node) => ({ node, listed: all, heard: all })),
        );
        for (const step of [...steps, ...calm.flat()]) {
          const node = nodes[step.node];
          if (node === undefined || node.cluster !== null) continue;
          act(node, viewOf(nodes, node, step), () => `c${++ids}`);
        }
        expect(new Set(nodes.map(({ cluster }) => cluster?.id)).size).toBe(1);
        expect(nodes[0]?.cluster).not.toBeNull();
      }),
      { numRuns: 1000 },
    );
  });
});
