import { execFile } from 'node:child_process';
import { promisify } from 'node:util';
import { parseLsn } from './lsn.ts';

/** What `pg_controldata` says, as far as it is needed. Positions are LSNs as PostgreSQL prints them. */
export interface ControlData {
  readonly systemId: string;
  /** Of the latest checkpoint. */
  readonly timeline: number;
  readonly checkpointLsn: string;
  /** Such as `in production`, `shut down`, `in archive recovery`. */
  readonly controlState: string;
  /** Recovery has to come this far before the data is consistent; null where nothing asks for it. */
  readonly minRecoveryEnd: string | null;
  /** The timeline of that place; ahead of `timeline` between a promotion and the checkpoint after it. */
  readonly minRecoveryTimeline: number | null;
  readonly walSegmentBytes: number;
  /** A clone or rewind that has not become consistent yet began here; null once it has. */
  readonly backupStartLsn: string | null;
}

/** The control file as read. */
export type ParsedControlData =
  | { readonly ok: true; readonly value: ControlData }
  | { readonly ok: false; readonly reason: string };

/** Reads all that `pg_controldata` writes under `LC_ALL=C`. It ends with 0 and prints all fields of a damaged file, too. */
export function parseControlData(text: string): ParsedControlData {
  if (/\bwarning:/i.test(text))
    return { ok: false, reason: 'pg_control does not have the checksum it should have' };
  const fields = new Map(
    text.split('\n').flatMap((line) => {
      const match = /^([^:]+):\s*(.*?)\s*$/.exec(line);
      return match?.[1] === undefined ? [] : [[match[1], match[2] ?? ''] as const];
    }),
  );
  const systemId = fields.get('Database system identifier') ?? '';
  const timeline = Number(fields.get("Latest checkpoint's TimeLineID"));
  const checkpointLsn = fields.get('Latest checkpoint location') ?? '';
  const controlState = fields.get('Database cluster state') ?? '';
  const minRecoveryEnd = optionalLsn(fields.get('Minimum recovery ending location'));
  const backupStartLsn = optionalLsn(fields.get('Backup start location'));
  const minRecoveryTimeline = Number(fields.get("Min recovery ending loc's timeline"));
  const walSegmentBytes = Number(fields.get('Bytes per WAL segment'));
  const complete =
    /^\d+$/.test(systemId) &&
    isTimeline(timeline) &&
    parseLsn(checkpointLsn) !== null &&
    (minRecoveryTimeline === 0 || isTimeline(minRecoveryTimeline)) &&
    isSegmentSize(walSegmentBytes);
  if (!complete || controlState === '' || minRecoveryEnd === undefined || backupStartLsn === undefined) {
    return { ok: false, reason: 'pg_controldata did not print what it should' };
  }
  return {
    ok: true,
    value: {
      systemId,
      timeline,
      checkpointLsn,
      controlState,
      minRecoveryEnd,
      minRecoveryTimeline: minRecoveryEnd === null || minRecoveryTimeline === 0 ? null : minRecoveryTimeline,
      walSegmentBytes,
      backupStartLsn,
    },
  };
}

function isTimeline(value: number): boolean {
  return Number.isSafeInteger(value) && value > 0;
}

/** PostgreSQL allows powers of two from 1 MiB to 1 GiB. */
function isSegmentSize(bytes: number): boolean {
  return Number.isSafeInteger(Math.log2(bytes)) && bytes >= 2 ** 20 && bytes <= 2 ** 30;
}

/** `0/0` stands for none; undefined for what is no LSN. */
function optionalLsn(text: string | undefined): string | null | undefined {
  if (text === undefined || parseLsn(text) === null) return undefined;
  return text === '0/0' ? null : text;
}

/** Prints the control file of a data directory, with the warnings about it. */
export type RunControlData = (dataDir: string) => Promise<string>;

/** Runs the given `pg_controldata`, which must be of the major version that wrote the data directory. */
export function createControlDataRunner(binaryPath: string, timeoutMs: number): RunControlData {
  const run = promisify(execFile);
  return async (dataDir) => {
    const options = { env: { LC_ALL: 'C' }, timeout: timeoutMs };
    const { stdout, stderr } = await run(binaryPath, ['-D', dataDir], options);
    // Since PostgreSQL 14 a wrong checksum is told there only.
    return `${stderr}${stdout}`;
  };
}
