import { type EtcdEndpoint, EtcdError } from '@flux-pg/etcd-membership';
import type { Config } from '../config.ts';
import { clusterKeys, type MemberRecord } from '../identity/member-record.ts';
import type { StatusDocument } from '../status/document.ts';
import { leaderKey } from './cold-start.ts';
import { boundNodes } from './field-evidence.ts';
import { readEtcdContent } from './observe-etcd.ts';
import type { Ports } from './ports.ts';
import { databaseRuns } from './rules/process.ts';
import type { Applied, Heard, Memory, Peer, Seen, View } from './view.ts';

/** More peers than any app of a sane size has; a listing that names more is not worth more requests. */
const MAX_PEERS = 110;

async function seen<T>(ports: Ports, read: () => Promise<T>): Promise<Seen<T>> {
  try {
    const value = await read();
    return { ok: true, value, seenAtMs: ports.clock.nowMs() };
  } catch (error) {
    const message = error instanceof Error ? error.message : String(error);
    return { ok: false, error: message, ...(error instanceof EtcdError ? { code: error.code } : {}) };
  }
}

/** Who has been silent for this long is waited for no longer; the question goes on. */
const IMPATIENT_AFTER_MS = 3000;

/** A status that came between two looks is older by the time of the second. */
function aged(document: StatusDocument, arrivedMsAgo: number): StatusDocument {
  return arrivedMsAgo === 0 ? document : { ...document, ageMs: (document.ageMs ?? 0) + arrivedMsAgo };
}

async function hear(
  ports: Ports,
  address: string,
  port: number,
  silentSinceMs: number | undefined,
): Promise<Heard> {
  const silentForMs = silentSinceMs === undefined ? 0 : ports.clock.nowMs() - silentSinceMs;
  const patienceMs = silentForMs < IMPATIENT_AFTER_MS ? Number.POSITIVE_INFINITY : 0;
  const answer = await ports.askPeer(address, port, patienceMs);
  if (answer.kind === 'authenticated') {
    return { kind: 'authenticated', document: aged(answer.document, answer.arrivedMsAgo) };
  }
  if (answer.kind === 'present') return { kind: 'present', detail: answer.detail };
  const forMs = silentSinceMs === undefined ? 0 : ports.clock.nowMs() - silentSinceMs;
  return { kind: 'silent', detail: answer.detail, forMs };
}

/** What is stored of members, the older mirror's included: who left it since has an address all the same. */
function knownRecords(ports: Ports, previous: View | null): readonly MemberRecord[] {
  if (previous?.etcd.ok === true) return previous.etcd.value.records;
  return [...(ports.volume.mirror()?.members ?? []), ...(previous?.memory.toldMirror?.members ?? [])];
}

/** Every address that could be a member's: listed, known from etcd or the mirror, or having called itself. */
function addressesToAsk(ports: Ports, config: Config, own: string | null, previous: View | null) {
  const { listing } = ports.flux.readings();
  const wanted = new Map<string, { port: number; listed: boolean }>();
  const add = (address: string, port: number, listed: boolean) => {
    if (address === own || wanted.size >= MAX_PEERS) return;
    wanted.set(address, { port, listed: listed || (wanted.get(address)?.listed ?? false) });
  };
  for (const { address } of listing.ok ? listing.value.instances : []) {
    add(address, config.hostPorts.patroniApi, true);
  }
  for (const { nodeId, address, ports: mapped } of knownRecords(ports, previous)) {
    if (nodeId !== ports.volume.state().nodeId) add(address, mapped.patroniApi, wanted.has(address));
  }
  // Instances that were listed lately, and a proposer that was joined, block until they are gone.
  const { field } = previous?.memory ?? {};
  for (const address of Object.keys(field?.instances ?? {})) {
    add(address, config.hostPorts.patroniApi, wanted.has(address));
  }
  const sealedBy = ports.volume.state().cluster?.sealedBy?.address;
  if (sealedBy != null) add(sealedBy, config.hostPorts.patroniApi, wanted.has(sealedBy));
  for (const { address } of boundNodes(ports.volume.state(), previous?.memory.seenAt ?? {})) {
    if (address !== null) add(address, config.hostPorts.patroniApi, wanted.has(address));
  }
  for (const { address, port } of ports.callers()) add(address, port, wanted.has(address));
  return [...wanted].map(([address, rest]) => ({ address, ...rest }));
}

/**
 * Where nobody's word proves that the holder of the leader key serves, its lease may: an agent can be dead beside a Patroni
 * that leads. Costs nothing while all is well.
 */
async function withLeaderLease(ports: Ports, endpoint: EtcdEndpoint, view: View): Promise<View> {
  if (leaderKey(view)?.runsPrimary !== false) return view;
  const askedAtMs = ports.clock.nowMs();
  const key = `${clusterKeys(view.config.appName).patroniRoot}leader`;
  const lease = await seen(ports, () => endpoint.leaseOf(key));
  const read = lease.ok && lease.value !== null ? lease.value : null;
  const leaderLease = read && { ...read, askedAtMs, seenAtMs: ports.clock.nowMs() };
  return { ...view, nowMs: ports.clock.nowMs(), leaderLease };
}

/** Reads everything once, in parallel, each with its own time limit, into one immutable view. */
export async function observe(
  ports: Ports,
  config: Config,
  memory: Memory,
  applied: Applied,
  previous: View | null,
): Promise<View> {
  const lookedAtMs = ports.clock.nowMs();
  const readings = ports.flux.readings();
  const own = readings.ownAddress;
  const asked = addressesToAsk(ports, config, own?.address ?? null, previous);
  const [processes, localEtcd, postgres, peers] = await Promise.all([
    seen(ports, () => ports.supervisor.processes()),
    seen(ports, () => ports.localEtcd.status()),
    seen(ports, () => ports.patroni.status()),
    Promise.all(
      asked.map(
        async ({ address, port, listed }): Promise<Peer> => ({
          address,
          listed,
          heard: await hear(ports, address, port, memory.silentSinceMs[address]),
        }),
      ),
    ),
  ]);
  const founded = ports.volume.state().cluster !== null;
  const serving = localEtcd.ok && !localEtcd.value.isLearner && localEtcd.value.leaderId !== null;
  const endpoint = serving ? ports.localEtcd : ports.routedEtcd;
  const etcd = founded
    ? await seen(ports, () => readEtcdContent(endpoint, config.appName))
    : ({ ok: false, error: 'no cluster yet' } as const);
  const patroniAlive = databaseRuns({ processes }) ?? false;
  const running = postgres.ok && postgres.value.state === 'running' ? postgres.value.timeline : null;
  const volume = await ports.volume.inspect({ patroniAlive, runningTimeline: running });
  return withLeaderLease(ports, endpoint, {
    nowMs: ports.clock.nowMs(),
    lookedAtMs,
    wallMs: ports.clock.wallMs(),
    config,
    facts: ports.facts,
    state: ports.volume.state(),
    mirror: ports.volume.mirror(),
    volume,
    processes,
    ownAddress: own,
    listing: readings.listing,
    latestListing: readings.latest,
    witnesses: readings.witnesses,
    proposedWitnesses: readings.proposedWitnesses,
    expectedNodes: readings.expectedNodes,
    peers,
    calledAtMs: Object.fromEntries(ports.callers().map(({ nodeId, calledAtMs }) => [nodeId, calledAtMs])),
    operatorOrder: ports.operator.pending(),
    localEtcd,
    etcd,
    leaderLease: null,
    postgres,
    memory,
    applied,
  });
}
