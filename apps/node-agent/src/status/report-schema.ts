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

/** What `flux-pg status --json` prints. */
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
  }),
  cluster: z.object({
    id: z.string().nullable(),
    epoch: z.number().nullable(),
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
