import {
  chooseWitnesses,
  type FluxClient,
  type FluxNodes,
  formatNodeAddress,
  type NodeAddress,
  parseNodeAddress,
  witnessSource,
} from '@flux-pg/discovery';

/** Nine, so that a majority of five survives the loss of four. */
export const WITNESS_COUNT = 9;

/** What the witnesses said in one round. */
export interface WitnessReading {
  /** How many there are: 9, fewer in a small network, 1 where a private Flux API stands for all, 0 while none are agreed. */
  readonly total: number;
  /** Those that answered with rows; an empty or failed answer is no information. */
  readonly answers: readonly {
    readonly witness: string;
    readonly addresses: readonly string[];
    /** Monotonic milliseconds. */
    readonly atMs: number;
  }[];
}

/** Nobody to ask: nobody is ever gone then, and nobody fences. */
export const noWitnesses: WitnessReading = { total: 0, answers: [] };

function addressOf(witness: string): NodeAddress | null {
  const parsed = parseNodeAddress(witness);
  return parsed.ok ? parsed.address : null;
}

/** Asks every agreed witness once, all at the same time. Never throws: who fails or lists nobody has said nothing. */
export async function askWitnesses(
  client: FluxClient,
  question: {
    readonly appName: string;
    /** As `ip:port`. */
    readonly witnesses: readonly string[];
    readonly nowMs: () => number;
    readonly signal: AbortSignal;
  },
): Promise<WitnessReading> {
  const { appName, witnesses, nowMs, signal } = question;
  const answers = await Promise.all(
    witnesses.map(async (witness) => {
      const address = addressOf(witness);
      if (address === null) return [];
      try {
        const { locations } = await witnessSource(client, address).list(appName, { signal });
        const addresses = [...new Set(locations.map(({ address: { ip } }) => ip))];
        return addresses.length === 0 ? [] : [{ witness, addresses, atMs: nowMs() }];
      } catch {
        return [];
      }
    }),
  );
  return { total: witnesses.length, answers: answers.flat() };
}

/** Who can tell which nodes the network has. */
export interface NodeLister {
  readonly fluxNodes: (options: { readonly signal: AbortSignal }) => Promise<Pick<FluxNodes, 'nodes'>>;
}

/**
 * The set that the cluster should agree on: the current one as far as it is still in Flux's node list and hosts no
 * instance, filled up to nine. At most one of the current ones is replaced at a time, so that two sides that have not
 * heard of each other's set still share a majority of it.
 */
export async function renewedWitnesses(
  client: NodeLister,
  choice: {
    /** The cluster's id: everybody with the same node list chooses alike. */
    readonly seed: string;
    readonly current: readonly string[];
    /** Addresses of members and of listed instances: a witness shares no fate with any of them. */
    readonly hosts: readonly string[];
    readonly signal: AbortSignal;
  },
): Promise<readonly string[]> {
  const { nodes } = await client.fluxNodes({ signal: choice.signal });
  const kept = choice.current.flatMap((witness) => {
    const ip = addressOf(witness)?.ip;
    return nodes.filter(({ address }) => address.ip === ip).slice(0, 1);
  });
  const exclude = choice.hosts.flatMap((host) => addressOf(host) ?? []);
  const wanted = chooseWitnesses(nodes, { seed: choice.seed, count: WITNESS_COUNT, keep: kept, exclude }).map(
    ({ address }) => formatNodeAddress(address),
  );
  return oneReplaced(choice.current, wanted);
}

/** `current` brought one step closer to `wanted`. */
export function oneReplaced(current: readonly string[], wanted: readonly string[]): readonly string[] {
  if (current.length < wanted.length) {
    // Fewer than wanted means that the set grows: what is added takes nobody's vote away.
    const added = wanted.filter((witness) => !current.includes(witness));
    return [...current, ...added].slice(0, Math.max(wanted.length, current.length));
  }
  const leaving = current.find((witness) => !wanted.includes(witness));
  const coming = wanted.find((witness) => !current.includes(witness));
  if (leaving === undefined || coming === undefined) return current;
  return current.map((witness) => (witness === leaving ? coming : witness));
}
