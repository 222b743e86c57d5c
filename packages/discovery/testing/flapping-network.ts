import { DiscoveryError, type ListingSource, type Location, ROW_LIFETIME_MS } from '../src/index.ts';
import { aLocation } from './answer-builder.ts';
import type { VirtualClock } from './virtual-clock.ts';

const MINUTE_MS = 60_000;
const HOUR_MS = 60 * MINUTE_MS;

/** An instance from its first announcement to its end. */
export interface Life {
  readonly ip: string;
  readonly bornMs: number;
  readonly endMs: number;
  /** A crashed one just announces itself no more; of one that was removed, the network is told. */
  readonly ending: 'crash' | 'removal';
}

/** One database that learns late, forgets for a while, and answers badly now and then. */
interface Database {
  readonly name: string;
  readonly lagMs: number;
  /** For each instance a time during which it is missing here, whatever the network knows. */
  readonly blind: ReadonlyMap<string, readonly [fromMs: number, untilMs: number]>;
}

/** A network of such databases over a day. */
export interface FlappingNetwork {
  readonly lives: readonly Life[];
  /** A source behind which any of the databases answers, as the public endpoint does. */
  readonly endpoint: ListingSource;
  /** Sources that are one database each. */
  readonly nodes: readonly ListingSource[];
  /** When the last database has stopped showing an instance that has ended. */
  readonly vanishedMs: (life: Life) => number;
}

/** Most databases are seconds behind, some minutes, a few an hour (as scenario A3 has it). */
function lag(random: () => number): number {
  const kind = random();
  if (kind < 0.85) return random() * MINUTE_MS;
  return kind < 0.95 ? random() * 10 * MINUTE_MS : HOUR_MS;
}

function livesOf(random: () => number, dayMs: number): readonly Life[] {
  const at = () => random() * dayMs;
  const steady = Array.from({ length: 5 }, (_, index): Life => {
    return {
      ip: `8.8.4.${index + 1}`,
      bornMs: -10 * HOUR_MS,
      endMs: Number.POSITIVE_INFINITY,
      ending: 'crash',
    };
  });
  const others = Array.from({ length: 6 }, (_, index): Life => {
    const [first, second] = [at(), at()];
    const ending = index % 2 === 0 ? 'crash' : 'removal';
    return {
      ip: `8.8.5.${index + 1}`,
      bornMs: Math.min(first, second),
      endMs: Math.max(first, second),
      ending,
    };
  });
  return [...steady, ...others];
}

function shows(database: Database, life: Life, nowMs: number): Location | null {
  const seenMs = nowMs - database.lagMs;
  if (seenMs < life.bornMs) return null;
  const [fromMs, untilMs] = database.blind.get(life.ip) ?? [0, 0];
  if (nowMs >= fromMs && nowMs < untilMs) return null;
  if (life.ending === 'removal' && seenMs >= life.endMs) return null;
  const lastMs = Math.min(seenMs, life.endMs);
  const announcedMs = life.bornMs + Math.floor((lastMs - life.bornMs) / HOUR_MS) * HOUR_MS;
  if (announcedMs + ROW_LIFETIME_MS <= nowMs) return null;
  const startMs = Date.parse('2026-07-01T00:00:00Z');
  return aLocation(life.ip, { broadcastedAt: new Date(startMs + announcedMs) });
}

/** The answers of a network that flaps, for one seed. */
export function flappingNetwork(clock: VirtualClock, random: () => number, dayMs: number): FlappingNetwork {
  const lives = livesOf(random, dayMs);
  const databases = Array.from({ length: 40 }, (_, index): Database => {
    const blind = lives.flatMap(({ ip }): readonly (readonly [string, readonly [number, number]])[] => {
      const fromMs = random() * dayMs;
      return random() < 0.15 ? [[ip, [fromMs, fromMs + random() * 2 * HOUR_MS]]] : [];
    });
    return { name: `8.9.0.${index + 1}:16127`, lagMs: lag(random), blind: new Map(blind) };
  });

  function answer(database: Database, url: string): readonly Location[] {
    const luck = random();
    if (luck < 0.05) throw new DiscoveryError('timeout', 'no answer within 10000 ms', { url });
    if (luck < 0.08) return [];
    const rows = lives.flatMap((life) => shows(database, life, clock.nowMs()) ?? []);
    return luck < 0.1 ? rows.slice(0, Math.floor(rows.length / 2)) : rows;
  }

  function source(name: string, kind: string, choose: () => Database): ListingSource {
    return {
      name,
      kind,
      trust: kind === 'api' ? 'authenticated' : 'hint',
      list: async () => {
        const database = choose();
        const locations = answer(database, name);
        return { locations, rejected: [], receivedAtMs: clock.wallMs(), answeredBy: database.name };
      },
    };
  }

  const any = () => databases[Math.floor(random() * databases.length)] as Database;
  return {
    lives,
    endpoint: source('https://api.example', 'api', any),
    nodes: databases.slice(0, 3).map((database) => source(`node ${database.name}`, 'node', () => database)),
    vanishedMs: ({ bornMs, endMs, ending }) => {
      const slowestMs = Math.max(...databases.map(({ lagMs }) => lagMs));
      const lastMs = bornMs + Math.floor((endMs - bornMs) / HOUR_MS) * HOUR_MS;
      const expiredMs = lastMs + ROW_LIFETIME_MS;
      return ending === 'crash' ? expiredMs : Math.min(expiredMs, endMs + slowestMs);
    },
  };
}
