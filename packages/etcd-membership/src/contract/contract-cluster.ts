import type { EtcdEndpoint, EtcdStatus } from '../port/etcd-endpoint.ts';

/** How long the contract lets one call take. */
export const REQUEST_TIMEOUT_MS = 1500;
/** Nodes of a contract cluster, whether they run a member or not. */
export const NODES = 4;
const EVENTUALLY_MS = 10_000;
const LOOK_AGAIN_MS = 50;

/** What a test may ask of a cluster, real or modelled. Nodes are numbered from 0. */
export interface ContractCluster extends AsyncDisposable {
  peerUrl(node: number): string;
  /** The endpoint of the member on a node that has been founded or added. */
  endpoint(node: number): EtcdEndpoint;
  /** Starts a member that has been added, or starts one again. */
  start(node: number): Promise<void>;
  /** Kills a member; it keeps its data. */
  stop(node: number): Promise<void>;
  /** Freezes a node: its connections stay open and nothing answers. */
  pause(node: number): Promise<void>;
  resume(node: number): Promise<void>;
  /** Whether the process of a member that has been started still runs. */
  isRunning(node: number): Promise<boolean>;
  /** Kills a member and deletes its data. */
  wipe(node: number): Promise<void>;
  /** Starts a member without data as the only one of a new cluster. */
  startAlone(node: number, token: string): Promise<void>;
  /** Starts a member without data as a joiner that is told of the members on `listed`. */
  startJoining(node: number, listed: readonly number[]): Promise<void>;
  /** Keeps a copy of a stopped member's data. */
  keepCopy(node: number): Promise<void>;
  /** Puts a stopped member's data back as they were when the copy was made. */
  restoreCopy(node: number): Promise<void>;
  /** Writes a key that hangs on a new lease, through the member on a node. */
  putLeased(node: number, key: string, ttlMs: number): Promise<{ readonly renew: () => Promise<void> }>;
  /** Lets time pass. */
  elapse(ms: number): Promise<void>;
}

/** Founds clusters to test against. */
export interface ContractHarness {
  readonly name: string;
  /** Returns once each of the nodes 0 to `voters` − 1 runs a voter that knows the leader. */
  found(voters: number, options?: { readonly quotaBytes?: number }): Promise<ContractCluster>;
  open(): Promise<void>;
  close(): Promise<void>;
}

/** Repeats a reading until it is as wanted, for at most 10 s; errors count as not yet. */
export async function eventually<T>(
  cluster: Pick<ContractCluster, 'elapse'>,
  read: () => Promise<T>,
  isWanted: (value: T) => boolean = () => true,
): Promise<T> {
  let last: unknown;
  for (let waitedMs = 0; waitedMs < EVENTUALLY_MS; waitedMs += LOOK_AGAIN_MS) {
    try {
      const value = await read();
      if (isWanted(value)) return value;
      last = value;
    } catch (cause) {
      last = cause;
    }
    await cluster.elapse(LOOK_AGAIN_MS);
  }
  throw new Error(`not within ${EVENTUALLY_MS} ms`, { cause: last });
}

/** The nodes' statuses, leader first. */
export async function leaderAndFollowers(
  cluster: ContractCluster,
  voters: number,
): Promise<readonly { readonly node: number; readonly status: EtcdStatus }[]> {
  const all = await Promise.all(
    Array.from({ length: voters }, async (_, node) => ({
      node,
      status: await cluster.endpoint(node).status(),
    })),
  );
  const leads = ({ status }: { status: EtcdStatus }) => (status.leaderId === status.memberId ? 0 : 1);
  return all.sort((left, right) => leads(left) - leads(right));
}

/** Adds a learner on a node, starts it and waits until it follows the leader. */
export async function joinAsLearner(cluster: ContractCluster, node: number): Promise<string> {
  const { id } = await cluster.endpoint(0).addLearner(cluster.peerUrl(node));
  await cluster.start(node);
  await eventually(
    cluster,
    () => cluster.endpoint(node).status(),
    (status) => status.leaderId !== null,
  );
  return id;
}
