import type { Config } from '../config.ts';
import { statusDocumentSchema } from '../status/document.ts';
import { readEtcdContent } from './observe-etcd.ts';
import type { Ports } from './ports.ts';
import { processState } from './rules/process.ts';
import type { Applied, Heard, Memory, Peer, Seen, View } from './view.ts';

/** More peers than any app of a sane size has; a listing that names more is not worth more requests. */
const MAX_PEERS = 110;

async function seen<T>(ports: Ports, read: () => Promise<T>): Promise<Seen<T>> {
  try {
    const value = await read();
    return { ok: true, value, seenAtMs: ports.clock.nowMs() };
  } catch (error) {
    return { ok: false, error: error instanceof Error ? error.message : String(error) };
  }
}

async function hear(
  ports: Ports,
  address: string,
  port: number,
  silentSinceMs: number | undefined,
): Promise<Heard> {
  const answer = await ports.askPeer(address, port);
  if (answer.kind === 'authenticated') {
    const parsed = statusDocumentSchema.safeParse(answer.document);
    return parsed.success
      ? { kind: 'authenticated', document: parsed.data }
      : { kind: 'present', detail: `unreadable status: ${parsed.error.issues[0]?.path.join('.') ?? ''}` };
  }
  if (answer.kind === 'present') return { kind: 'present', detail: answer.detail };
  const forMs = silentSinceMs === undefined ? 0 : ports.clock.nowMs() - silentSinceMs;
  return { kind: 'silent', detail: answer.detail, forMs };
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
  const stored = previous?.etcd.ok ? previous.etcd.value.records : (ports.volume.mirror()?.members ?? []);
  for (const { nodeId, address, ports: mapped } of stored) {
    if (nodeId !== ports.volume.state().nodeId) add(address, mapped.patroniApi, wanted.has(address));
  }
  for (const { address, port } of ports.callers()) add(address, port, wanted.has(address));
  return [...wanted].map(([address, rest]) => ({ address, ...rest }));
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
  const etcd = founded
    ? await seen(ports, () => readEtcdContent(serving ? ports.localEtcd : ports.routedEtcd, config.appName))
    : ({ ok: false, error: 'no cluster yet' } as const);
  const patroniAlive = processState({ processes }, 'patroni')?.alive ?? false;
  const volume = await ports.volume.inspect({ patroniAlive });
  return {
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
    expectedNodes: readings.expectedNodes,
    peers,
    localEtcd,
    etcd,
    postgres,
    memory,
    applied,
  };
}
