import { z } from 'zod';

const clusterSchema = z.object({
  id: z.uuid(),
  epoch: z.int().positive(),
  /** Whether this node sealed the cluster, and so is the one that starts its first etcd. */
  founder: z.boolean(),
});

const foundingSchema = z.discriminatedUnion('kind', [
  z.object({ kind: z.literal('none') }),
  z.object({ kind: z.literal('proposed'), clusterId: z.uuid(), expectedNodes: z.int().positive() }),
  z.object({ kind: z.literal('joined'), clusterId: z.uuid(), proposerNodeId: z.uuid() }),
]);

/** `flux-pg/node.json`: what this volume is and has promised. Written whole, so that its parts exclude each other. */
export const nodeStateSchema = z.object({
  version: z.literal(1),
  nodeId: z.uuid(),
  firstStartedAtMs: z.int(),
  cluster: clusterSchema.nullable(),
  founding: foundingSchema,
  /** Proposals taken back for good; bounded, since a join older than these has long been released. */
  withdrawn: z.array(z.uuid()).max(50),
  etcd: z.object({
    /** Belongs to the etcd directory: a new one for each fresh directory. */
    incarnation: z.string().regex(/^[0-9a-f]{8}$/),
    /** Set once this directory has answered as part of the cluster; an empty directory is then a loss, not a start. */
    started: z.boolean(),
  }),
});

/** What a node persists about itself. */
export type NodeState = z.infer<typeof nodeStateSchema>;

/** A volume used for the first time. */
export function newNodeState(nodeId: string, incarnation: string, nowMs: number): NodeState {
  return {
    version: 1,
    nodeId,
    firstStartedAtMs: nowMs,
    cluster: null,
    founding: { kind: 'none' },
    withdrawn: [],
    etcd: { incarnation, started: false },
  };
}

/** Adds a withdrawn proposal and forgets the oldest beyond the bound. */
export function withWithdrawn(state: NodeState, clusterId: string): NodeState {
  return { ...state, founding: { kind: 'none' }, withdrawn: [...state.withdrawn, clusterId].slice(-50) };
}
