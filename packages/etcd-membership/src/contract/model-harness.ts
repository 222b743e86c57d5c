import {
  createEtcdNetwork,
  type EtcdDataDir,
  type EtcdModelClock,
  type EtcdModelTiming,
  type EtcdNetwork,
  type EtcdProcess,
  EtcdStartError,
  type EtcdStartOptions,
} from '../model/index.ts';
import type { EtcdEndpoint } from '../port/etcd-endpoint.ts';
import {
  type ContractCluster,
  type ContractHarness,
  eventually,
  NODES,
  REQUEST_TIMEOUT_MS,
} from './contract-cluster.ts';

const TOKEN = 'contract';

/** Time that passes only while somebody waits for it. */
function virtualClock(): EtcdModelClock {
  let nowMs = 1_000_000;
  return {
    nowMs: () => nowMs,
    sleep: async (ms) => {
      nowMs += ms;
    },
  };
}

function nodeId(node: number): string {
  return `node-${node}`;
}

/** Nodes on which nothing is cut, each with a disk. */
class ModelCluster implements ContractCluster {
  readonly #clock = virtualClock();
  readonly #network: EtcdNetwork;
  readonly #processes = new Map<number, EtcdProcess>();
  readonly #disks = new Map<number, EtcdDataDir>();
  readonly #copies = new Map<number, EtcdDataDir>();
  readonly #endpoints = new Map<number, EtcdEndpoint>();

  constructor(timing: Partial<EtcdModelTiming>) {
    this.#network = createEtcdNetwork({
      clock: this.#clock,
      timing,
      reachable: () => true,
      resolve: (_, peerUrl) => new URL(peerUrl).hostname.split('.')[0] ?? null,
    });
  }

  async found(voters: number): Promise<void> {
    const nodes = Array.from({ length: voters }, (_, node) => node);
    const initialCluster = this.#initialCluster(nodes);
    for (const node of nodes) this.#run(node, { kind: 'new', token: TOKEN, initialCluster });
    for (const node of nodes) await eventually(this, () => this.endpoint(node).members());
  }

  #initialCluster(nodes: readonly number[]) {
    return nodes.map((node) => ({ name: nodeId(node), peerUrl: this.peerUrl(node) }));
  }

  /** A process that ends at its start is one that does not run, as for whoever starts the real one. */
  #run(node: number, from: EtcdStartOptions['from']): void {
    const urls = { peerUrl: this.peerUrl(node), clientUrl: `https://${nodeId(node)}.fluxpg:2379` };
    try {
      const process = this.#network.start({ nodeId: nodeId(node), name: nodeId(node), ...urls, from });
      this.#processes.set(node, process);
    } catch (cause) {
      if (!(cause instanceof EtcdStartError)) throw cause;
    }
  }

  peerUrl(node: number): string {
    if (node < 0 || node >= NODES) throw new RangeError(`no node ${node}`);
    return `https://${nodeId(node)}.fluxpg:2380`;
  }

  endpoint(node: number): EtcdEndpoint {
    const known = this.#endpoints.get(node) ?? this.#network.endpointAt(nodeId(node));
    this.#endpoints.set(node, known);
    return known;
  }

  async start(node: number): Promise<void> {
    const dataDir = this.#disks.get(node) ?? this.#processes.get(node)?.dataDir();
    if (dataDir !== undefined) return this.#run(node, { kind: 'data', dataDir });
    const listed = (await this.endpoint(0).members()).flatMap(({ peerUrls }) => peerUrls);
    const nodes = Array.from({ length: NODES }, (_, each) => each);
    return this.startJoining(
      node,
      nodes.filter((each) => listed.includes(this.peerUrl(each))),
    );
  }

  async stop(node: number): Promise<void> {
    const process = this.#processes.get(node);
    if (process !== undefined) this.#disks.set(node, process.kill());
  }

  async pause(node: number): Promise<void> {
    this.#processes.get(node)?.pause();
  }

  async resume(node: number): Promise<void> {
    this.#processes.get(node)?.resume();
  }

  async isRunning(node: number): Promise<boolean> {
    const state = this.#processes.get(node)?.state() ?? 'ended';
    return state !== 'ended';
  }

  async wipe(node: number): Promise<void> {
    await this.stop(node);
    this.#processes.delete(node);
    this.#disks.delete(node);
  }

  async startAlone(node: number, token: string): Promise<void> {
    this.#run(node, { kind: 'new', token });
  }

  async startJoining(node: number, listed: readonly number[]): Promise<void> {
    this.#run(node, { kind: 'join', initialCluster: this.#initialCluster(listed) });
  }

  async keepCopy(node: number): Promise<void> {
    const dataDir = this.#disks.get(node);
    if (dataDir !== undefined) this.#copies.set(node, dataDir);
  }

  async restoreCopy(node: number): Promise<void> {
    const copy = this.#copies.get(node);
    if (copy !== undefined) this.#disks.set(node, copy);
  }

  async putLeased(node: number, key: string, ttlMs: number) {
    const leases = this.#network.leasesAt(nodeId(node));
    const leaseId = await leases.grant(ttlMs);
    await leases.put(key, '', leaseId);
    return {
      renew: async () => {
        await leases.keepAlive(leaseId);
      },
    };
  }

  elapse(ms: number): Promise<void> {
    return this.#clock.sleep(ms);
  }

  async [Symbol.asyncDispose](): Promise<void> {}
}

/** The in-memory model. */
export const modelHarness: ContractHarness = {
  name: 'the model',
  found: async (voters, options = {}) => {
    const timing = { electionMs: 1000, requestTimeoutMs: REQUEST_TIMEOUT_MS, ...options };
    const cluster = new ModelCluster(timing);
    await cluster.found(voters);
    return cluster;
  },
  open: async () => {},
  close: async () => {},
};
