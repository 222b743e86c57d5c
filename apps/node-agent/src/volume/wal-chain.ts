import { parseLsn } from './lsn.ts';
import type { TimelineSwitch } from './timeline-history.ts';

/** A position in the WAL: the same LSN on another timeline is another place. */
export interface WalPosition {
  readonly timeline: number;
  readonly lsn: string;
}

/** A timeline with all of its ancestors, and the stretch of WAL that is each one's own. */
export type TimelineChain = readonly {
  readonly timeline: number;
  /** Null for the timeline that the chain begins with. */
  readonly begin: bigint | null;
  /** Null for the newest one. */
  readonly end: bigint | null;
}[];

/** A file of the chain: where several timelines have the segment, the one that PostgreSQL would replay. */
export interface WalSegment {
  readonly number: bigint;
  readonly timeline: number;
  readonly fileName: string;
}

/** The timelines that lead to `newest`, oldest first. */
export function timelineChain(newest: number, history: readonly TimelineSwitch[]): TimelineChain {
  const ends = history.map(({ timeline, switchLsn }) => ({ timeline, end: parseLsn(switchLsn) ?? 0n }));
  const all = [...ends, { timeline: newest, end: null }];
  return all.map(({ timeline, end }, index) => ({ timeline, end, begin: all[index - 1]?.end ?? null }));
}

/** Whether a position is a place on the chain: its timeline is in it and had not been left there yet. */
export function isOnChain(chain: TimelineChain, { timeline, lsn }: WalPosition): boolean {
  const part = chain.find((each) => each.timeline === timeline);
  const at = parseLsn(lsn);
  return part !== undefined && at !== null && (part.end === null || at <= part.end);
}

function parseSegments(fileNames: readonly string[], segmentBytes: bigint): Map<bigint, WalSegment[]> {
  const perFile = 0x1_0000_0000n / segmentBytes;
  const found = new Map<bigint, WalSegment[]>();
  for (const fileName of fileNames) {
    const match = /^([0-9A-F]{8})([0-9A-F]{8})([0-9A-F]{8})$/.exec(fileName);
    if (match === null) continue;
    const number = BigInt(`0x${match[2]}`) * perFile + BigInt(`0x${match[3]}`);
    const segment = { number, timeline: Number.parseInt(match[1] ?? '', 16), fileName };
    found.set(number, [...(found.get(number) ?? []), segment]);
  }
  return found;
}

/**
 * The files to read from `from` on, without a gap. PostgreSQL's own rule: the newest timeline of the chain that had begun
 * by the end of the segment, never going back to an older one. Where only an older timeline has a segment that lies
 * beyond its own end, that file still is what this disk holds, so it is taken, too: its tail may be nowhere else.
 */
export function chainSegments(
  fileNames: readonly string[],
  chain: TimelineChain,
  from: bigint,
  segmentBytes: bigint,
): readonly WalSegment[] {
  const available = parseSegments(fileNames, segmentBytes);
  const newestFirst = [...chain].reverse();
  const segments: WalSegment[] = [];
  let oldest = 0;
  for (let number = from / segmentBytes; ; number += 1n) {
    const part = newestFirst.find(
      ({ timeline, begin }) =>
        timeline >= oldest &&
        (begin === null || begin / segmentBytes <= number) &&
        available.get(number)?.some((segment) => segment.timeline === timeline),
    );
    const segment = available.get(number)?.find(({ timeline }) => timeline === part?.timeline);
    if (segment === undefined) return segments;
    segments.push(segment);
    oldest = segment.timeline;
  }
}

/**
 * The timeline of the last valid record's end. The first file of a new timeline begins with a copy of the old one's
 * WAL: what ends there is still on the old timeline. A file of an old timeline that goes on beyond the switch is a tail.
 */
export function timelineAt(chain: TimelineChain, fileTimeline: number, end: bigint): number {
  const upTo = chain.filter(({ timeline }) => timeline <= fileTimeline);
  return upTo.find((part) => part.end !== null && end <= part.end)?.timeline ?? fileTimeline;
}
