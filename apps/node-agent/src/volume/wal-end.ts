import { mkdtemp, readdir, rm, symlink } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join, resolve } from 'node:path';
import type { ControlData } from './control-data.ts';
import { compareLsn, formatLsn, parseLsn } from './lsn.ts';
import { readTimelineHistories, type TimelineSwitch } from './timeline-history.ts';
import { errnoOf } from './volume-error.ts';
import {
  chainSegments,
  isOnChain,
  type TimelineChain,
  timelineAt,
  timelineChain,
  type WalPosition,
  type WalSegment,
} from './wal-chain.ts';
import { parseWaldump, type RunWaldump } from './waldump.ts';

/** How far a stopped data directory reaches. */
export interface WalEnd {
  /** The end of the last valid record on disk; null where it cannot be told, which is not the same as nowhere. */
  readonly walEnd: WalPosition | null;
  /** Why it cannot be told. */
  readonly walEndUnknown: string | null;
  /** The ancestors of the end's timeline, oldest first. */
  readonly history: readonly TimelineSwitch[];
}

/** An end that cannot be told. */
export function unknownWalEnd(reason: string, history: readonly TimelineSwitch[] = []): WalEnd {
  return { walEnd: null, walEndUnknown: reason, history };
}

interface Route {
  readonly chain: TimelineChain;
  readonly history: readonly TimelineSwitch[];
}

type Histories = ReadonlyMap<number, readonly TimelineSwitch[] | null>;

/** What PostgreSQL must be able to replay: the checkpoint, and what its data pages already contain. */
function mustContain(control: ControlData): readonly WalPosition[] {
  const checkpoint = { timeline: control.timeline, lsn: control.checkpointLsn };
  const { minRecoveryEnd: lsn, minRecoveryTimeline: timeline } = control;
  return lsn === null || timeline === null ? [checkpoint] : [checkpoint, { timeline, lsn }];
}

function routeTo(timeline: number, histories: Histories, control: ControlData): Route | null {
  const history = timeline === 1 ? [] : histories.get(timeline);
  if (history === undefined || history === null) return null;
  const chain = timelineChain(timeline, history);
  return mustContain(control).every((position) => isOnChain(chain, position)) ? { chain, history } : null;
}

/**
 * The timeline that PostgreSQL would follow. Without a recovery signal it is the control file's, whatever histories lie
 * beside: they are those of others. With one it is the newest that what is already in the data pages lies on.
 */
function chooseRoute(control: ControlData, histories: Histories, following: boolean): Route | null {
  // After a promotion that no checkpoint has followed yet, only the minimum recovery point is on the new timeline.
  const own = Math.max(control.timeline, control.minRecoveryTimeline ?? 0);
  const newer = [...histories.keys()].filter((timeline) => timeline > own).sort((a, b) => b - a);
  for (const timeline of following ? [...newer, own] : [own]) {
    const route = routeTo(timeline, histories, control);
    if (route !== null) return route;
  }
  return null;
}

/** `pg_waldump` reads one timeline only, but does not mind what is in a file of that name: links make one of many. */
async function dump(
  run: RunWaldump,
  walDirectory: string,
  segments: readonly WalSegment[],
  range: { readonly fromLsn: string; readonly toLsn: string },
) {
  const prefix = segments[0]?.fileName.slice(0, 8) ?? '';
  const named = segments.map((segment) => ({ ...segment, name: prefix + segment.fileName.slice(8) }));
  const names = { startSegment: named[0]?.name ?? '', endSegment: named.at(-1)?.name ?? '' };
  if (named.every(({ name, fileName }) => name === fileName)) {
    return parseWaldump(await run({ directory: walDirectory, ...names, ...range }));
  }
  const directory = await mkdtemp(join(tmpdir(), 'wal-chain-'));
  try {
    for (const { name, fileName } of named) {
      await symlink(resolve(walDirectory, fileName), join(directory, name));
    }
    return parseWaldump(await run({ directory, ...names, ...range }));
  } finally {
    await rm(directory, { recursive: true, force: true });
  }
}

async function read(dataDir: string, control: ControlData, run: RunWaldump): Promise<WalEnd> {
  const walDirectory = join(dataDir, 'pg_wal');
  const [entries, fileNames] = await Promise.all([readdir(dataDir), readdir(walDirectory)]);
  const following = entries.includes('standby.signal') || entries.includes('recovery.signal');
  const route = chooseRoute(control, await readTimelineHistories(walDirectory), following);
  if (route === null) return unknownWalEnd('no timeline history in pg_wal leads to the data');
  const segmentBytes = BigInt(control.walSegmentBytes);
  const from = parseLsn(control.checkpointLsn) ?? 0n;
  const segments = chainSegments(fileNames, route.chain, from, segmentBytes);
  const last = segments.at(-1);
  if (last === undefined) {
    return unknownWalEnd(`the WAL of the checkpoint at ${control.checkpointLsn} is missing`, route.history);
  }
  const toLsn = formatLsn((last.number + 1n) * segmentBytes);
  const found = await dump(run, walDirectory, segments, { fromLsn: control.checkpointLsn, toLsn });
  if (found.from === null) return unknownWalEnd(`pg_waldump: ${found.reason}`, route.history);
  if (compareLsn(found.from, control.checkpointLsn) !== 0) {
    // It skips ahead to the next record where none begins; a checkpoint that cannot be read is nothing to start from.
    return unknownWalEnd(`there is no WAL record at ${control.checkpointLsn}`, route.history);
  }
  return judge(control, route, segments, found.end);
}

function judge(control: ControlData, route: Route, segments: readonly WalSegment[], endLsn: string): WalEnd {
  const end = parseLsn(endLsn) ?? 0n;
  const segmentBytes = BigInt(control.walSegmentBytes);
  // An end at the very start of a segment was read from the file before it.
  const file = segments.find(({ number }) => number === (end - 1n) / segmentBytes) ?? segments.at(-1);
  const timeline = timelineAt(route.chain, file?.timeline ?? control.timeline, end);
  const history = route.history.filter((each) => each.timeline < timeline);
  const { minRecoveryEnd } = control;
  if (minRecoveryEnd !== null && compareLsn(endLsn, minRecoveryEnd) < 0) {
    // PostgreSQL refuses to start on it, so it must not look like the copy to lead with.
    return unknownWalEnd(`WAL ends at ${endLsn}, before ${minRecoveryEnd}, which the data needs`, history);
  }
  return { walEnd: { timeline, lsn: formatLsn(end) }, walEndUnknown: null, history };
}

/**
 * Finds the end of valid WAL of a stopped data directory. The control file does not tell it: a replica's shows the last
 * restart point, and its `pg_wal` may hold much more, on a later timeline. Never throws.
 */
export async function readWalEnd(options: {
  readonly dataDir: string;
  readonly control: ControlData;
  readonly runWaldump: RunWaldump;
}): Promise<WalEnd> {
  try {
    return await read(options.dataDir, options.control, options.runWaldump);
  } catch (error) {
    const why = errnoOf(error) ?? (error instanceof Error ? error.message.split('\n')[0] : String(error));
    return unknownWalEnd(`the WAL cannot be read: ${why}`);
  }
}
