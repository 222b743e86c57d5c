import { z } from 'zod';

const problemSchema = z.object({ variable: z.string(), problem: z.string() });

const memberSchema = z.object({
  nodeId: z.string(),
  address: z.string().nullable(),
  role: z.string(),
  state: z.string(),
  timeline: z.number().nullable(),
  /** Bytes of WAL that the primary has and this member has not; null where one of the two is unknown. */
  lagBytes: z.number().nullable(),
  etcd: z.enum(['leader', 'voter', 'learner', 'none']),
  reachable: z.boolean(),
});

/** Why a node serves nothing although it could, and whom it waits for. */
const staleSchema = z.object({
  cause: z.enum(['fenced', 'stopped']),
  since: z.string(),
  reason: z.string(),
  detail: z.string(),
});

/** A promise to give up the old etcd for the seeder's new one. */
const intentSchema = z.object({
  epoch: z.number(),
  seederNodeId: z.string(),
  participants: z.array(z.string()).readonly(),
});

/** How many witnesses there are, how many of them answer, and how many of those list this node. */
const witnessesSchema = z.object({ total: z.number(), answering: z.number(), listing: z.number() });

/** What `flux-pg status --json` prints. What the version before does not tell is optional. */
export const statusReportSchema = z.object({
  node: z.object({
    id: z.string().nullable(),
    address: z.string().nullable(),
    /** `serving` once PostgreSQL runs here, `waiting` before, `misconfigured` when the environment has problems. */
    state: z.enum(['serving', 'waiting', 'misconfigured']),
    role: z.string().nullable(),
    action: z.string(),
    reason: z.string(),
    detail: z.string(),
    failure: z.string().nullable(),
    stale: staleSchema.nullable().optional(),
    intent: intentSchema.nullable().optional(),
    /** Null while this node belongs to no cluster: nobody has agreed on witnesses then. */
    witnesses: witnessesSchema.nullable().optional(),
    /** Node ids that a person has declared gone on this node. */
    declaredGone: z.array(z.string()).readonly().optional(),
    /** Silent addresses that a person has permitted to found without. */
    permittedAddresses: z.array(z.string()).readonly().optional(),
  }),
  cluster: z.object({
    id: z.string().nullable(),
    epoch: z.number().nullable(),
    /** The seeder of the epoch; null for the one that the cluster was founded with. */
    seededBy: z.string().nullable().optional(),
    expectedNodes: z.number().nullable(),
    /** One primary, every other member streaming, as many members as expected and all voters in place. */
    formed: z.boolean(),
  }),
  members: z.array(memberSchema),
  problems: z.array(problemSchema),
});

/** The status of a node and of the cluster as this node sees it. */
export type StatusReport = z.infer<typeof statusReportSchema>;

/** One line of the members' table. */
export type MemberStatus = z.infer<typeof memberSchema>;
