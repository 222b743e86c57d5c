import { z } from 'zod';
import { portsSchema } from './identity/member-record.ts';

/** What a node tells about itself to those it asks, so that they know it before their listing does. */
export const announcementSchema = z.object({
  nodeId: z.uuid(),
  address: z.union([z.ipv4(), z.ipv6()]).nullable(),
  ports: portsSchema,
});

/** An authenticated caller's word about itself. */
export type Announcement = z.infer<typeof announcementSchema>;

/** More callers than an app has instances are not kept. */
const MAX_CALLERS = 110;

/** Remembers the latest address of each authenticated caller. */
export function rememberCallers(): {
  /** Whether the caller, or its address, is new. */
  readonly add: (announcement: Announcement) => boolean;
  readonly list: () => readonly { readonly address: string; readonly port: number }[];
} {
  const callers = new Map<string, { readonly address: string; readonly port: number }>();
  return {
    add: ({ nodeId, address, ports }) => {
      if (address === null) return false;
      const known = callers.get(nodeId);
      callers.delete(nodeId);
      callers.set(nodeId, { address, port: ports.patroniApi });
      const [oldest] = callers.keys();
      if (callers.size > MAX_CALLERS && oldest !== undefined) callers.delete(oldest);
      return known?.address !== address || known.port !== ports.patroniApi;
    },
    list: () => [...callers.values()],
  };
}
