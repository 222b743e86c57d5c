import { clusterIdOf, founderId, initialState, type ListedMember } from './cluster-state.ts';
import type { EtcdDataDir } from './data-dir.ts';
import { append, emptyLog, type Log } from './log.ts';
import type { MemberProcess } from './member-process.ts';

/** One entry of `--initial-cluster`. */
export interface InitialMember {
  readonly name: string;
  readonly peerUrl: string;
}

/** How an etcd process is started. Only one runs on a node. */
export interface EtcdStartOptions {
  readonly nodeId: string;
  readonly name: string;
  readonly peerUrl: string;
  readonly clientUrl: string;
  readonly from:
    | { readonly kind: 'data'; readonly dataDir: EtcdDataDir }
    /** A new cluster; without `initialCluster` this member is all of it. */
    | { readonly kind: 'new'; readonly token: string; readonly initialCluster?: readonly InitialMember[] }
    /** A member that has been added and never ran; `initialCluster` has all members, this one among them. */
    | { readonly kind: 'join'; readonly initialCluster: readonly InitialMember[] };
}

/**
 * Why a process ended before it ran. `not-listed`: the initial cluster lacks this name with this peer URL.
 * `no-peer-answers`: no member of it could be asked. `members-differ`: the member asked has others in its list.
 */
export type EtcdStartFailure =
  | 'corrupt-data'
  | 'removed'
  | 'not-listed'
  | 'no-peer-answers'
  | 'members-differ';

/** An etcd process that ended at its start; its data directory is as it was. */
export class EtcdStartError extends Error {
  override readonly name = 'EtcdStartError';
  readonly reason: EtcdStartFailure;

  constructor(reason: EtcdStartFailure) {
    super(`etcd does not start: ${reason}`);
    this.reason = reason;
  }
}

/** What a starting process is. */
export type StartedMember = Pick<MemberProcess, 'clusterId' | 'memberId' | 'term' | 'log' | 'reclaimedBytes'>;

function fromData(dataDir: EtcdDataDir): StartedMember {
  if (dataDir.isCorrupt) throw new EtcdStartError('corrupt-data');
  if (dataDir.log.state.removed.has(dataDir.memberId)) throw new EtcdStartError('removed');
  const { clusterId, memberId, term, log, reclaimedBytes } = dataDir;
  return { clusterId, memberId, term, log, reclaimedBytes };
}

function isAmong({ name, peerUrl }: InitialMember, initialCluster: readonly InitialMember[]): boolean {
  return initialCluster.some((member) => member.name === name && member.peerUrl === peerUrl);
}

function founded(own: InitialMember, token: string, initialCluster: readonly InitialMember[]): StartedMember {
  if (!isAmong(own, initialCluster)) throw new EtcdStartError('not-listed');
  const members = initialCluster
    .map(({ name, peerUrl }): ListedMember => {
      return { id: founderId(peerUrl, token), peerUrl, name, isLearner: false, clientUrl: null };
    })
    .sort((left, right) => (left.id < right.id ? -1 : 1));
  const state = initialState(members);
  // etcd writes one entry for each founder, the same on all of them.
  const log = members.reduce<Log>((grown) => append(grown, 1, state), emptyLog(state));
  return {
    clusterId: clusterIdOf(members.map(({ id }) => id)),
    memberId: founderId(own.peerUrl, token),
    term: 1,
    log,
    reclaimedBytes: 0,
  };
}

function joining(
  own: InitialMember,
  initialCluster: readonly InitialMember[],
  ask: (peerUrl: string) => MemberProcess | null,
): StartedMember {
  if (!isAmong(own, initialCluster)) throw new EtcdStartError('not-listed');
  const asked = initialCluster
    .filter(({ peerUrl }) => peerUrl !== own.peerUrl)
    .map(({ peerUrl }) => ask(peerUrl))
    .find((process) => process !== null);
  if (asked === undefined) throw new EtcdStartError('no-peer-answers');
  const { members } = asked.log.state;
  const wanted = new Set(initialCluster.map(({ peerUrl }) => peerUrl));
  const listed = [...members.values()];
  const isSame = listed.length === wanted.size && listed.every(({ peerUrl }) => wanted.has(peerUrl));
  const entry = listed.find(({ peerUrl }) => peerUrl === own.peerUrl);
  if (!isSame || entry === undefined) throw new EtcdStartError('members-differ');
  return {
    clusterId: asked.clusterId,
    memberId: entry.id,
    term: 0,
    log: emptyLog(initialState(listed)),
    reclaimedBytes: 0,
  };
}

/**
 * Decides as what a process starts, or throws an {@link EtcdStartError}.
 * @param ask the process that answers at a peer URL, whoever it is
 */
export function startMember(
  options: EtcdStartOptions,
  ask: (peerUrl: string) => MemberProcess | null,
): StartedMember {
  const own = { name: options.name, peerUrl: options.peerUrl };
  const { from } = options;
  switch (from.kind) {
    case 'data':
      return fromData(from.dataDir);
    case 'new':
      return founded(own, from.token, from.initialCluster ?? [own]);
    case 'join':
      return joining(own, from.initialCluster, ask);
  }
}
