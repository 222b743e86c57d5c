import { z } from 'zod';

/** Flux runs 1 to 100 instances of an app (RunOnFlux/flux, `default.js`: `minimumInstances`, `maximumInstances`). */
const instanceCount = z.int().min(1).max(100);
const port = z.int().min(0).max(65_535);
const date = z.iso.datetime({ offset: true });

/** What every route of the Flux API answers. An error comes with HTTP 200, too. */
export const envelopeSchema = z.discriminatedUnion('status', [
  z.object({ status: z.literal('success'), data: z.unknown() }),
  z.object({
    status: z.literal('error'),
    data: z.object({
      code: z.union([z.number(), z.string()]).nullish(),
      name: z.string().nullish(),
      message: z.string().nullish(),
    }),
  }),
]);

/**
 * One row of `/apps/location/APP`. Dates are ISO 8601. `runningSince`, `osUptime` and `staticIp` are missing in rows that a
 * node has learnt by bulk sync.
 */
export const locationRowSchema = z.object({
  name: z.string().min(1),
  hash: z.string(),
  /** `1.2.3.4` or `1.2.3.4:16137`; the port is that of the node's API. */
  ip: z.string().min(1),
  broadcastedAt: date.nullish(),
  expireAt: date.nullish(),
  runningSince: date.nullish(),
  /** Seconds. */
  osUptime: z.number().nonnegative().nullish(),
  staticIp: z.boolean().nullish(),
});

/** One component of an app specification. */
export const componentSchema = z.object({
  name: z.string().min(1),
  repotag: z.string(),
  ports: z.array(port).max(100),
  containerPorts: z.array(port).max(100),
});

/** `/apps/appspecifications/APP`. An encrypted enterprise app has an `enterprise` text and an empty `compose`. */
export const specificationSchema = z.object({
  version: z.int().positive(),
  name: z.string().min(1),
  instances: instanceCount,
  compose: z.array(componentSchema).max(100).nullish(),
  enterprise: z.string().nullish(),
});

/** `/hostinfo`, which a container asks about the node it runs on. */
export const hostInfoSchema = z.object({
  appName: z.string().max(200),
  /** The node's collateral: stable when its IP changes, unique per node. */
  id: z.string().min(1).max(200),
  ip: z.string().min(1),
});

/** One container of `/apps/listrunningapps`, as Docker describes it. */
export const runningContainerSchema = z.object({
  /** With a slash in front. */
  Names: z.array(z.string()).min(1).max(20),
  State: z.string().default('running'),
  Status: z.string().default(''),
});

/** One row of `/daemon/viewdeterministicfluxnodelist`. */
export const fluxNodeSchema = z.object({
  txhash: z.string().regex(/^[0-9a-f]{64}$/),
  outidx: z.union([z.int().nonnegative(), z.string().regex(/^(0|[1-9]\d{0,4})$/)]),
  /** `1.2.3.4` or `1.2.3.4:16137`; empty for a node that was never confirmed. */
  ip: z.string(),
  tier: z.string().max(20).default(''),
});

/** The answer of any route, before its data is looked at. */
export type Envelope = z.infer<typeof envelopeSchema>;
/** A running container as it is on the wire, as far as this package reads it. */
export type RunningContainer = z.input<typeof runningContainerSchema>;
/** A node of the deterministic list as it is on the wire, as far as this package reads it. */
export type FluxNodeRow = z.input<typeof fluxNodeSchema>;
/** A listing's row as it is on the wire. */
export type LocationRow = z.infer<typeof locationRowSchema>;
/** An app specification as it is on the wire, as far as this package reads it. */
export type SpecificationDocument = z.infer<typeof specificationSchema>;
/** Host information as it is on the wire, as far as this package reads it. */
export type HostInfoDocument = z.infer<typeof hostInfoSchema>;

/** The first few problems of a document, each with its place. */
export function describeProblems(error: z.ZodError): string {
  return error.issues
    .slice(0, 3)
    .map(({ path, message }) => `${path.length === 0 ? 'document' : path.map(String).join('.')}: ${message}`)
    .join('; ');
}
