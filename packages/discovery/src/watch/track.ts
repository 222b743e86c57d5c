import type { Location } from '../answers/locations.ts';
import type { DiscoveredInstance, Discovery } from '../discover/discovery.ts';
import type { WatchRules } from './rules.ts';
import { networkTimeMs, type Sighting, sightingsOf } from './sightings.ts';

/** Answers without an instance since it was last listed. */
interface Absence {
  readonly answers: number;
  readonly databases: ReadonlySet<string>;
}

interface Tracked {
  readonly instance: DiscoveredInstance;
  readonly lastListedMs: number;
  /** Counted from answers that list at least half of the instances known. */
  readonly fromFull: Absence;
  readonly fromAny: Absence;
}

/** What a watch remembers. */
export interface WatchState {
  /** By IP. */
  readonly tracked: ReadonlyMap<string, Tracked>;
  /** Every database that has listed anybody, the latest last. */
  readonly databases: ReadonlySet<string>;
  /** By how much the network's time was ahead of `nowMs` in the last rounds, the latest last. */
  readonly offsetsMs: readonly number[];
}

/** What happened to one instance. */
export interface InstanceChange {
  /** Reported once for each, see `Watch`. */
  readonly kind: 'added' | 'removed' | 'changed';
  /** As it is now; of a removed one, as it was last listed. */
  readonly instance: DiscoveredInstance;
  /** As it was before a change. */
  readonly previous?: DiscoveredInstance;
}

/** Only the count of databases matters, and only up to a rule's number. */
const MAX_DATABASES = 200;

/** Before the first answer. */
export const emptyWatchState: WatchState = { tracked: new Map(), databases: new Set(), offsetsMs: [] };

const neverAbsent: Absence = { answers: 0, databases: new Set() };

function differs<T>(before: T | undefined, after: T | undefined): boolean {
  // Rows that a node has learnt by bulk sync lack fields; that is no change.
  return before !== undefined && after !== undefined && before !== after;
}

function isChanged(before: Location, after: Location): boolean {
  const announcedBefore = before.broadcastedAt?.getTime() ?? 0;
  const announcedAfter = after.broadcastedAt?.getTime() ?? 0;
  // A database that lags behind tells what was; only a later announcement is news.
  if (announcedAfter < announcedBefore) return false;
  return (
    differs(before.address.apiPort, after.address.apiPort) ||
    differs(before.hash, after.hash) ||
    differs(before.runningSince?.getTime(), after.runningSince?.getTime()) ||
    differs(before.staticIp, after.staticIp)
  );
}

function latest(before: DiscoveredInstance, after: DiscoveredInstance): DiscoveredInstance {
  const older =
    (after.location.broadcastedAt?.getTime() ?? 0) < (before.location.broadcastedAt?.getTime() ?? 0);
  return older ? { ...after, address: before.address, location: before.location } : after;
}

function counted(absence: Absence, answers: readonly Sighting[]): Absence {
  if (answers.length === 0) return absence;
  const databases = new Set([...absence.databases, ...answers.map(({ database }) => database)]);
  return { answers: absence.answers + answers.length, databases };
}

function isRemoved(tracked: Tracked, nowMs: number, databases: number, rules: WatchRules): boolean {
  const forMs = nowMs - tracked.lastListedMs;
  const enough = ({ answers, databases: without }: Absence) =>
    answers >= rules.absentAnswers && without.size >= Math.min(rules.absentSources, databases);
  return (
    (forMs >= rules.absentMs && enough(tracked.fromFull)) ||
    (forMs >= rules.shortAbsentMs && enough(tracked.fromAny))
  );
}

function withDatabases(known: ReadonlySet<string>, answers: readonly Sighting[]): ReadonlySet<string> {
  const fresh = answers.map(({ database }) => database);
  return new Set([...[...known].filter((name) => !fresh.includes(name)), ...fresh].slice(-MAX_DATABASES));
}

/** Rounds whose announcements are remembered. */
const MAX_OFFSETS = 8;

function withOffset(state: WatchState, discovery: Discovery, nowMs: number): readonly number[] {
  const timeMs = networkTimeMs(discovery);
  return timeMs === null ? state.offsetsMs : [...state.offsetsMs, timeMs - nowMs].slice(-MAX_OFFSETS);
}

/**
 * The median, the higher of two: a database that has stopped is not judged by its own announcements alone, and one that
 * announces the future makes nobody expire.
 */
function medianMs(offsetsMs: readonly number[]): number | null {
  const sorted = [...offsetsMs].sort((left, right) => left - right);
  return sorted[Math.floor(sorted.length / 2)] ?? null;
}

/** Takes one result in. `nowMs` is monotonic. Pure. */
export function track(
  state: WatchState,
  discovery: Discovery,
  nowMs: number,
  rules: WatchRules,
): { readonly state: WatchState; readonly changes: readonly InstanceChange[] } {
  const offsetsMs = withOffset(state, discovery, nowMs);
  const offsetMs = medianMs(offsetsMs);
  const { instances, answers } = sightingsOf(discovery, offsetMs === null ? null : nowMs + offsetMs);
  const databases = withDatabases(state.databases, answers);
  const tracked = new Map(state.tracked);
  const changes: InstanceChange[] = [];
  for (const seen of instances) {
    const { ip } = seen.address;
    const before = state.tracked.get(ip)?.instance;
    const instance = before === undefined ? seen : latest(before, seen);
    tracked.set(ip, { instance, lastListedMs: nowMs, fromFull: neverAbsent, fromAny: neverAbsent });
    if (before === undefined) changes.push({ kind: 'added', instance });
    else if (isChanged(before.location, instance.location)) {
      changes.push({ kind: 'changed', instance, previous: before });
    }
  }
  const listed = new Set(instances.map(({ address }) => address.ip));
  const full = answers.filter(({ ips }) => ips.size * 2 >= state.tracked.size);
  for (const [ip, known] of state.tracked) {
    if (listed.has(ip)) continue;
    const absent: Tracked = {
      ...known,
      fromFull: counted(known.fromFull, full),
      fromAny: counted(known.fromAny, answers),
    };
    if (answers.length > 0 && isRemoved(absent, nowMs, databases.size, rules)) {
      tracked.delete(ip);
      changes.push({ kind: 'removed', instance: known.instance });
    } else tracked.set(ip, absent);
  }
  return { state: { tracked, databases, offsetsMs }, changes };
}
