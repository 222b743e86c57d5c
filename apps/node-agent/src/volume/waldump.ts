import { execFile } from 'node:child_process';

/** What `pg_waldump` is asked to read: whole files of one timeline in one directory. */
export interface WaldumpRequest {
  readonly directory: string;
  readonly startSegment: string;
  readonly endSegment: string;
  readonly fromLsn: string;
  /** The end of the last file, so that the program does not fail on the file after it. */
  readonly toLsn: string;
}

/** What `pg_waldump` printed. Its exit code is of no use: the end of valid WAL is an error to it. */
export interface WaldumpOutput {
  readonly stdout: string;
  readonly stderr: string;
}

/** Runs `pg_waldump --stats`; throws where it could not be run to its end. */
export type RunWaldump = (request: WaldumpRequest) => Promise<WaldumpOutput>;

const MAX_OUTPUT_BYTES = 256 * 1024;

/**
 * Runs the given `pg_waldump`, which must be of the major version that wrote the WAL. Statistics are asked for because
 * their head tells the end of the last valid record whatever ended the reading; they are some dozens of lines for any WAL.
 */
export function createWaldumpRunner(binaryPath: string, timeoutMs: number): RunWaldump {
  return ({ directory, startSegment, endSegment, fromLsn, toLsn }) => {
    const range = ['-s', fromLsn, '-e', toLsn];
    const parameters = ['--stats', '-p', directory, ...range, startSegment, endSegment];
    const options = {
      env: { LC_ALL: 'C' },
      timeout: timeoutMs,
      killSignal: 'SIGKILL',
      maxBuffer: MAX_OUTPUT_BYTES,
    } as const;
    return new Promise((resolve, reject) => {
      execFile(binaryPath, parameters, options, (error, stdout, stderr) => {
        if (error === null || typeof error.code === 'number') resolve({ stdout, stderr });
        else if (error.killed === true) reject(new Error('it took too long or printed too much'));
        else reject(error);
      });
    });
  };
}

/** The range of valid records; null where there was none, with what the program said about it. */
export function parseWaldump(
  output: WaldumpOutput,
): { readonly from: string; readonly end: string } | { readonly from: null; readonly reason: string } {
  const match = /^WAL statistics between ([0-9A-F]+\/[0-9A-F]+) and ([0-9A-F]+\/[0-9A-F]+):/m.exec(
    output.stdout,
  );
  if (match?.[1] !== undefined && match[2] !== undefined) return { from: match[1], end: match[2] };
  const line = output.stderr.split('\n')[0]?.replace(/^pg_waldump: (error: )?/, '') ?? '';
  return { from: null, reason: line === '' ? 'it printed no range' : line.slice(0, 300) };
}
