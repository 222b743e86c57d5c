/** Why a rule decides nothing in any run, and which file proves it instead. */
export interface Excuse {
  readonly rules: readonly string[];
  readonly why: string;
  /** From the root of the repository. */
  readonly provenBy: string;
}

/** The rules that no run can come to. A rule that comes to decide all the same has to leave this list. */
export const excuses: readonly Excuse[] = [
  {
    rules: ['recovery:dropMootIntent'],
    why: 'whatever raises the epoch ends the intents up to it in the same write, so that no volume ever holds both',
    provenBy: 'packages/etcd-membership/src/recovery/decide-recovery.test.ts',
  },
  {
    rules: ['etcd-start:refuseForeignData'],
    why: 'the loop quarantines etcd data of another cluster or epoch before it asks whether etcd may be started',
    provenBy: 'packages/etcd-membership/src/etcd-start/decide-etcd-start.test.ts',
  },
  {
    rules: ['etcd-start:refuseRestored'],
    why: 'the loop quarantines the etcd data of a restored volume before it asks, and says that there is none',
    provenBy: 'packages/etcd-membership/src/etcd-start/decide-etcd-start.test.ts',
  },
  {
    rules: ['loop:end-orphaned-postgres'],
    why: 'the model of PostgreSQL ends with its Patroni, and so outlives none',
    provenBy: 'apps/node-agent/src/loop/rules/patroni.test.ts',
  },
];
