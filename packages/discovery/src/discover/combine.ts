import { addressSortKey } from '../address/canonical-ip.ts';
import type { Location } from '../answers/locations.ts';
import type { DiscoveryError } from '../discovery-error.ts';
import type { SourceListing } from '../sources/listing-source.ts';
import type {
  Contact,
  DiscoveredInstance,
  Discovery,
  Evidence,
  SourceIdentity,
  SourceReport,
} from './discovery.ts';

/** What a source answered. */
export interface SourceAnswer {
  /** Who was asked. */
  readonly source: SourceIdentity;
  /** What came of it. */
  readonly answer:
    | { readonly ok: true; readonly listing: SourceListing }
    | { readonly ok: false; readonly error: DiscoveryError };
}

function announcedMs({ broadcastedAt }: Location): number {
  return broadcastedAt?.getTime() ?? Number.NEGATIVE_INFINITY;
}

function identity({ name, kind, trust }: SourceIdentity): SourceIdentity {
  return { name, kind, trust };
}

function answeredBy({ answeredBy: node }: SourceListing): { readonly answeredBy?: string } {
  return node === undefined ? {} : { answeredBy: node };
}

function report({ source, answer }: SourceAnswer, takenAtMs: number): SourceReport {
  if (!answer.ok) return { ...identity(source), outcome: 'failed', error: answer.error };
  const { locations, rejected, receivedAtMs } = answer.listing;
  const newest = locations.reduce(
    (latest, location) => Math.max(latest, announcedMs(location)),
    Number.NEGATIVE_INFINITY,
  );
  return {
    ...identity(source),
    outcome: locations.length === 0 ? 'empty' : 'listed',
    receivedAtMs,
    ageMs: Math.max(0, takenAtMs - receivedAtMs),
    newestAnnouncementMs: Number.isFinite(newest) ? newest : null,
    count: locations.length,
    rejected,
    ...answeredBy(answer.listing),
  };
}

function evidenceByIp(answers: readonly SourceAnswer[]): ReadonlyMap<string, Evidence[]> {
  const byIp = new Map<string, Evidence[]>();
  for (const { source, answer } of answers) {
    if (!answer.ok) continue;
    const { listing } = answer;
    const common = { ...identity(source), receivedAtMs: listing.receivedAtMs, ...answeredBy(listing) };
    for (const location of listing.locations) {
      const known = byIp.get(location.address.ip);
      const evidence = { ...common, location };
      if (known === undefined) byIp.set(location.address.ip, [evidence]);
      else known.push(evidence);
    }
  }
  return byIp;
}

/** The later announcement; of the same one, the word of who can be believed, and then in the order of their names. */
function isBetter(next: Evidence, best: Evidence): boolean {
  const difference = announcedMs(next.location) - announcedMs(best.location);
  // Two rows without a date differ by no number.
  if (difference > 0 || difference < 0) return difference > 0;
  if (next.trust !== best.trust) return next.trust === 'authenticated';
  return next.name < best.name;
}

function instanceOf(listedBy: readonly Evidence[], listing: readonly string[]): DiscoveredInstance | null {
  const [first, ...rest] = listedBy;
  if (first === undefined) return null;
  const latest = rest.reduce((best, next) => (isBetter(next, best) ? next : best), first);
  const names = new Set(listedBy.map(({ name }) => name));
  return {
    address: latest.location.address,
    location: latest.location,
    listedBy,
    missingFrom: listing.filter((name) => !names.has(name)),
    hintOnly: listedBy.every(({ trust }) => trust === 'hint'),
  };
}

function contactOf(answers: readonly SourceAnswer[]): Contact {
  const answering = answers.filter(({ answer }) => answer.ok);
  if (answering.some(({ source }) => source.kind === 'api')) return 'api';
  return answering.length > 0 ? 'nodes' : 'none';
}

/** Puts the answers of several sources together. Pure; the order of the answers decides nothing but the reports' order. */
export function combine(app: string, answers: readonly SourceAnswer[], takenAtMs: number): Discovery {
  const sources = answers.map((answer) => report(answer, takenAtMs));
  const listing = sources.filter(({ outcome }) => outcome === 'listed').map(({ name }) => name);
  const [first, ...rest] = [...evidenceByIp(answers)]
    .map(([ip, evidence]) => ({ key: addressSortKey(ip), instance: instanceOf(evidence, listing) }))
    .sort((left, right) => (left.key < right.key ? -1 : 1))
    .flatMap(({ instance }) => instance ?? []);
  const basis = { app, takenAtMs, sources, contact: contactOf(answers) };
  if (first !== undefined) return { ...basis, known: true, instances: [first, ...rest] };
  const why = sources.some(({ outcome }) => outcome === 'empty') ? 'empty' : 'failed';
  return { ...basis, known: false, why };
}
