import type { Decision } from '../action.ts';
import type { View } from '../view.ts';

/** A named rule: what it decides on a view, or null where it does not apply. */
export interface Rule {
  readonly name: string;
  readonly apply: (view: View) => Decision | null;
}
