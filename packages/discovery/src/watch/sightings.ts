import type { DiscoveredInstance, Discovery, Evidence } from '../discover/discovery.ts';
import type { Trust } from '../sources/listing-source.ts';
import { ROW_LIFETIME_MS } from './rules.ts';

/** One answer as evidence: which database gave it, and whom it lists. */
export interface Sighting {
  /** The node that answered where the source stands for several, else the source. */
  readonly database: string;
  readonly ips: ReadonlySet<string>;
}

function databaseOf({ name, answeredBy }: { readonly name: string; readonly answeredBy?: string }): string {
  return answeredBy === undefined ? name : `${name} ${answeredBy}`;
}

/**
 * The time in the network, as announcements tell it; null without any. The caller's own clock may be wrong by hours, and
 * judging rows by it could make all of them look expired at once. Hints only count where nobody else answers, and then the
 * one in the middle, so that a single node cannot announce the future.
 */
export function networkTimeMs(discovery: Discovery): number | null {
  const times = (trust: Trust) =>
    discovery.sources
      .flatMap((source) => (source.outcome === 'listed' && source.trust === trust ? [source] : []))
      .flatMap(({ newestAnnouncementMs }) => newestAnnouncementMs ?? [])
      .sort((left, right) => left - right);
  const hints = times('hint');
  return times('authenticated').at(-1) ?? hints[Math.floor((hints.length - 1) / 2)] ?? null;
}

/** A row that the network has let expire is shown by a database that has stopped hearing from it. */
function isExpired({ location }: Evidence, timeMs: number | null): boolean {
  const { broadcastedAt } = location;
  return (
    timeMs !== null && broadcastedAt !== undefined && broadcastedAt.getTime() + ROW_LIFETIME_MS <= timeMs
  );
}

/** An instance with only its rows that count; null when none does. */
function current(instance: DiscoveredInstance, timeMs: number | null): DiscoveredInstance | null {
  const listedBy = instance.listedBy.filter((evidence) => !isExpired(evidence, timeMs));
  return listedBy.length === 0 ? null : { ...instance, listedBy };
}

/**
 * What a result says at a time in the network: who is listed by a row that counts, and each answer that lists anybody.
 */
export function sightingsOf(
  discovery: Discovery,
  timeMs: number | null,
): {
  readonly instances: readonly DiscoveredInstance[];
  readonly answers: readonly Sighting[];
} {
  if (!discovery.known) return { instances: [], answers: [] };
  const instances = discovery.instances.flatMap((instance) => current(instance, timeMs) ?? []);
  const answers = discovery.sources.flatMap((source): Sighting[] => {
    if (source.outcome !== 'listed') return [];
    const listed = instances.filter(({ listedBy }) => listedBy.some(({ name }) => name === source.name));
    return [{ database: databaseOf(source), ips: new Set(listed.map(({ address }) => address.ip)) }];
  });
  return { instances, answers };
}
