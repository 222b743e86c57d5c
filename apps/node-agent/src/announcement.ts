import { createHash } from 'node:crypto';
import { z } from 'zod';
import { portsSchema } from './identity/member-record.ts';
import type { NodeState } from './identity/node-state.ts';

/** What a node tells about itself to those it asks, so that they know it before their listing does. */
export const announcementSchema = z.object({
  nodeId: z.uuid(),
  address: z.union([z.ipv4(), z.ipv6()]).nullable(),
  ports: portsSchema,
  /** Changes with what the node has promised, see `promiseDigest`; a node of another version may not say it. */
  promises: z.string().max(64).optional(),
});

/** An authenticated caller's word about itself. */
export type Announcement = z.infer<typeof announcementSchema>;

/** Tells one set of promises from the next, so that peers look again as soon as they change. */
export function promiseDigest({ cluster, founding, withdrawn, etcd }: NodeState): string {
  const promises = JSON.stringify({ cluster, founding, withdrawn, etcd });
  return createHash('sha256').update(promises).digest('hex').slice(0, 16);
}

/** More callers than an app has instances are not kept. */
const MAX_CALLERS = 110;

interface Caller {
  readonly address: string;
  readonly port: number;
  readonly promises: string | undefined;
  readonly calledAtMs: number;
}

/** Who has called, where it is reached, and when it called last (monotonic): a call is a sign of life. */
export interface KnownCaller {
  readonly nodeId: string;
  readonly address: string;
  readonly port: number;
  readonly calledAtMs: number;
}

/** Remembers the latest address of each authenticated caller. */
export function rememberCallers(nowMs: () => number): {
  /** Whether the caller, its address or what it has promised is new. */
  readonly add: (announcement: Announcement) => boolean;
  readonly list: () => readonly KnownCaller[];
} {
  const callers = new Map<string, Caller>();
  return {
    add: ({ nodeId, address, ports, promises }) => {
      if (address === null) return false;
      const known = callers.get(nodeId);
      callers.delete(nodeId);
      callers.set(nodeId, { address, port: ports.patroniApi, promises, calledAtMs: nowMs() });
      const [oldest] = callers.keys();
      if (callers.size > MAX_CALLERS && oldest !== undefined) callers.delete(oldest);
      return known?.address !== address || known.port !== ports.patroniApi || known.promises !== promises;
    },
    list: () =>
      [...callers].map(([nodeId, { address, port, calledAtMs }]) => ({ nodeId, address, port, calledAtMs })),
  };
}
