const SUFFIX = '.fluxpg';
const NAME = /^([0-9a-f]{8}(?:-[0-9a-f]{4}){3}-[0-9a-f]{12})-([0-9a-f]{8})\.fluxpg$/;

/** What an etcd member is called: the node, and the etcd directory of that node. */
export interface MemberName {
  /** The node's uuid. */
  readonly nodeId: string;
  /** Eight hexadecimal digits, new for each fresh etcd directory. */
  readonly incarnation: string;
}

/** The name of a node's etcd member, which is also the host in its peer URL: `NODEID-INCARNATION.fluxpg`. */
export function memberName(nodeId: string, incarnation: string): string {
  return `${nodeId}-${incarnation}${SUFFIX}`;
}

/** Takes a member name apart; null for a name that is not one of ours. */
export function parseMemberName(name: string): MemberName | null {
  const [, nodeId, incarnation] = NAME.exec(name) ?? [];
  return nodeId === undefined || incarnation === undefined ? null : { nodeId, incarnation };
}

/** The peer URL under which a member is added; `port` as the other nodes reach it. */
export function peerUrl(name: string, port: number): string {
  return `https://${name}:${port}`;
}

const PLAIN_URL = /^https?:\/\/([0-9a-z][0-9a-z.-]*[a-z])(?::\d{1,5})?$/;

/** The host of a peer URL, without the brackets of an IPv6 address; whatever is no URL is returned as it is. */
export function peerHost(url: string): string {
  // Every tick asks this of every member many times, and what we wrote ourselves is plain.
  const plain = PLAIN_URL.exec(url)?.[1];
  if (plain !== undefined) return plain;
  const host = URL.parse(url)?.hostname ?? '';
  return host === '' ? url : host.replace(/^\[|\]$/g, '');
}
