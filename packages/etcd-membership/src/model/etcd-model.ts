import type { EtcdEndpoint } from '../port/etcd-endpoint.ts';
import type { EtcdDataDir } from './data-dir.ts';
import { createEtcdNetwork, type EtcdProcess } from './etcd-network.ts';
import { compareLogs } from './log.ts';
import type { EtcdStartOptions } from './start-member.ts';
import type { EtcdModelClock, EtcdModelTiming } from './timing.ts';

/** How a member of the model is called and reached. */
export interface EtcdModelIdentity {
  readonly name: string;
  readonly clientUrl: string;
}

/** What a modelled cluster begins with. */
export interface EtcdModelOptions {
  readonly clock: EtcdModelClock;
  /** Enters into the members' ids, as etcd's cluster token does. */
  readonly token?: string;
  /** Voters from the first moment, running. */
  readonly founders: readonly (EtcdModelIdentity & {
    readonly peerUrl: string;
  })[];
  readonly timing?: Partial<EtcdModelTiming>;
}

/**
 * One etcd cluster in memory, for tests that need no disks and no addresses: each peer URL is a node of its own. What a
 * simulation needs beyond that is in {@link createEtcdNetwork}.
 */
export interface EtcdModel {
  /** Member ids by peer URL, removed members not among them. */
  memberIds(): ReadonlyMap<string, string>;
  /** The member's endpoint. It stays valid when the member stops, starts or is removed. */
  endpoint(memberId: string): EtcdEndpoint;
  /** Starts a member's process; its name is in the member list once it has heard a leader. */
  start(memberId: string, identity: EtcdModelIdentity): void;
  /** Ends a member's process; it keeps its data. */
  stop(memberId: string): void;
  /** Stops a member's process from running without ending it, or its node from being reached. */
  pause(memberId: string): void;
  resume(memberId: string): void;
  /** Cuts or heals the link between two members; clients reach both all the same. */
  setLink(leftId: string, rightId: string, up: boolean): void;
  /** Raises the alarm that a full disk raises. */
  raiseNoSpace(memberId: string): void;
}

/** Makes a cluster whose founders have just been started. */
export function createEtcdModel(options: EtcdModelOptions): EtcdModel {
  const cut = new Set<string>();
  const network = createEtcdNetwork({
    clock: options.clock,
    ...(options.timing === undefined ? {} : { timing: options.timing }),
    reachable: (from, to) => !cut.has(`${from} ${to}`) && !cut.has(`${to} ${from}`),
    resolve: (_, peerUrl) => peerUrl,
    clientReachable: () => true,
  });
  /** The last process on each node, and the peer URL of every member that was ever listed. */
  const processes = new Map<string, EtcdProcess>();
  const peerUrls = new Map<string, string>();

  function run(peerUrl: string, identity: EtcdModelIdentity, from: EtcdStartOptions['from']): void {
    processes.set(peerUrl, network.start({ ...identity, nodeId: peerUrl, peerUrl, from }));
  }

  function newest(): EtcdDataDir {
    const [first] = [...processes.values()]
      .map((process) => process.dataDir())
      .sort((left, right) => compareLogs(right.log, left.log));
    if (first === undefined) throw new RangeError('no founders');
    return first;
  }

  function memberIds(): ReadonlyMap<string, string> {
    const ids = new Map<string, string>();
    for (const { id, peerUrl } of newest().log.state.members.values()) {
      ids.set(peerUrl, id);
      peerUrls.set(id, peerUrl);
    }
    return ids;
  }

  function nodeOf(memberId: string): string {
    memberIds();
    const nodeId = peerUrls.get(memberId);
    if (nodeId === undefined) throw new RangeError(`no member ${memberId}`);
    return nodeId;
  }

  function processFor(memberId: string): EtcdProcess {
    const nodeId = nodeOf(memberId);
    if (!memberIds().has(nodeId)) throw new RangeError(`member ${memberId} has been removed`);
    const process = processes.get(nodeId);
    if (process === undefined) throw new RangeError(`member ${memberId} has never been started`);
    return process;
  }

  const initialCluster = options.founders.map(({ name, peerUrl }) => ({ name, peerUrl }));
  const token = options.token ?? 'model';
  for (const founder of options.founders) {
    run(founder.peerUrl, founder, { kind: 'new', token, initialCluster });
  }

  return {
    memberIds,
    endpoint: (memberId) => network.endpointAt(nodeOf(memberId)),
    start: (memberId, identity) => {
      const peerUrl = nodeOf(memberId);
      const ids = memberIds();
      if (ids.get(peerUrl) !== memberId) throw new RangeError(`member ${memberId} has been removed`);
      const before = processes.get(peerUrl)?.dataDir();
      const names = [...ids.keys()].map((each) => ({ name: each, peerUrl: each }));
      const own = { name: identity.name, peerUrl };
      if (before?.memberId === memberId) run(peerUrl, identity, { kind: 'data', dataDir: before });
      else run(peerUrl, identity, { kind: 'join', initialCluster: [...names, own] });
    },
    stop: (memberId) => {
      processFor(memberId).kill();
    },
    pause: (memberId) => processFor(memberId).pause(),
    resume: (memberId) => processFor(memberId).resume(),
    setLink: (leftId, rightId, up) => {
      const link = `${nodeOf(leftId)} ${nodeOf(rightId)}`;
      if (up) {
        cut.delete(link);
        cut.delete(`${nodeOf(rightId)} ${nodeOf(leftId)}`);
      } else cut.add(link);
      network.surroundingsChanged();
    },
    raiseNoSpace: (memberId) => {
      processFor(memberId).raiseNoSpace();
    },
  };
}
