import { type ChildProcess, spawn } from 'node:child_process';
import { DevError } from '../dev-error.ts';
import { ROOT } from '../paths.ts';

/** How a program runs. */
export interface RunOptions {
  readonly cwd?: string;
  /** Added to the environment of this process. */
  readonly env?: Readonly<Record<string, string>>;
  /** `capture` (the default) keeps what is printed, `show` passes it on. */
  readonly output?: 'capture' | 'show';
  /** After this time the program is ended, with all that it started. */
  readonly timeoutMs?: number;
  /** Captured output has to begin within this time, or the program is ended. */
  readonly firstOutputMs?: number;
}

/** How a program ended; `exitCode` is 127 where it could not be started and 124 where its time was up. */
export interface Finished {
  readonly exitCode: number;
  readonly stdout: string;
  readonly stderr: string;
}

const KILL_AFTER_MS = 10_000;
const living = new Set<ChildProcess>();

/** Programs lead groups of their own, so that none of what they started is left behind. */
function signalGroup({ pid }: ChildProcess, signal: NodeJS.Signals): void {
  if (pid === undefined) return;
  try {
    process.kill(-pid, signal);
  } catch {
    // The group has ended by itself.
  }
}

function endGroup(child: ChildProcess): void {
  signalGroup(child, 'SIGTERM');
  setTimeout(() => signalGroup(child, 'SIGKILL'), KILL_AFTER_MS).unref();
}

/** Asks everything that runs to end, as when a person presses Ctrl-C, and waits for it. */
export async function endAll(): Promise<void> {
  const ended = [...living].map((child) => new Promise((resolve) => child.once('close', resolve)));
  for (const child of living) endGroup(child);
  await Promise.all(ended);
}

function collect(stream: NodeJS.ReadableStream | null, onFirst: () => void): () => string {
  let text = '';
  stream?.setEncoding('utf8');
  stream?.on('data', (chunk: string) => {
    if (text === '') onFirst();
    text += chunk;
  });
  return () => text;
}

/** Runs a program to its end. Never throws; see `mustRun`. */
export function run(program: string, args: readonly string[], options: RunOptions = {}): Promise<Finished> {
  return new Promise((resolve) => {
    const shown = options.output === 'show';
    const child = spawn(program, args, {
      cwd: options.cwd ?? ROOT,
      env: { ...process.env, ...options.env },
      stdio: ['ignore', shown ? 'inherit' : 'pipe', shown ? 'inherit' : 'pipe'],
      detached: true,
    });
    living.add(child);
    let expired = false;
    const expireIn = (delayMs: number | undefined) =>
      delayMs === undefined
        ? undefined
        : setTimeout(() => {
            expired = true;
            endGroup(child);
          }, delayMs);
    const whole = expireIn(options.timeoutMs);
    const first = expireIn(options.firstOutputMs);
    const begun = () => clearTimeout(first);
    const stdout = collect(child.stdout, begun);
    const stderr = collect(child.stderr, begun);
    const finish = (exitCode: number, note: string) => {
      clearTimeout(whole);
      clearTimeout(first);
      living.delete(child);
      resolve({ exitCode, stdout: stdout(), stderr: stderr() + note });
    };
    child.once('error', (error) => finish(127, error.message));
    child.once('close', (code) => {
      if (expired) finish(124, `${program} did not end in time`);
      else finish(code ?? 1, '');
    });
  });
}

/** Whether a program is there at all. */
export async function hasProgram(program: string): Promise<boolean> {
  const { exitCode } = await run('sh', ['-c', 'command -v "$0"', program]);
  return exitCode === 0;
}

/** The last lines of what a program said, which is where the reason stands. */
export function lastLines(text: string, count = 12): string {
  return text.trim().split('\n').slice(-count).join('\n');
}

/** Runs a program that has to succeed. Throws a `DevError` with its last lines otherwise. */
export async function mustRun(
  told: { readonly step: string; readonly mend: string },
  program: string,
  args: readonly string[],
  options: RunOptions = {},
): Promise<Finished> {
  const finished = await run(program, args, options);
  if (finished.exitCode !== 0) {
    const said = lastLines(finished.stderr) || lastLines(finished.stdout) || 'see above';
    const cause = `${program} ${args.slice(0, 3).join(' ')} ended with ${finished.exitCode}: ${said}`;
    throw new DevError('command', { ...told, cause });
  }
  return finished;
}
