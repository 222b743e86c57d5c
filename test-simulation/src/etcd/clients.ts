import { EtcdError } from '@flux-pg/etcd-membership';
import type { LeaseClient } from '../kernel/contracts.ts';
import type { Container } from '../node/container.ts';
import type { World } from '../world/world.ts';
import type { EtcdHandle } from './etcd-world.ts';

/** How one call reaches an etcd; `writes` says whether a lost answer leaves something behind. */
type Invoke = <T>(call: (client: LeaseClient) => Promise<T>, writes: boolean) => Promise<T>;

/** A client whose calls all take the way that `invoke` gives them. */
export function clientOf(invoke: Invoke): LeaseClient {
  return {
    status: () => invoke((client) => client.status(), false),
    members: () => invoke((client) => client.members(), false),
    addLearner: (peerUrl) => invoke((client) => client.addLearner(peerUrl), true),
    promote: (memberId) => invoke((client) => client.promote(memberId), true),
    remove: (memberId) => invoke((client) => client.remove(memberId), true),
    moveLeader: (targetId) => invoke((client) => client.moveLeader(targetId), true),
    get: (key) => invoke((client) => client.get(key), false),
    leaseOf: (key) => invoke((client) => client.leaseOf(key), false),
    list: (prefix) => invoke((client) => client.list(prefix), false),
    put: (key, value) => invoke((client) => client.put(key, value), true),
    putIfUnchanged: (key, value, modRevision) =>
      invoke((client) => client.putIfUnchanged(key, value, modRevision), true),
    delete: (key) => invoke((client) => client.delete(key), true),
    alarms: () => invoke((client) => client.alarms(), false),
    disarmNoSpace: () => invoke((client) => client.disarmNoSpace(), true),
    defragment: () => invoke((client) => client.defragment(), false),
    close: () => undefined,
    grantLease: (ttlMs) => invoke((client) => client.grantLease(ttlMs), true),
    keepAlive: (leaseId) => invoke((client) => client.keepAlive(leaseId), true),
    putWithLease: (key, value, leaseId) => invoke((client) => client.putWithLease(key, value, leaseId), true),
    putIfAbsent: (key, value, leaseId) => invoke((client) => client.putIfAbsent(key, value, leaseId), true),
    putIfHeld: (key, value, leaseId) => invoke((client) => client.putIfHeld(key, value, leaseId), true),
    deleteIfHeld: (key, value) => invoke((client) => client.deleteIfHeld(key, value), true),
  };
}

/** The agent's time limit for a call to the local etcd, and for one that crosses an ocean. */
const LOCAL_TIMEOUT_MS = 2000;
const REMOTE_TIMEOUT_MS = 4000;

function refused(): EtcdError {
  return new EtcdError('unavailable', 'connection refused');
}

async function locally<T>(
  world: World,
  etcd: EtcdHandle,
  container: Container,
  call: (client: LeaseClient) => Promise<T>,
  writes: boolean,
): Promise<T> {
  const result = await call(etcd.client);
  if (writes && container.faults.losesAnswer()) {
    await world.scheduler.sleep(LOCAL_TIMEOUT_MS);
    throw new EtcdError('timeout', 'the answer was lost');
  }
  return result;
}

async function remotely<T>(
  world: World,
  from: Container,
  to: Container,
  call: (client: LeaseClient) => Promise<T>,
  writes: boolean,
): Promise<T> {
  const { network, scheduler } = world;
  const delayMs = network.oneWayMs(from.key, to.key);
  const startedAtMs = scheduler.nowMs();
  const lost = async (): Promise<never> => {
    await scheduler.sleep(Math.max(0, startedAtMs + REMOTE_TIMEOUT_MS - scheduler.nowMs()));
    throw new EtcdError('timeout', 'no answer');
  };
  await scheduler.sleep(delayMs);
  const etcd = to.etcd();
  if (!network.passes(from.key, to.key) || to.isPaused()) return lost();
  if (etcd === null) {
    await scheduler.sleep(delayMs);
    throw refused();
  }
  const result = await call(etcd.client);
  await scheduler.sleep(delayMs);
  if (!network.passes(to.key, from.key)) return lost();
  if (writes && from.faults.losesAnswer()) return lost();
  return result;
}

/** The node's own etcd. */
export function localClient(world: World, container: Container): LeaseClient {
  return clientOf(async (call, writes) => {
    world.spin(container.key);
    const etcd = container.etcd();
    if (etcd === null) throw refused();
    return locally(world, etcd, container, call, writes);
  });
}

async function isReady(container: Container): Promise<boolean> {
  return (await container.etcd()?.isReady()) ?? false;
}

/** Whom the router of the node would choose now: its own voter first, then the others in their order. */
async function routedTo(world: World, container: Container): Promise<Container | null> {
  const servers = container.routerServers();
  if (servers === null || !container.runs('router')) return null;
  if (servers.localEtcd && (await isReady(container))) return container;
  for (const { address } of servers.etcd) {
    const holder = world.network.holderOf(address);
    const other = holder?.kind === 'node' ? world.containers.get(holder.key) : undefined;
    if (other === undefined || other === container || other.isPaused()) continue;
    if (world.network.connected(container.key, other.key) && (await isReady(other))) return other;
  }
  return null;
}

/** Any voter, through the router of the node. */
export function routedClient(world: World, container: Container): LeaseClient {
  return clientOf(async (call, writes) => {
    world.spin(container.key);
    const target = await routedTo(world, container);
    const etcd = target?.etcd() ?? null;
    if (target === null || etcd === null) throw refused();
    if (target === container) return locally(world, etcd, container, call, writes);
    return remotely(world, container, target, call, writes);
  });
}
