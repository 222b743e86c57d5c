import type { OrderAnswer } from './exchange.ts';
import type { OperatorOrder } from './orders.ts';

/** What is answered to a person: an order to be given, with what to print once it is persisted, or only an answer. */
export type Verdict =
  | { readonly kind: 'order'; readonly order: OperatorOrder; readonly lines: readonly string[] }
  | { readonly kind: 'answer'; readonly answer: OrderAnswer };

/** Nothing is ordered. */
export function explained(lines: readonly string[]): Verdict {
  return { kind: 'answer', answer: { outcome: 'explained', lines: [...lines] } };
}

/** What was asked for would be wrong, or a mistake. */
export function refused(lines: readonly string[]): Verdict {
  return {
    kind: 'answer',
    answer: { outcome: 'refused', lines: ['Refused, nothing was changed.', ...lines] },
  };
}

/** The order is given, or with `dryRun` only told. */
export function ordered(order: OperatorOrder, lines: readonly string[], dryRun: boolean): Verdict {
  return dryRun
    ? explained(['Dry run: nothing is changed. Without --dry-run:', '', ...lines])
    : { kind: 'order', order, lines };
}

/** Lines of a list. */
export function listed(lines: readonly string[]): readonly string[] {
  return lines.map((line) => `  - ${line}`);
}

/** A duration for people. */
export function duration(ms: number): string {
  const seconds = Math.max(0, Math.round(ms / 1000));
  if (seconds < 120) return `${seconds} s`;
  const minutes = Math.floor(seconds / 60);
  return minutes < 120 ? `${minutes} min ${seconds % 60} s` : `${(minutes / 60).toFixed(1)} h`;
}
