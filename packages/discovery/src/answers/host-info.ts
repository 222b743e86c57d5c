import { type NodeAddress, type NodeAddressOptions, parseNodeAddress } from '../address/node-address.ts';
import { type Reading, unreadable } from './reading.ts';
import { describeProblems, hostInfoSchema } from './wire-schemas.ts';

/** What a container learns about the Flux node it runs on. */
export interface HostInfo {
  /** The app that the asking container belongs to. */
  readonly appName: string;
  /** The node's collateral: stable when its address changes, unique per node, the same for a later empty instance there. */
  readonly id: string;
  /** The public address. Flux names no port here, so `apiPort` is the default and may be wrong. */
  readonly address: NodeAddress;
}

/** Reads the data of `/hostinfo`. */
export function readHostInfo(data: unknown, options: NodeAddressOptions): Reading<HostInfo> {
  const parsed = hostInfoSchema.safeParse(data);
  if (!parsed.success) return unreadable(describeProblems(parsed.error));
  const { appName, id, ip } = parsed.data;
  const address = parseNodeAddress(ip, options);
  if (!address.ok) return unreadable(`ip: ${address.reason}`);
  return { ok: true, value: { appName, id, address: address.address } };
}
