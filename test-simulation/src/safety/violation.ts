/** A safety rule that a run has broken. The names are stable: a shrunk schedule has to break the same rule. */
export interface Violation {
  readonly rule:
    | 'two-full-handed-clusters'
    | 'two-primaries'
    | 'initdb-over-data'
    | 'recovery-beside-others'
    | 'acknowledged-row-lost'
    | 'removal-costs-quorum'
    | 'etcd-history-lost'
    | 'tick-failed'
    | 'not-healthy-after-healing';
  readonly detail: string;
  readonly atMs: number;
}

/** Takes the violations of one run. */
export type Report = (rule: Violation['rule'], detail: string) => void;
