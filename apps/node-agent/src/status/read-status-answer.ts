import type { StatusAnswer } from '../status-exchange/index.ts';
import { type StatusDocument, statusDocumentSchema } from './document.ts';

/** Reads what an authenticated peer told. A status that cannot be read proves no more than that somebody is there. */
export function readStatusAnswer(answer: StatusAnswer): StatusAnswer<StatusDocument> {
  if (answer.kind !== 'authenticated') return answer;
  const parsed = statusDocumentSchema.safeParse(answer.document);
  if (parsed.success) return { ...answer, document: parsed.data };
  const where = parsed.error.issues[0]?.path.join('.') ?? '';
  return { kind: 'present', reason: 'unreadable', detail: `unreadable status: ${where}` };
}
