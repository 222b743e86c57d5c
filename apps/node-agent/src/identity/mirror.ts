import { z } from 'zod';
import { memberRecordSchema } from './member-record.ts';

const copyHolderSchema = z.object({ nodeId: z.uuid(), address: z.union([z.ipv4(), z.ipv6()]).nullable() });

/** A node that has held a copy, and where it was last. */
export type CopyHolder = z.infer<typeof copyHolderSchema>;

/**
 * `flux-pg/dcs.json`: what must outlive etcd. Kept by every node, so that a restart knows its peers even while the
 * Flux API is away, and so that a later recovery knows who belonged.
 */
export const mirrorSchema = z.object({
  version: z.literal(1),
  clusterId: z.uuid(),
  epoch: z.int().positive(),
  /** etcd's revision when this was read: of two mirrors of one epoch the higher one is newer. */
  revision: z.int().nonnegative().default(0),
  members: z.array(memberRecordSchema),
  /** Names of etcd's voters as last read. */
  voters: z.array(z.string()),
  /** Node ids of voters that were removed for their silence and have neither answered nor gone since. */
  formerVoters: z.array(z.uuid()).default([]),
  /** Addresses of the witnesses that all members use. */
  witnesses: z.array(z.string()).default([]),
  lastPrimary: z.uuid().nullable(),
  /** Who may initialise PostgreSQL. */
  bootstrap: z.uuid().nullable().default(null),
  /** Every node that was ever seen with a copy: while one of them is not gone, nobody else may initialise. */
  copyHolders: z.array(copyHolderSchema).default([]),
  provisioned: z.boolean().default(false),
  /** Whether a user has ever created anything; null where it is not known, which counts as yes. */
  userData: z.boolean().nullable().default(null),
  /** The superuser's name, fixed at founding. */
  superuser: z.string().nullable().default(null),
  foundedAtMs: z.int().nullable().default(null),
  initialize: z.string().nullable(),
  history: z.string().nullable(),
  config: z.string().nullable(),
});

/** The mirror of etcd's content on a node's volume. Fields with a default may be missing where it was just written. */
export type Mirror = z.input<typeof mirrorSchema>;

/**
 * The newer of two mirrors of one cluster: the higher epoch, then the higher revision, since a recovery's new etcd counts its
 * revisions from the beginning. Equal ones, and those of different clusters, which have no order, leave it at `own`.
 */
export function newerMirror(own: Mirror | null, other: Mirror | null): Mirror | null {
  if (own === null || other === null) return own ?? other;
  if (own.clusterId !== other.clusterId) return own;
  if (own.epoch !== other.epoch) return own.epoch > other.epoch ? own : other;
  return (own.revision ?? 0) >= (other.revision ?? 0) ? own : other;
}
