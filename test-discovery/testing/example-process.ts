import { type ChildProcess, spawn } from 'node:child_process';
import { once } from 'node:events';
import type { Readable } from 'node:stream';
import { fileURLToPath } from 'node:url';

/** The examples, by the names of their files. */
export type ExampleName = 'list' | 'watch' | 'health-check' | 'load-balancer';

/** What surrounds an example. */
export interface ExampleSurroundings {
  /** Where every connection of the process leads to. */
  readonly mockPort: number;
  /** Null for the public endpoints. */
  readonly fluxApiUrl: string | null;
  /** Connections that fail as on a closed port, such as `8.8.4.1:5432`. */
  readonly refused: readonly string[];
}

/** How an example ended. */
export interface ExampleEnd {
  readonly status: number | null;
  readonly out: string;
  readonly err: string;
}

/** An example that runs. Disposing of it kills it. */
export interface ExampleProcess extends AsyncDisposable {
  /** Resolves when the standard output matches; rejects when it has not by the end of the process or of 10 s. */
  readonly printed: (pattern: RegExp) => Promise<void>;
  readonly out: () => string;
  readonly kill: (signal: NodeJS.Signals) => void;
  readonly ended: Promise<ExampleEnd>;
}

const PRINT_TIMEOUT_MS = 10_000;

/** From the sources of the package, so that nothing has to be built, and with no way out but to the mock. */
const nodeOptions = [
  '--conditions=@flux-pg/source',
  `--import=${new URL('./lead-to-mock.mjs', import.meta.url).href}`,
];

function gather(stream: Readable, onText: () => void): () => string {
  let text = '';
  stream.setEncoding('utf8').on('data', (chunk: string) => {
    text += chunk;
    onText();
  });
  return () => text;
}

async function stop(child: ChildProcess): Promise<void> {
  if (child.exitCode !== null || child.signalCode !== null) return;
  const closed = once(child, 'close');
  child.kill('SIGKILL');
  await closed;
}

/** Starts an example with an environment of its own, which has nothing of this process's. */
export function startExample(
  name: ExampleName,
  words: readonly string[],
  { mockPort, fluxApiUrl, refused }: ExampleSurroundings,
): ExampleProcess {
  const file = fileURLToPath(new URL(`../../packages/discovery/examples/${name}.mjs`, import.meta.url));
  const env = {
    LEAD_TO_MOCK_PORT: String(mockPort),
    LEAD_TO_MOCK_REFUSED: refused.join(','),
    ...(fluxApiUrl === null ? {} : { FLUX_API_URL: fluxApiUrl }),
  };
  const child = spawn(process.execPath, [...nodeOptions, file, ...words], {
    env,
    stdio: ['ignore', 'pipe', 'pipe'],
  });
  const waiting = new Set<() => void>();
  const out = gather(child.stdout, () => {
    for (const look of waiting) look();
  });
  const err = gather(child.stderr, () => undefined);
  const ended = once(child, 'close').then(([status]): ExampleEnd => ({ status, out: out(), err: err() }));
  const printed = async (pattern: RegExp) => {
    const seen = Promise.withResolvers<void>();
    const fail = (why: string) =>
      seen.reject(new Error(`${name} ${why} without ${pattern}:\n${out()}\n${err()}`));
    const look = () => {
      if (pattern.test(out())) seen.resolve();
    };
    const timer = setTimeout(() => fail(`ran for ${PRINT_TIMEOUT_MS} ms`), PRINT_TIMEOUT_MS);
    waiting.add(look);
    look();
    void ended.then(() => fail('ended'));
    await seen.promise.finally(() => {
      clearTimeout(timer);
      waiting.delete(look);
    });
  };
  return {
    printed,
    out,
    ended,
    kill: (signal) => void child.kill(signal),
    [Symbol.asyncDispose]: async () => await stop(child),
  };
}
