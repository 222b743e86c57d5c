import type { EtcdEndpoint } from '../port/etcd-endpoint.ts';
import {
  type ClientAccessOptions,
  createClientAccess,
  type WriteAttempt,
  type WriteFate,
} from './client-access.ts';
import { raiseNoSpace } from './cluster-state.ts';
import { Consensus } from './consensus.ts';
import type { EtcdDataDir } from './data-dir.ts';
import { createLeaseEndpoint, type EtcdLeaseEndpoint } from './lease-endpoint.ts';
import { dataDirOf, type EtcdExitReason, type MemberProcess } from './member-process.ts';
import { createModelEndpoint } from './model-endpoint.ts';
import type { EtcdSurroundings } from './peer-links.ts';
import { type EtcdStartOptions, startMember } from './start-member.ts';
import { DEFAULT_TIMING, type EtcdModelClock, type EtcdModelTiming } from './timing.ts';

/** What the modelled etcds run in. */
export interface EtcdNetworkOptions extends EtcdSurroundings {
  readonly clock: EtcdModelClock;
  readonly timing?: Partial<EtcdModelTiming>;
  /** 0 to below 1; without it every election takes exactly `electionMs`. */
  readonly random?: () => number;
  /** Whether a client gets an answer from another node; by default if both ways of `reachable` are up. */
  readonly clientReachable?: (fromNodeId: string, nodeId: string) => boolean;
  /** Decides what becomes of each write, just before it is applied. */
  readonly fateOf?: (attempt: WriteAttempt) => WriteFate;
}

/** One run of etcd. */
export interface EtcdProcess {
  readonly nodeId: string;
  readonly clusterId: string;
  readonly memberId: string;
  /** `ended` after {@link EtcdProcess.kill}, and when it ended by itself. */
  state(): 'running' | 'paused' | 'ended';
  /** Why it ended by itself; null while it runs and after a kill. */
  exitReason(): EtcdExitReason | null;
  /** What is on its disk now, also after its end. */
  dataDir(): EtcdDataDir;
  /** Ends it at once; nothing that it acknowledged is lost. */
  kill(): EtcdDataDir;
  pause(): void;
  resume(): void;
  /** Raises the alarm that a full disk raises. @returns false if the cluster has no quorum to agree on it */
  raiseNoSpace(): boolean;
}

/**
 * All etcds of a simulation: members of one cluster or of several, each with its own log. Deterministic: the same calls at
 * the same times give the same answers. It has no timers; time passes in it when it is asked.
 */
export interface EtcdNetwork {
  /** Starts etcd on a node where none runs, or throws an {@link EtcdStartError}. */
  start(options: EtcdStartOptions): EtcdProcess;
  /** The client port of a node, whatever process runs there at the time of a call. */
  endpointAt(nodeId: string, fromNodeId?: string): EtcdEndpoint;
  leasesAt(nodeId: string, fromNodeId?: string): EtcdLeaseEndpoint;
  /** To be called after each change of `reachable` or `resolve`. */
  surroundingsChanged(): void;
  /**
   * The node's address or NAT state has just changed: its established peer connections are dead, and neither side notices
   * until one of both processes is started again.
   */
  breakPeerConnections(nodeId: string): void;
}

function processOf(consensus: Consensus, member: MemberProcess): EtcdProcess {
  const setState = (from: 'running' | 'paused', to: 'running' | 'paused') => {
    consensus.change(() => {
      if (member.state === from) member.state = to;
    });
  };
  const settled = () => {
    consensus.settle();
    return member;
  };
  return {
    nodeId: member.nodeId,
    clusterId: member.clusterId,
    memberId: member.memberId,
    state: () => settled().state,
    exitReason: () => settled().exitReason,
    dataDir: () => dataDirOf(settled()),
    kill: () => {
      if (settled().state !== 'ended') consensus.end(member);
      return dataDirOf(member);
    },
    pause: () => setState('running', 'paused'),
    resume: () => setState('paused', 'running'),
    raiseNoSpace: () => {
      const { leader } = settled();
      if (leader === null || !consensus.canCommit(member)) return false;
      consensus.commit(leader, raiseNoSpace(leader.log.state, member.memberId));
      return true;
    },
  };
}

/** Makes a network in which no etcd runs yet. */
export function createEtcdNetwork(options: EtcdNetworkOptions): EtcdNetwork {
  const { clock, random, reachable, resolve } = options;
  const timing = { ...DEFAULT_TIMING, ...options.timing };
  const bothWays = (left: string, right: string) => reachable(left, right) && reachable(right, left);
  const consensus = new Consensus({ clock, timing, random, surroundings: { reachable, resolve } });
  const clients: ClientAccessOptions = {
    consensus,
    answers: options.clientReachable ?? bothWays,
    fateOf: options.fateOf ?? (() => 'answer'),
  };
  let serial = 0;

  function ask(fromNodeId: string, peerUrl: string): MemberProcess | null {
    const nodeId = resolve(fromNodeId, peerUrl);
    if (nodeId === null || !bothWays(fromNodeId, nodeId)) return null;
    const process = consensus.processAt(nodeId);
    return process?.state === 'running' ? process : null;
  }

  return {
    start: (start) => {
      const { nodeId, name, clientUrl } = start;
      consensus.settle();
      if (consensus.processAt(nodeId) !== null) throw new RangeError(`etcd already runs on ${nodeId}`);
      const started = startMember(start, (peerUrl) => ask(nodeId, peerUrl));
      serial += 1;
      const member: MemberProcess = {
        ...started,
        serial,
        nodeId,
        name,
        clientUrl,
        state: 'running',
        exitReason: null,
        leader: null,
        leadership: null,
        caughtUpAtMs: null,
        electedAtMs: null,
      };
      consensus.add(member);
      return processOf(consensus, member);
    },
    endpointAt: (nodeId, fromNodeId = nodeId) =>
      createModelEndpoint(consensus, createClientAccess(clients, nodeId, fromNodeId)),
    leasesAt: (nodeId, fromNodeId = nodeId) =>
      createLeaseEndpoint(consensus, createClientAccess(clients, nodeId, fromNodeId)),
    surroundingsChanged: () => consensus.change(() => {}),
    breakPeerConnections: (nodeId) =>
      consensus.change(() => consensus.links.breakOff(consensus.processes, nodeId)),
  };
}
