import { runOnce } from '../engine/one-shot.ts';
import type { ClusterNode } from './node.ts';

/**
 * Adds (0x890B) or deletes (0x890C) host routes that reject, by `SIOCADDRT`, since the image has no tool for it. What is
 * already as wanted is no error. RTF_UP, RTF_HOST and RTF_REJECT are 1, 4 and 0x200.
 */
const changeRoutes = `
import fcntl, socket, struct, sys
call = int(sys.argv[1], 16)
for ip in sys.argv[2:]:
    target = struct.pack("HH4s8x", socket.AF_INET, 0, socket.inet_aton(ip))
    mask = struct.pack("HH4s8x", socket.AF_INET, 0, b"\\xff" * 4)
    entry = struct.pack("L16s16s16sH", 0, target, bytes(16), mask, 0x205).ljust(120, b"\\0")
    try:
        fcntl.ioctl(socket.socket(socket.AF_INET, socket.SOCK_DGRAM), call, entry)
    except OSError as error:
        if error.errno not in (3, 17):
            raise
`;

async function reroute(call: '890B' | '890C', from: ClusterNode, to: readonly ClusterNode[]): Promise<void> {
  const command = ['python3', '-c', changeRoutes, call, ...to.map(({ address }) => address)];
  await runOnce(command, { name: `${from.name}-routes`, routesOf: from.name });
}

async function between(
  call: '890B' | '890C',
  side: readonly ClusterNode[],
  other: readonly ClusterNode[],
): Promise<void> {
  await Promise.all([
    ...side.map((node) => reroute(call, node, other)),
    ...other.map((node) => reroute(call, node, side)),
  ]);
}

/**
 * Cuts every way between the nodes of two sides; the test and the Flux API still reach all of them. It ends with a node's
 * container: whoever starts anew reaches everybody, but hears no answer from a node that still rejects.
 */
export async function cut(side: readonly ClusterNode[], other: readonly ClusterNode[]): Promise<void> {
  await between('890B', side, other);
}

/** Takes a {@link cut} back. All nodes of both sides have to run. */
export async function mend(side: readonly ClusterNode[], other: readonly ClusterNode[]): Promise<void> {
  await between('890C', side, other);
}
