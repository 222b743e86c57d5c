import { z } from 'zod';

/** More than can be silent in an app of a hundred instances that still has a majority. */
const MAX_NAMES = 50;
const name = z.string().min(1).max(64);

/** `POST /v1/recover`. A node is named by its id, an unambiguous beginning of it, or its address. */
export const recoverRequestSchema = z.object({ nodeIds: z.array(name).max(MAX_NAMES), dryRun: z.boolean() });

/** `POST /v1/found`. */
export const foundRequestSchema = z.object({ addresses: z.array(name).max(MAX_NAMES), dryRun: z.boolean() });

/** `POST /v1/reclone`. */
export const recloneRequestSchema = z.object({ dryRun: z.boolean() });

/**
 * What became of a request. `explained`: nothing was asked for, or it was a dry run; `done`: the word is persisted;
 * `refused`: nothing was changed; `pending`: the word waits for a loop that does not come to it.
 */
export const orderAnswerSchema = z.object({
  outcome: z.enum(['explained', 'done', 'refused', 'pending']),
  lines: z.array(z.string()),
});

/** A request to declare nodes gone, or to explain what a recovery waits for. */
export type RecoverRequest = z.infer<typeof recoverRequestSchema>;

/** A request to found without silent addresses, or to explain what founding waits for. */
export type FoundRequest = z.infer<typeof foundRequestSchema>;

/** A request to give up this node's own copy, or to explain what that would mean. */
export type RecloneRequest = z.infer<typeof recloneRequestSchema>;

/** The answer to each, as it is printed. */
export type OrderAnswer = z.infer<typeof orderAnswerSchema>;
