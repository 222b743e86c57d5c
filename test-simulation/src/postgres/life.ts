import type { Scheduler } from '../kernel/contracts.ts';

/** How long something goes on: once it ended, whatever waited through it waits for ever and is collected. */
export class Life {
  readonly #scheduler: Scheduler;
  #ended = false;

  constructor(scheduler: Scheduler) {
    this.#scheduler = scheduler;
  }

  get ended(): boolean {
    return this.#ended;
  }

  end(): void {
    this.#ended = true;
  }

  /** The same promise, except that it never settles after the end. */
  through<T>(work: Promise<T>): Promise<T> {
    return new Promise((resolve, reject) => {
      work.then(
        (value) => {
          if (!this.#ended) resolve(value);
        },
        (error: unknown) => {
          if (!this.#ended) reject(error);
        },
      );
    });
  }

  sleep(ms: number): Promise<void> {
    return this.through(this.#scheduler.sleep(ms));
  }

  /** Runs work at that time unless this has ended by then; returns what cancels it. */
  at(atMs: number, work: () => void): () => void {
    return this.#scheduler.at(atMs, () => {
      if (!this.#ended) work();
    });
  }
}
