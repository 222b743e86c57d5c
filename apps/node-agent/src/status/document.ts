import { z } from 'zod';
import { portsSchema } from '../identity/member-record.ts';

const address = z.union([z.ipv4(), z.ipv6()]);

const etcdReadingSchema = z.object({
  memberId: z.string(),
  leaderId: z.string().nullable(),
  isLearner: z.boolean(),
  raftTerm: z.number(),
  raftIndex: z.number(),
  raftAppliedIndex: z.number(),
  errors: z.array(z.string()),
});

/**
 * The node status, version 1: what a node tells its authenticated peers. Optional fields may be added within a
 * version; a node of the version before or after must stay able to read the rest.
 */
export const statusDocumentSchema = z.object({
  protocol: z.literal(1),
  software: z.string(),
  /** Age of the tick that this was seen in: a server may answer on while its loop hangs. */
  ageMs: z.number().nonnegative().optional(),
  nodeId: z.uuid(),
  address: address.nullable(),
  ports: portsSchema,
  fingerprint: z.string(),
  expectedNodes: z.int().positive().nullable(),
  virgin: z.boolean(),
  cluster: z.object({ id: z.uuid(), epoch: z.int().positive() }).nullable(),
  founding: z.discriminatedUnion('kind', [
    z.object({ kind: z.literal('none') }),
    z.object({ kind: z.literal('proposed'), clusterId: z.uuid(), expectedNodes: z.int().positive() }),
    z.object({ kind: z.literal('joined'), clusterId: z.uuid(), proposerNodeId: z.uuid() }),
  ]),
  withdrawn: z.array(z.uuid()).max(50),
  volume: z.object({
    postgres: z.object({
      kind: z.enum(['absent', 'unfinished', 'copy', 'unreadable']),
      systemId: z.string().nullable(),
      timeline: z.number().nullable(),
    }),
    etcd: z.boolean(),
  }),
  etcd: z.object({
    /** The name this node has in etcd, or would join with. */
    memberName: z.string(),
    running: z.boolean(),
    reading: etcdReadingSchema.nullable(),
  }),
  postgres: z.object({ role: z.string(), state: z.string(), timeline: z.number().nullable() }).nullable(),
  /** Seconds since this node last had a sign of life of each other member: a status, a Patroni key, a replication. */
  heard: z.record(z.uuid(), z.number()),
  reason: z.string(),
});

/** What a node tells about itself. */
export type StatusDocument = z.infer<typeof statusDocumentSchema>;
