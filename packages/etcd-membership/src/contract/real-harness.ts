import { randomBytes } from 'node:crypto';
import { setTimeout as sleep } from 'node:timers/promises';
import { connectEtcd } from '../port/connect-etcd.ts';
import { createEtcdClient } from '../port/etcd-client.ts';
import type { EtcdEndpoint } from '../port/etcd-endpoint.ts';
import { imageFromEnvironment } from './config.ts';
import { type ClientTls, createCertificateFolder, issueTls } from './contract-certificates.ts';
import {
  type ContractCluster,
  type ContractHarness,
  eventually,
  NODES,
  REQUEST_TIMEOUT_MS,
} from './contract-cluster.ts';
import { type Container, createContainer, createNetwork, docker } from './docker.ts';
import {
  clientUrlAt,
  isEtcdRunning,
  keepCopyOfEtcd,
  killEtcd,
  logOf,
  peerUrlAt,
  restoreCopyOfEtcd,
  startEtcd,
  wipeEtcd,
} from './etcd-process.ts';

const QUOTA_BYTES = 64 * 1024 * 1024;
const SECRET = 'contract secret';
const TOKEN = 'contract';

/** Containers on an internal network, to be used by one cluster after the other. */
interface Lab extends AsyncDisposable {
  readonly containers: readonly Container[];
  readonly tls: ClientTls;
}

async function openLab(): Promise<Lab> {
  const prefix = `etcd-contract-${randomBytes(4).toString('hex')}`;
  await using undo = new AsyncDisposableStack();
  const folder = undo.use(await createCertificateFolder());
  await createNetwork(prefix);
  undo.defer(async () => {
    await docker('network', 'rm', prefix);
  });
  const names = Array.from({ length: NODES }, (_, node) => `${prefix}-${node}`);
  undo.defer(async () => {
    // Those that were never created are no error here.
    await docker('rm', '-f', ...names).catch(() => '');
  });
  const place = {
    network: prefix,
    image: imageFromEnvironment(),
    certificates: folder.path,
  };
  const containers = await Promise.all(names.map((name) => createContainer({ name, ...place })));
  const tls = await issueTls(
    SECRET,
    containers.map(({ address }) => address),
  );
  await folder.write(tls);
  const owned = undo.move();
  return { containers, tls, [Symbol.asyncDispose]: () => owned.disposeAsync() };
}

function nodeName(node: number): string {
  return `node-${node}`;
}

/** The cluster that runs in the lab's containers. */
class RealCluster implements ContractCluster {
  readonly #lab: Lab;
  readonly #quotaBytes: number;
  readonly #endpoints = new Map<number, EtcdEndpoint>();
  readonly #clients: ReturnType<typeof createEtcdClient>[] = [];
  readonly #paused = new Set<number>();
  #founded = false;

  constructor(lab: Lab, quotaBytes: number) {
    this.#lab = lab;
    this.#quotaBytes = quotaBytes;
  }

  #at(node: number): Container {
    const container = this.#lab.containers[node];
    if (container === undefined) throw new RangeError(`no node ${node}`);
    return container;
  }

  #initialCluster(peerUrls: readonly string[]): string {
    const entry = (container: Container, node: number) => `${nodeName(node)}=${peerUrlAt(container)}`;
    return this.#lab.containers
      .map(entry)
      .filter((_, node) => peerUrls.includes(this.peerUrl(node)))
      .join(',');
  }

  async found(voters: number): Promise<void> {
    await Promise.all(this.#lab.containers.map(wipeEtcd));
    const nodes = Array.from({ length: voters }, (_, node) => node);
    const initialCluster = this.#initialCluster(nodes.map((node) => this.peerUrl(node)));
    await Promise.all(nodes.map((node) => this.#start(node, initialCluster, 'new')));
    try {
      for (const node of nodes) await eventually(this, () => this.endpoint(node).members());
    } catch (cause) {
      throw new Error(`etcd does not start: ${await logOf(this.#at(0))}`, {
        cause,
      });
    }
    this.#founded = true;
  }

  async #start(
    node: number,
    initialCluster: string,
    initialState: 'new' | 'existing',
    token = TOKEN,
  ): Promise<void> {
    const place = {
      container: this.#at(node),
      name: nodeName(node),
      quotaBytes: this.#quotaBytes,
    };
    await startEtcd({ ...place, initialCluster, initialState, token });
  }

  peerUrl(node: number): string {
    return peerUrlAt(this.#at(node));
  }

  endpoint(node: number): EtcdEndpoint {
    const known = this.#endpoints.get(node);
    if (known !== undefined) return known;
    const url = clientUrlAt(this.#at(node));
    const endpoint = connectEtcd({
      url,
      tls: this.#lab.tls,
      requestTimeoutMs: REQUEST_TIMEOUT_MS,
    });
    this.#endpoints.set(node, endpoint);
    return endpoint;
  }

  async start(node: number): Promise<void> {
    // Without a quorum only members that have data are started, and those ignore the list.
    const members = await this.endpoint(0)
      .members()
      .catch(() => []);
    const initialCluster = this.#initialCluster(members.flatMap(({ peerUrls }) => peerUrls));
    await this.#start(node, initialCluster, this.#founded ? 'existing' : 'new');
  }

  stop(node: number): Promise<void> {
    return killEtcd(this.#at(node));
  }

  async pause(node: number): Promise<void> {
    await docker('pause', this.#at(node).name);
    this.#paused.add(node);
  }

  async resume(node: number): Promise<void> {
    await docker('unpause', this.#at(node).name);
    this.#paused.delete(node);
  }

  isRunning(node: number): Promise<boolean> {
    return isEtcdRunning(this.#at(node));
  }

  wipe(node: number): Promise<void> {
    return wipeEtcd(this.#at(node));
  }

  startAlone(node: number, token: string): Promise<void> {
    return this.#start(node, this.#initialCluster([this.peerUrl(node)]), 'new', token);
  }

  startJoining(node: number, listed: readonly number[]): Promise<void> {
    return this.#start(node, this.#initialCluster(listed.map((each) => this.peerUrl(each))), 'existing');
  }

  keepCopy(node: number): Promise<void> {
    return keepCopyOfEtcd(this.#at(node));
  }

  restoreCopy(node: number): Promise<void> {
    return restoreCopyOfEtcd(this.#at(node));
  }

  async putLeased(node: number, key: string, ttlMs: number) {
    const client = createEtcdClient({
      url: clientUrlAt(this.#at(node)),
      tls: this.#lab.tls,
      requestTimeoutMs: REQUEST_TIMEOUT_MS,
    });
    this.#clients.push(client);
    const lease = client.lease(ttlMs / 1000, { autoKeepAlive: false });
    await lease.put(key).value('');
    return {
      renew: async () => {
        await lease.keepaliveOnce();
      },
    };
  }

  async elapse(ms: number): Promise<void> {
    await sleep(ms);
  }

  async [Symbol.asyncDispose](): Promise<void> {
    for (const endpoint of this.#endpoints.values()) endpoint.close();
    for (const client of this.#clients) client.close();
    for (const node of this.#paused) await this.resume(node);
  }
}

/** etcd of the image in containers; also gives what the tests of the connection itself need. */
export interface RealHarness extends ContractHarness {
  clientUrl(node: number): string;
  tls(): ClientTls;
}

/** Makes the harness around the image's etcd. */
export function createRealHarness(): RealHarness {
  let lab: Lab | null = null;
  function opened(): Lab {
    if (lab === null) throw new Error('the harness is not open');
    return lab;
  }
  return {
    name: 'a real etcd',
    open: async () => {
      lab = await openLab();
    },
    close: async () => {
      await lab?.[Symbol.asyncDispose]();
    },
    found: async (voters, options = {}) => {
      const cluster = new RealCluster(opened(), options.quotaBytes ?? QUOTA_BYTES);
      await cluster.found(voters);
      return cluster;
    },
    clientUrl: (node) => {
      const container = opened().containers[node];
      if (container === undefined) throw new RangeError(`no node ${node}`);
      return clientUrlAt(container);
    },
    tls: () => opened().tls,
  };
}
