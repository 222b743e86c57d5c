import type { EtcdEndpoint } from '../port/etcd-endpoint.ts';
import type { WriteFate } from './client-access.ts';
import type { EtcdDataDir } from './data-dir.ts';
import { createEtcdNetwork, type EtcdProcess } from './etcd-network.ts';
import type { EtcdStartOptions } from './start-member.ts';
import type { EtcdModelTiming } from './timing.ts';

export const ELECTION_MS = 1000;
const TIMING = { electionMs: ELECTION_MS, catchUpMs: 100, requestTimeoutMs: 500 };

export function peerUrlOf(node: string): string {
  return `https://${node}.fluxpg:2380`;
}

function nodeOf(peerUrl: string): string {
  return new URL(peerUrl).hostname.replace('.fluxpg', '');
}

/** Nodes with a disk each, a network between them and a clock, all in the hands of a test. */
export class TestBed {
  nowMs = 0;
  fate: WriteFate = 'answer';
  /** Directions that are cut, as `FROM>TO`. */
  readonly cut = new Set<string>();
  /** What names lead to, where it is not the node that they are called after. */
  readonly addresses = new Map<string, string>();
  readonly processes = new Map<string, EtcdProcess>();
  readonly clock = {
    nowMs: () => this.nowMs,
    sleep: async (ms: number) => {
      this.nowMs += ms;
    },
  };
  readonly network;

  constructor(options: { readonly timing?: Partial<EtcdModelTiming>; readonly random?: () => number } = {}) {
    this.network = createEtcdNetwork({
      clock: this.clock,
      timing: { ...TIMING, ...options.timing },
      ...(options.random === undefined ? {} : { random: options.random }),
      reachable: (from, to) => !this.cut.has(`${from}>${to}`),
      resolve: (_, peerUrl) => this.addresses.get(nodeOf(peerUrl)) ?? nodeOf(peerUrl),
      fateOf: () => this.fate,
    });
  }

  start(node: string, from: EtcdStartOptions['from'], name = node): EtcdProcess {
    const urls = { peerUrl: peerUrlOf(name), clientUrl: `https://${name}.fluxpg:2379` };
    const process = this.network.start({ nodeId: node, name, ...urls, from });
    this.processes.set(node, process);
    return process;
  }

  /** Starts founders of one cluster and waits for their leader. */
  found(nodes: readonly string[], token = 'one'): void {
    const initialCluster = nodes.map((name) => ({ name, peerUrl: peerUrlOf(name) }));
    for (const node of nodes) this.start(node, { kind: 'new', token, initialCluster });
    this.nowMs += 2 * ELECTION_MS;
  }

  process(node: string): EtcdProcess {
    const process = this.processes.get(node);
    if (process === undefined) throw new RangeError(`etcd has never run on ${node}`);
    return process;
  }

  kill(node: string): EtcdDataDir {
    return this.process(node).kill();
  }

  /** Starts a member from the data that it left, or from those given. */
  restart(node: string, dataDir = this.process(node).dataDir()): EtcdProcess {
    return this.start(node, { kind: 'data', dataDir });
  }

  etcd(node: string): EtcdEndpoint {
    return this.network.endpointAt(node);
  }

  /** Cuts or heals both directions of each pair. */
  link(pairs: readonly (readonly [string, string])[], up: boolean): void {
    for (const [left, right] of pairs) {
      for (const direction of [`${left}>${right}`, `${right}>${left}`]) {
        if (up) this.cut.delete(direction);
        else this.cut.add(direction);
      }
    }
    this.network.surroundingsChanged();
  }

  isolate(node: string, others: readonly string[]): void {
    this.link(
      others.map((other) => [node, other] as const),
      false,
    );
  }

  heal(): void {
    this.cut.clear();
    this.network.surroundingsChanged();
  }

  /** The node that `asked` takes for its leader. */
  async leader(asked: string): Promise<string | null> {
    const { leaderId } = await this.etcd(asked).status();
    const [node = null] = [...this.processes].find(([, process]) => process.memberId === leaderId) ?? [];
    return node;
  }
}
