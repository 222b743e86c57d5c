/** Why a rule decides nothing in any run, and which file proves it instead. */
export interface Excuse {
  readonly rules: readonly string[];
  readonly why: string;
  /** From the root of the repository. */
  readonly provenBy: string;
}

/** The rules that no run can come to. A rule that comes to decide all the same has to leave this list. */
export const excuses: readonly Excuse[] = [];
