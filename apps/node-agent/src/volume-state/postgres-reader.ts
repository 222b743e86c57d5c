import {
  inspectPostgresData,
  type PostgresInspection,
  type RunControlData,
  type RunWaldump,
  readTimelineHistories,
  readWalEnd,
  unknownWalEnd,
  type WalEnd,
} from '../volume/index.ts';
import type { Activity } from './volume-state.ts';

/** How PGDATA is read. */
export interface PostgresSource {
  readonly root: string;
  readonly majorVersion: number;
  readonly runControlData: RunControlData;
  /** Without it the end of valid WAL is never known. */
  readonly runWaldump?: RunWaldump;
  /** How long an inspection waits for the WAL to be read; default 1.5 s, since statuses must stay young meanwhile. */
  readonly walEndWaitMs?: number;
}

/** Reads PGDATA when it may have changed: after Patroni was at work on it, and when PostgreSQL runs on another timeline. */
export interface PostgresReader {
  readonly read: (activity: Activity) => Promise<PostgresInspection>;
  readonly forget: () => void;
}

const WAL_END_WAIT_MS = 1500;
const RUNNING = 'PostgreSQL may be writing';

/** Waits for work that goes on for longer than the wait. */
async function atMost(waitMs: number, work: Promise<unknown>): Promise<void> {
  let timer: NodeJS.Timeout | undefined;
  const timeout = new Promise<void>((resolve) => {
    timer = setTimeout(resolve, waitMs);
  });
  await Promise.race([work, timeout]);
  clearTimeout(timer);
}

function withWalEnd(inspection: PostgresInspection, walEnd: WalEnd): PostgresInspection {
  const { data } = inspection;
  return data.kind === 'copy' ? { ...inspection, data: { ...data, ...walEnd } } : inspection;
}

/** Starts reading the WAL of a copy, which can take minutes; null for what has no WAL. */
function startWalRead(source: PostgresSource, { data }: PostgresInspection): Promise<WalEnd> | null {
  if (data.kind !== 'copy') return null;
  const { runWaldump } = source;
  if (runWaldump === undefined) return Promise.resolve(unknownWalEnd('there is no pg_waldump'));
  return readWalEnd({ dataDir: `${source.root}/pgdata`, control: data, runWaldump });
}

/** Makes the reader of one volume. Inspections do not overlap. */
export function postgresReader(source: PostgresSource): PostgresReader {
  const waitMs = source.walEndWaitMs ?? WAL_END_WAIT_MS;
  let known: PostgresInspection | null = null;
  let whileRunning: PostgresInspection | null = null;
  let reading: Promise<void> | null = null;
  let outdated = true;
  let lookedTimeline: number | null = null;

  /** The ancestors of the timeline that PostgreSQL runs on; none where they cannot be read. */
  const ancestors = async (timeline: number | null) => {
    if (timeline === null) return [];
    const histories = await readTimelineHistories(`${source.root}/pgdata/pg_wal`).catch(() => null);
    return histories?.get(timeline) ?? [];
  };

  const look = async (readWal: boolean, timeline: number | null): Promise<PostgresInspection> => {
    const found = await inspectPostgresData({
      dataDir: `${source.root}/pgdata`,
      volumeRoot: source.root,
      majorVersion: source.majorVersion,
      runControlData: source.runControlData,
    });
    outdated = false;
    known = found;
    lookedTimeline = timeline;
    whileRunning = withWalEnd(found, unknownWalEnd(RUNNING, await ancestors(timeline)));
    reading = null;
    const walEnd = readWal ? startWalRead(source, found) : null;
    if (walEnd !== null) {
      reading = walEnd.then((end) => {
        // A later look has its own reading; this one tells about files that have changed since.
        if (known !== found) return;
        known = withWalEnd(found, end);
        reading = null;
      });
    }
    return found;
  };

  return {
    read: async ({ patroniAlive, runningTimeline = null }) => {
      const hasMoved = patroniAlive && runningTimeline !== null && runningTimeline !== lookedTimeline;
      if (known === null || hasMoved || (outdated && !patroniAlive)) {
        await look(!patroniAlive, runningTimeline);
      }
      if (patroniAlive) outdated = true;
      else if (reading !== null) await atMost(waitMs, reading);
      const result = patroniAlive ? whileRunning : known;
      return result ?? (await look(false, runningTimeline));
    },
    forget: () => {
      outdated = true;
    },
  };
}
