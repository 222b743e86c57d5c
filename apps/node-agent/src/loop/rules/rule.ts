import type { Decision } from '../action.ts';
import type { View } from '../view.ts';

/** A named rule: what it decides on a view, or null where it does not apply. */
export interface Rule {
  readonly name: string;
  /**
   * What the rule decides forbids what the rules after it might do. Where its action fails, they have to wait with it: all
   * but those that stop something, or tell the node where others are.
   */
  readonly blocks?: boolean;
  readonly apply: (view: View) => Decision | null;
}
