import type { Carrier } from '../http/carrier.ts';
import type { Origin, Question } from './ask.ts';
import type { ClientSettings } from './client-options.ts';

/** Options of one call. */
export interface CallOptions {
  /** Ends the call with an error of code `aborted`. */
  readonly signal?: AbortSignal;
}

type Questions = typeof import('./questions.ts');

/** Puts a question to Flux with a client's means. */
export type Calls = <T extends object>(
  question: (questions: Questions) => Question<T>,
  options: CallOptions,
) => Promise<T & Origin>;

/**
 * The calls of one client. What reads answers is loaded with the first of them, beside what carries it: zod takes most of
 * the time of an import, which a program that only shows its usage need not spend.
 */
export function callsOver(carrier: Carrier, settings: ClientSettings): Calls {
  return async (question, { signal }) => {
    const [transport, questions, { ask }] = await Promise.all([
      carrier.transport(),
      import('./questions.ts'),
      import('./ask.ts'),
    ]);
    return await ask(question(questions), { settings, transport, signal });
  };
}
