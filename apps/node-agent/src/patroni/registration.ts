import { z } from 'zod';
import { parseJson } from '../parse-json.ts';

const registrationSchema = z.object({
  api_url: z.url().optional().catch(undefined),
  role: z.string().optional(),
  state: z.string().optional(),
  /** What a running replica does: `streaming`, or `in archive recovery`. */
  replication_state: z.string().optional(),
  timeline: z.number().optional(),
  xlog_location: z.number().optional(),
});

/** How a Patroni registers itself in etcd, once each of its loops. */
export type Registration = z.infer<typeof registrationSchema>;

/** Reads the value of a member's key; null for none, or one that is not as documented. */
export function readRegistration(text: string | undefined): Registration | null {
  return registrationSchema.safeParse(text === undefined ? null : parseJson(text)).data ?? null;
}

/** Where that Patroni was reached, without the brackets of IPv6; null where it does not say so. */
export function registeredHost(registration: Registration | null): string | null {
  const url = registration?.api_url;
  return url === undefined ? null : (URL.parse(url)?.hostname.replace(/^\[|\]$/g, '') ?? null);
}
