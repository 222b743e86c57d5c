/** What a reason code says, for people. */
export interface Reason {
  /** What is so: one sentence, in small letters and without a full stop. */
  readonly means: string;
  /** What a person can do, or look at; absent where it passes by itself. */
  readonly todo?: string;
}

/** The codes of one area with their meanings. */
export type ReasonTable = Readonly<Record<string, Reason>>;

/** A part of what a node decides, as a section of docs/reasons.md. */
export interface ReasonArea {
  readonly title: string;
  readonly about: string;
  readonly reasons: ReasonTable;
}
