import { EtcdError, type EtcdMember } from '@flux-pg/etcd-membership';
import {
  createEtcdNetwork,
  type EtcdNetwork,
  type EtcdProcess,
  type EtcdSurroundings,
} from '@flux-pg/etcd-membership/model';
import type { LeaseClient, Scheduler } from '../kernel/contracts.ts';
import type { EtcdHandle, EtcdStart, EtcdWorld, Removal } from './etcd-world.ts';

function clientAt(network: EtcdNetwork, nodeKey: string): LeaseClient {
  const leases = network.leasesAt(nodeKey);
  return {
    ...network.endpointAt(nodeKey),
    grantLease: leases.grant,
    keepAlive: leases.keepAlive,
    putWithLease: async (key, value, leaseId) => {
      if (await leases.put(key, value, leaseId)) return;
      throw new EtcdError('unknown', 'etcdserver: requested lease not found');
    },
    putIfAbsent: leases.putIfAbsent,
    // As good as one transaction: a key that holds another value is left alone by both.
    putIfHeld: async (key, value, leaseId) =>
      (await leases.putIfValue(key, value, value, leaseId)) || leases.putIfAbsent(key, value, leaseId),
    deleteIfHeld: leases.deleteIfValue,
  };
}

function startFrom({ how, token, initialCluster, dataDir }: EtcdStart) {
  if (dataDir !== null) return { kind: 'data' as const, dataDir };
  if (how === 'join') return { kind: 'join' as const, initialCluster };
  // An etcd whose directory is empty takes itself for a new cluster of the members that it was configured with.
  return { kind: 'new' as const, token };
}

/** The same client, except that the removal of a voter is told. */
function withRemovals(client: LeaseClient, told: (memberId: string, before: readonly EtcdMember[]) => void) {
  return {
    ...client,
    remove: async (memberId: string) => {
      const before = await client.members();
      await client.remove(memberId);
      told(memberId, before);
    },
  };
}

function handleOf(client: LeaseClient, process: EtcdProcess): EtcdHandle {
  return {
    client,
    isReady: async () => {
      if (process.state() !== 'running') return false;
      const { isLearner, leaderId } = await client.status();
      return !isLearner && leaderId !== null;
    },
    dataDir: process.dataDir,
    setPaused: (paused) => (paused ? process.pause() : process.resume()),
    end: () => {
      process.kill();
    },
  };
}

/** Makes the etcds of a run on the model that the contract suite ties to real etcd. */
export function createEtcdWorld(options: {
  readonly scheduler: Scheduler;
  readonly surroundings: EtcdSurroundings;
}): EtcdWorld {
  const { scheduler, surroundings } = options;
  const network = createEtcdNetwork({
    clock: { nowMs: scheduler.nowMs, sleep: (ms) => scheduler.sleep(ms) },
    random: scheduler.random,
    reachable: surroundings.reachable,
    resolve: surroundings.resolve,
  });
  const running = new Map<EtcdProcess, (why: string) => void>();
  let onRemoval: (removal: Removal) => void = () => undefined;
  let onConflict: (nodeKey: string) => void = () => undefined;
  const tellRemoval = (byKey: string, memberId: string, before: readonly EtcdMember[]) => {
    const voters = before.filter(({ isLearner }) => !isLearner);
    if (!voters.some(({ id }) => id === memberId)) return;
    const isWell = (member: EtcdMember) =>
      [...running.keys()].some(
        (process) =>
          process.memberId === member.id &&
          process.state() === 'running' &&
          surroundings.reachable(byKey, process.nodeId) &&
          surroundings.reachable(process.nodeId, byKey),
      );
    onRemoval({ byKey, memberId, voters: voters.filter(({ id }) => id !== memberId), isWell });
  };
  return {
    onRemoval: (listener) => {
      onRemoval = listener;
    },
    onConflict: (listener) => {
      onConflict = listener;
    },
    start: (start) => {
      const { nodeKey, name, peerUrl, clientUrl, exited } = start;
      const process = network.start({ nodeId: nodeKey, name, peerUrl, clientUrl, from: startFrom(start) });
      running.set(process, exited);
      const client = withRemovals(clientAt(network, nodeKey), (memberId, before) =>
        tellRemoval(nodeKey, memberId, before),
      );
      const handle = handleOf(client, process);
      return {
        ...handle,
        end: () => {
          running.delete(process);
          handle.end();
        },
      };
    },
    reap: () => {
      for (const [process, exited] of running) {
        if (process.state() !== 'ended') continue;
        running.delete(process);
        if (process.exitReason() === 'log-conflict') onConflict(process.nodeId);
        exited(process.exitReason() ?? 'unknown');
      }
    },
    reachabilityChanged: network.surroundingsChanged,
    breakOff: network.breakPeerConnections,
  };
}
