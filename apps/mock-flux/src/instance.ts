import { canonicalIp } from '@flux-pg/discovery';
import { z } from 'zod';

const date = z.iso.datetime({ offset: true });

/**
 * One instance as a listing shall show it. `ip` is free text, because wrong addresses are worth testing; `host` is resolved by
 * DNS each time that somebody asks. Of the optional fields a missing one gets a likely value, a null one is absent from the row.
 */
export const instanceSchema = z
  .strictObject({
    ip: z.string().min(1).max(200).optional(),
    host: z.string().min(1).max(253).optional(),
    /** Appended to the address; without it the address stands alone, as Flux writes it for port 16127. */
    apiPort: z.int().min(1).max(65_535).optional(),
    name: z.string().optional(),
    hash: z.string().optional(),
    broadcastedAt: date.nullish(),
    expireAt: date.nullish(),
    runningSince: date.nullish(),
    /** Seconds. */
    osUptime: z.number().nonnegative().nullish(),
    staticIp: z.boolean().nullish(),
  })
  .refine(({ ip, host }) => (ip === undefined) !== (host === undefined), 'give either ip or host');

/** A list of instances, as fixtures and control calls give it. */
export const instancesSchema = z.array(instanceSchema).max(1000);

/** One instance as a listing shall show it. */
export type Instance = z.infer<typeof instanceSchema>;

/** The source address by which a caller is recognised, in canonical spelling. */
export const callerIpSchema = z.string().transform((text, context) => {
  const ip = canonicalIp(text);
  if (ip !== null) return ip;
  context.addIssue({ code: 'custom', message: 'not an IP address' });
  return z.NEVER;
});

/** An app's name, as Flux accepts it. */
export const appNameSchema = z.string().regex(/^[A-Za-z0-9][A-Za-z0-9_-]*$/, 'not an app name');
