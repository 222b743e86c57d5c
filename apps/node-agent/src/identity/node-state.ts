import { z } from 'zod';
import { startIdSchema } from './member-record.ts';

const address = z.union([z.ipv4(), z.ipv6()]);
const systemId = z.string().regex(/^\d{1,20}$/);

const clusterSchema = z.object({
  id: z.uuid(),
  epoch: z.int().positive(),
  /** The seeder of this epoch; null for the one that the cluster was founded with. */
  seededBy: z.uuid().nullable().default(null),
  /** Whether this node sealed this epoch of the cluster, and so is the one that starts its first etcd. */
  founder: z.boolean(),
  /** The epoch is persisted and the keys are not all written yet: a restart goes on with them. */
  seeding: z.boolean().default(false),
  /** Wall clock, milliseconds; null where nobody has told. */
  foundedAtMs: z.int().nullable().default(null),
  /** Who sealed the cluster: until there is a mirror, the only voter that can be. Null where nobody has told. */
  sealedBy: z.object({ nodeId: z.uuid(), address: address.nullable() }).nullable().default(null),
  /** The PostgreSQL system whose data the cluster was founded on; null for a cluster that began empty. */
  adopts: systemId.nullable().default(null),
});

/** What a proposal says, and what a node that joined it keeps of it. */
const proposalTerms = {
  clusterId: z.uuid(),
  /** Null only in a short-handed proposal. */
  expectedNodes: z.int().positive().nullable(),
  /** Not a majority of N, but all that were ever listed, suffices. */
  shortHanded: z.boolean().default(false),
  /** The system whose data the cluster shall adopt; null for one that begins empty. */
  systemId: systemId.nullable().default(null),
};

const joinedSchema = z.object({
  kind: z.literal('joined'),
  ...proposalTerms,
  // A join of the previous version does not say.
  expectedNodes: proposalTerms.expectedNodes.default(null),
  proposerNodeId: z.uuid(),
  /** Where the proposer was last. */
  proposerAddress: address.nullable().default(null),
});

/** Names an intent for good: a seeder never uses an epoch a second time. */
export const intentNameSchema = z.object({
  clusterId: z.uuid(),
  epoch: z.int().positive(),
  seederNodeId: z.uuid(),
});

/** What the nodes agree to do before they do it: raise the epoch, with the seeder's etcd as its first. */
export const intentSchema = intentNameSchema.extend({
  /** Node ids that the seeder did not count as gone. */
  participants: z.array(z.uuid()).readonly().default([]),
});

/** A promise about a recovery. It is no epoch yet. */
export type Intent = z.infer<typeof intentSchema>;

/** Names an epoch: two recoveries that did not know of each other may have taken the same number. */
export const epochNameSchema = z.object({
  clusterId: z.uuid(),
  epoch: z.int().positive(),
  seededBy: z.uuid().nullable(),
});

/** A node's promise about founding; also a part of the status. */
export const foundingSchema = z.discriminatedUnion('kind', [
  z.object({ kind: z.literal('none') }),
  z.object({ kind: z.literal('proposed'), ...proposalTerms }),
  joinedSchema,
  /** The proposer is gone, and a majority goes on with its proposal under another seeder. */
  z.object({
    kind: z.literal('resuming'),
    ...intentNameSchema.shape,
    expectedNodes: z.int().positive().nullable().default(null),
    systemId: systemId.nullable().default(null),
    proposerNodeId: z.uuid(),
    proposerAddress: address.nullable().default(null),
    /** The join that binds this node again if the intent is dropped; null for one that had joined nothing. */
    join: joinedSchema.nullable().default(null),
  }),
]);

const staleSchema = z.object({
  /** `fenced`: its ticks never stopped, so that its etcd may run on; `stopped`: it has not looked for too long. */
  cause: z.enum(['fenced', 'stopped']),
  sinceWallMs: z.int(),
});

/**
 * A person has given up this node's own copy, while this node led on this timeline: what comes after was not meant. The
 * copy is moved aside first; the word holds on until another one follows.
 */
export const recloneOrderSchema = z.object({
  leader: z.uuid(),
  timeline: z.int().positive(),
  setAside: z.boolean().default(false),
});

/** `flux-pg/node.json`: what this volume is and has promised. Written whole, so that its parts exclude each other. */
export const nodeStateSchema = z.object({
  version: z.literal(1),
  nodeId: z.uuid(),
  firstStartedAtMs: z.int(),
  /** One for each start on this volume, oldest first, the current one last. A restored volume lacks the newest. */
  startIds: z.array(startIdSchema).readonly().default([]),
  /** An older state of this volume was put back: its copy leads only when all peers are gone. */
  restored: z.boolean().default(false),
  cluster: clusterSchema.nullable(),
  founding: foundingSchema,
  /** Proposals taken back for good; bounded, since a join older than these has long been released. */
  withdrawn: z.array(z.uuid()).max(50),
  /** The highest epoch of any intent to resume a founding that this node has persisted or refused. */
  promisedEpoch: z.int().positive().default(1),
  intent: intentSchema.nullable().default(null),
  /** Intents that this node has given up for good; its own ones release the others. */
  cancelledIntents: z.array(intentNameSchema).max(20).readonly().default([]),
  stale: staleSchema.nullable().default(null),
  /** Nodes that the operator has declared gone for good; ended by any authenticated answer of theirs. */
  declaredGone: z.array(z.uuid()).max(200).default([]),
  /** Silent addresses that the operator has permitted to found without. */
  permittedAddresses: z.array(address).max(200).default([]),
  /** The operator permits to begin with an empty database although copies were lost. */
  permitsNewData: z.boolean().default(false),
  /** By `flux-pg reclone`. */
  recloneOrder: recloneOrderSchema.nullable().default(null),
  /** The epoch in which PGDATA last led, or followed for a while; null for a new one, and where nobody noted it. */
  copyEpoch: epochNameSchema.nullable().default(null),
  etcd: z.object({
    /** Belongs to the etcd directory: a new one for each fresh directory. */
    incarnation: z.string().regex(/^[0-9a-f]{8}$/),
    /** Set once this directory has answered as part of the cluster; an empty directory is then a loss, not a start. */
    started: z.boolean(),
    /** The epoch that this directory was written for; null where the version before, which knew one only, wrote it. */
    writtenFor: epochNameSchema.nullable().optional(),
  }),
});

/**
 * What a node persists about itself. Whoever writes `cluster` anew may leave out what has a default; what is read from the
 * volume is complete.
 */
export type NodeState = Omit<z.output<typeof nodeStateSchema>, 'cluster'> &
  Pick<z.input<typeof nodeStateSchema>, 'cluster'>;

/** A volume used for the first time. */
export function newNodeState(nodeId: string, incarnation: string, nowMs: number): NodeState {
  return {
    version: 1,
    nodeId,
    firstStartedAtMs: nowMs,
    startIds: [],
    restored: false,
    cluster: null,
    founding: { kind: 'none' },
    withdrawn: [],
    promisedEpoch: 1,
    intent: null,
    cancelledIntents: [],
    stale: null,
    declaredGone: [],
    permittedAddresses: [],
    permitsNewData: false,
    recloneOrder: null,
    copyEpoch: null,
    etcd: { incarnation, started: false, writtenFor: null },
  };
}

export { withWithdrawn } from './state-changes.ts';
