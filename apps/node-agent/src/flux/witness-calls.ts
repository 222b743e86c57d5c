import type { FluxClient } from '@flux-pg/discovery';
import type { Config } from '../config.ts';
import type { Listing, Seen } from '../loop/view.ts';
import type { FluxCalls } from './flux-readings.ts';
import {
  askWitnesses,
  type NodeLister,
  renewedWitnesses,
  WITNESS_COUNT,
  type WitnessReading,
} from './witnesses.ts';

/** What this node knows of the witnesses. */
export interface WitnessDuty {
  /** As agreed on: from the mirror. */
  readonly agreed: () => readonly string[];
  /** What a new set is chosen by, and whom it must not contain; null while it is not this node's to choose. */
  readonly renewal: () => { readonly seed: string; readonly memberAddresses: readonly string[] } | null;
}

/** Flux's node list has some 3 MB and changes by a few nodes an hour, so a set that is complete is seldom looked at again. */
const RENEWAL_INTERVAL_MS = 6 * 3_600_000;

/** A private Flux is one database, which stands for all witnesses: its answer of this round is theirs. */
function soleWitness(latest: Seen<Listing>): WitnessReading {
  const answered = latest.ok && latest.value.instances.length > 0;
  const addresses = answered ? latest.value.instances.map(({ address }) => address) : [];
  return {
    total: 1,
    answers: answered ? [{ witness: 'private API', addresses, atMs: latest.seenAtMs }] : [],
  };
}

/** How the set is renewed: looked at while it is incomplete, after each step of a replacement, and now and then. */
export function witnessRenewal(client: NodeLister, duty: WitnessDuty, nowMs: () => number) {
  let lookedAtMs = Number.NEGATIVE_INFINITY;
  return async (listing: Listing | null, signal: AbortSignal): Promise<readonly string[] | null> => {
    const renewal = duty.renewal();
    const current = duty.agreed();
    const isDue = current.length < WITNESS_COUNT || nowMs() - lookedAtMs >= RENEWAL_INTERVAL_MS;
    if (renewal === null || !isDue) return null;
    const hosts = [...renewal.memberAddresses, ...(listing?.instances.map(({ address }) => address) ?? [])];
    const renewed = await renewedWitnesses(client, { seed: renewal.seed, current, hosts, signal });
    const isSame = renewed.length === current.length && renewed.every((one) => current.includes(one));
    // A set that has one more to replace is looked at again in the next round.
    if (isSame) lookedAtMs = nowMs();
    return isSame ? null : renewed;
  };
}

/** How the witnesses are asked and their set is renewed; a private Flux has one database, and nothing to renew. */
export function witnessCalls(
  client: FluxClient,
  { appName, fluxApiUrl }: Pick<Config, 'appName' | 'fluxApiUrl'>,
  duty: WitnessDuty,
  nowMs: () => number,
): Pick<FluxCalls, 'witnesses' | 'witnessTotal' | 'renewWitnesses'> {
  if (fluxApiUrl !== null) {
    return {
      witnesses: async (latest) => soleWitness(latest),
      witnessTotal: () => 1,
      renewWitnesses: async () => null,
    };
  }
  return {
    witnesses: async (_latest, signal) =>
      askWitnesses(client, { appName, witnesses: duty.agreed(), nowMs, signal }),
    witnessTotal: () => duty.agreed().length,
    renewWitnesses: witnessRenewal(client, duty, nowMs),
  };
}
