import { z } from 'zod';
import { portsSchema, startIdSchema } from '../identity/member-record.ts';
import { mirrorSchema } from '../identity/mirror.ts';
import { foundingSchema, intentNameSchema, intentSchema } from '../identity/node-state.ts';

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

const positionSchema = z.object({ timeline: z.int().positive(), lsn: z.string() });

/** What a volume holds of PostgreSQL; what the version before does not tell is unknown. */
const postgresOnDiskSchema = z.object({
  kind: z.enum(['absent', 'unfinished', 'copy', 'unreadable']),
  systemId: z.string().nullable(),
  timeline: z.number().nullable(),
  /** Of a copy: the end of its valid WAL, null where that cannot be told. */
  walEnd: positionSchema.nullable().default(null),
  controlState: z.string().nullable().default(null),
  consistent: z.boolean().default(true),
  history: z.array(z.object({ timeline: z.int().positive(), switchLsn: z.string() })).default([]),
  operation: z.enum(['initdb', 'clone', 'rewind']).nullable().default(null),
  /** A whole copy lies in quarantine; null where that is not known. */
  setAside: z.boolean().nullable().default(null),
});

/**
 * The node status, version 1: what a node tells its authenticated peers. Optional fields may be added within a
 * version, each with the value that stands for not knowing; a node of the version before or after must stay able to read
 * the rest.
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
  /** Its own starts on its volume, and the last start of each other member that it remembers. */
  startIds: z.array(startIdSchema).max(200).default([]),
  remembers: z.record(z.uuid(), startIdSchema).default({}),
  restored: z.boolean().default(false),
  cluster: z
    .object({
      id: z.uuid(),
      epoch: z.int().positive(),
      seededBy: z.uuid().nullable().default(null),
      foundedAtMs: z.int().nullable().default(null),
      userData: z.boolean().nullable().default(null),
      sealedBy: z.object({ nodeId: z.uuid(), address: address.nullable() }).nullable().default(null),
    })
    .nullable(),
  founding: foundingSchema,
  withdrawn: z.array(z.uuid()).max(50),
  promisedEpoch: z.int().positive().default(1),
  intent: intentSchema.nullable().default(null),
  cancelledIntents: z.array(intentNameSchema).max(20).default([]),
  stale: z.enum(['fenced', 'stopped']).nullable().default(null),
  /** Nodes that an operator has declared gone on this node. */
  declaredGone: z.array(z.uuid()).max(200).default([]),
  /** For how long it has not been stale; null while it is, or where it does not say. */
  notStaleForMs: z.number().nonnegative().nullable().default(null),
  listedByQuorum: z.boolean().nullable().default(null),
  /** Whether Patroni (or a PostgreSQL that has outlived it) and etcd run in any way; null where that is not known. */
  runs: z
    .object({ patroni: z.boolean().nullable(), etcd: z.boolean().nullable() })
    .default({ patroni: null, etcd: null }),
  volume: z.object({ postgres: postgresOnDiskSchema, etcd: z.boolean() }),
  etcd: z.object({
    /** The name this node has in etcd, or would join with. */
    memberName: z.string(),
    running: z.boolean(),
    reading: etcdReadingSchema.nullable(),
  }),
  postgres: z
    .object({
      role: z.string(),
      state: z.string(),
      timeline: z.number().nullable(),
      lsn: z.string().nullable().default(null),
      streaming: z.boolean().default(false),
    })
    .nullable(),
  /** Seconds since this node last had a sign of life of each other member: a status, a Patroni key, a replication. */
  heard: z.record(z.uuid(), z.number()),
  /** Told while etcd does not answer, or the node is stale: the newest one decides who belonged. */
  mirror: mirrorSchema.nullable().default(null),
  reason: z.string(),
});

/** What a node tells about itself. */
export type StatusDocument = z.output<typeof statusDocumentSchema>;
