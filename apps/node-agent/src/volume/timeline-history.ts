import { readdir, readFile } from 'node:fs/promises';
import { join } from 'node:path';
import { parseLsn } from './lsn.ts';

/** A timeline's past: `timeline` was left for the next one at `switchLsn`. Oldest first. */
export interface TimelineSwitch {
  readonly timeline: number;
  readonly switchLsn: string;
}

const HISTORY_FILE = /^([0-9A-F]{8})\.history$/;

/** Reads a `.history` file; null where any line cannot be read, since half a history would name wrong ancestors. */
export function parseTimelineHistory(text: string): readonly TimelineSwitch[] | null {
  const switches: TimelineSwitch[] = [];
  for (const line of text.split('\n')) {
    if (/^\s*(#.*)?$/.test(line)) continue;
    const match = /^\s*(\d+)\s+([0-9A-F]+\/[0-9A-F]+)(\s|$)/.exec(line);
    if (match?.[1] === undefined || match[2] === undefined || parseLsn(match[2]) === null) return null;
    const timeline = Number(match[1]);
    const last = switches.at(-1);
    if (timeline < 1 || (last !== undefined && timeline <= last.timeline)) return null;
    switches.push({ timeline, switchLsn: match[2] });
  }
  return switches;
}

/** The histories in a `pg_wal` by timeline; null for one that is damaged. */
export async function readTimelineHistories(
  walDirectory: string,
): Promise<ReadonlyMap<number, readonly TimelineSwitch[] | null>> {
  const found = new Map<number, readonly TimelineSwitch[] | null>();
  for (const name of await readdir(walDirectory)) {
    const digits = HISTORY_FILE.exec(name)?.[1];
    if (digits === undefined) continue;
    const timeline = Number.parseInt(digits, 16);
    const switches = parseTimelineHistory(await readFile(join(walDirectory, name), 'utf8'));
    // A history that does not end before its own timeline belongs to another one.
    const fits = switches !== null && switches.length > 0 && (switches.at(-1)?.timeline ?? 0) < timeline;
    found.set(timeline, fits ? switches : null);
  }
  return found;
}
