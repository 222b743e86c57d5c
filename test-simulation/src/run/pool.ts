import { Worker } from 'node:worker_threads';
import type { RunAnswer, RunRequest } from './message.ts';

/** A run that takes longer than this hangs: a loop of promises in which no time passes. */
const HANGS_AFTER_MS = 60_000;

function startWorker(mutation: string | null): Worker {
  const entry = mutation === null ? './worker.ts' : '../mutations/mutated-worker.ts';
  // Sources of the other packages are used directly, and a worker can be told so whoever started the process.
  return new Worker(new URL(entry, import.meta.url), {
    execArgv: ['--conditions=@flux-pg/source'],
    workerData: { mutation },
    // A run makes garbage all the time, and nearly nothing of it lives on.
    resourceLimits: { maxYoungGenerationSizeMb: 64 },
  });
}

/** One worker that answers one request at a time; a run that hangs costs the worker, which is then replaced. */
export class Runner {
  #worker: Worker | null = null;
  readonly #mutation: string | null;

  /** @param mutation the name of the mistake that its runs are made with; null for none */
  constructor(mutation: string | null = null) {
    this.#mutation = mutation;
  }

  ask(request: RunRequest): Promise<RunAnswer> {
    this.#worker ??= startWorker(this.#mutation);
    const worker = this.#worker;
    return new Promise((resolve) => {
      const finish = (answer: RunAnswer) => {
        clearTimeout(timer);
        worker.off('message', finish);
        worker.off('error', onError);
        resolve(answer);
      };
      const giveUp = (error: string) => {
        this.#worker = null;
        void worker.terminate();
        finish({ seed: request.seed, error });
      };
      const onError = (error: unknown) => giveUp(error instanceof Error ? error.message : String(error));
      const timer = setTimeout(() => giveUp('the run hangs'), HANGS_AFTER_MS);
      worker.on('message', finish);
      worker.on('error', onError);
      worker.postMessage(request);
    });
  }

  async close(): Promise<void> {
    await this.#worker?.terminate();
    this.#worker = null;
  }
}

/** Runs all requests on so many workers; `told` hears each answer as it comes. */
export async function runAll(
  requests: Iterable<RunRequest>,
  workers: number,
  told: (answer: RunAnswer) => void,
): Promise<void> {
  const rest = requests[Symbol.iterator]();
  const work = async () => {
    const runner = new Runner();
    for (let next = rest.next(); !next.done; next = rest.next()) told(await runner.ask(next.value));
    await runner.close();
  };
  await Promise.all(Array.from({ length: workers }, work));
}
