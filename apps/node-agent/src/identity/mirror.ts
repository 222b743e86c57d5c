import { z } from 'zod';
import { memberRecordSchema } from './member-record.ts';

/**
 * `flux-pg/dcs.json`: what must outlive etcd. Kept by every node, so that a restart knows its peers even while the
 * Flux API is away, and so that a later recovery knows who belonged.
 */
export const mirrorSchema = z.object({
  version: z.literal(1),
  clusterId: z.uuid(),
  epoch: z.int().positive(),
  members: z.array(memberRecordSchema),
  /** Names of etcd's voters as last read. */
  voters: z.array(z.string()),
  lastPrimary: z.uuid().nullable(),
  initialize: z.string().nullable(),
  history: z.string().nullable(),
  config: z.string().nullable(),
});

/** The mirror of etcd's content on a node's volume. */
export type Mirror = z.infer<typeof mirrorSchema>;
