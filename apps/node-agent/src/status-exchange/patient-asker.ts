import { type StatusAnswer, silent } from './status-answer.ts';

/** An answer with the time since it came. */
export type TimedAnswer<Document> = StatusAnswer<Document> & { readonly arrivedMsAgo: number };

/** Asks the node at an address, and waits no longer than it is worth. */
export type AskPatiently<Document> = (
  host: string,
  port: number,
  patienceMs: number,
) => Promise<TimedAnswer<Document>>;

interface Question<Document> {
  readonly answer: Promise<StatusAnswer<Document>>;
  arrivedAtMs: number | null;
}

/**
 * A node that has been silent costs every look its whole time limit, and a look that is under way decides nothing. So a
 * question outlives the look that asked it: who is not patient takes the node for silent meanwhile, and an answer that
 * comes late is given to the next look.
 */
export function createPatientAsker<Document>(options: {
  readonly ask: (target: { readonly host: string; readonly port: number }) => Promise<StatusAnswer<Document>>;
  readonly nowMs: () => number;
  readonly sleep: (ms: number, signal: AbortSignal) => Promise<void>;
  /** Called when somebody answers whom nobody waits for any more. */
  readonly onLateAnswer: () => void;
}): AskPatiently<Document> {
  const { ask, nowMs, sleep, onLateAnswer } = options;
  const questions = new Map<string, Question<Document>>();

  function begin(key: string, host: string, port: number): Question<Document> {
    const question: Question<Document> = {
      arrivedAtMs: null,
      answer: ask({ host, port }).then((answer) => {
        question.arrivedAtMs = nowMs();
        return answer;
      }),
    };
    questions.set(key, question);
    return question;
  }

  async function within(
    question: Question<Document>,
    patienceMs: number,
  ): Promise<StatusAnswer<Document> | null> {
    if (question.arrivedAtMs !== null || patienceMs === Number.POSITIVE_INFINITY) return question.answer;
    if (patienceMs <= 0) return null;
    const over = new AbortController();
    const first = await Promise.race([question.answer, sleep(patienceMs, over.signal).then(() => null)]);
    over.abort();
    return first;
  }

  return async (host, port, patienceMs) => {
    const key = `${host} ${port}`;
    const question = questions.get(key) ?? begin(key, host, port);
    const answer = await within(question, patienceMs);
    if (answer === null) {
      void question.answer.then(({ kind }) => kind !== 'silent' && onLateAnswer());
      return { ...silent('timeout', 'no answer yet'), arrivedMsAgo: 0 };
    }
    if (questions.get(key) === question) questions.delete(key);
    return { ...answer, arrivedMsAgo: nowMs() - (question.arrivedAtMs ?? nowMs()) };
  };
}
