import type { MemberProcess } from './member-process.ts';

/** Where the processes run, and who reaches whom. */
export interface EtcdSurroundings {
  /** Whether what `fromNodeId` sends arrives at `toNodeId`; two members need both ways. */
  reachable(fromNodeId: string, toNodeId: string): boolean;
  /** The node that a peer URL leads to from a node; null if nowhere. */
  resolve(fromNodeId: string, peerUrl: string): string | null;
}

/** Which processes are connected to each other, and since when. */
export interface PeerLinks {
  /** Whether two processes talk; each does with itself while it runs. */
  connected(left: MemberProcess, right: MemberProcess): boolean;
  connectedFor(left: MemberProcess, right: MemberProcess, forMs: number, nowMs: number): boolean;
  /** To be called after each change of the surroundings, of a process or of a member list. */
  update(processes: readonly MemberProcess[], nowMs: number): void;
  /** Leaves the node's present connections half open: dead until one of both processes is another one. */
  breakOff(processes: readonly MemberProcess[], nodeId: string): void;
}

const MOST_SERIALS = 2 ** 26;

function pairOf(left: MemberProcess, right: MemberProcess): number {
  return left.serial < right.serial
    ? left.serial * MOST_SERIALS + right.serial
    : right.serial * MOST_SERIALS + left.serial;
}

/** Makes the links between processes that come and go. */
export function createPeerLinks(surroundings: EtcdSurroundings): PeerLinks {
  let sinceMs = new Map<number, number>();
  const halfOpen = new Set<number>();

  /** Whether `from` has `to` in its list; null if it has and looks for it elsewhere. */
  function knows(from: MemberProcess, to: MemberProcess): boolean | null {
    const listed = from.log.state.members.get(to.memberId);
    if (listed === undefined) return false;
    return surroundings.resolve(from.nodeId, listed.peerUrl) === to.nodeId ? true : null;
  }

  // etcd gets along with one side that finds the other, but for snapshots; here both that know each other have to.
  function talk(left: MemberProcess, right: MemberProcess): boolean {
    if (left.clusterId !== right.clusterId || halfOpen.has(pairOf(left, right))) return false;
    if (!surroundings.reachable(left.nodeId, right.nodeId)) return false;
    if (!surroundings.reachable(right.nodeId, left.nodeId)) return false;
    const there = knows(left, right);
    const back = knows(right, left);
    return there !== null && back !== null && (there || back);
  }

  function connected(left: MemberProcess, right: MemberProcess): boolean {
    return left === right ? left.state === 'running' : sinceMs.has(pairOf(left, right));
  }

  return {
    connected,
    connectedFor: (left, right, forMs, nowMs) => {
      if (left === right) return left.state === 'running';
      const since = sinceMs.get(pairOf(left, right));
      return since !== undefined && nowMs - since >= forMs;
    },
    update: (processes, nowMs) => {
      const running = processes.filter(({ state }) => state === 'running');
      const next = new Map<number, number>();
      for (const [at, left] of running.entries()) {
        for (const right of running.slice(at + 1)) {
          const pair = pairOf(left, right);
          if (talk(left, right)) next.set(pair, sinceMs.get(pair) ?? nowMs);
        }
      }
      sinceMs = next;
    },
    breakOff: (processes, nodeId) => {
      for (const process of processes.filter((each) => each.nodeId === nodeId)) {
        for (const other of processes) {
          if (other !== process && connected(process, other)) halfOpen.add(pairOf(process, other));
        }
      }
    },
  };
}
