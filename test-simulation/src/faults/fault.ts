import type { Mood } from '../flux/flux-world.ts';
import type { CrashPoint } from '../node/life.ts';

/** A node of a schedule: the place among the instances that exist when the fault strikes, counted around. */
export type NodeIndex = number;

/** What goes wrong. Each kind is applied in `apply.ts` and drawn in `schedule.ts`. */
export type FaultKind =
  | { readonly kind: 'agent-crash'; readonly node: NodeIndex; readonly point: CrashPoint }
  | {
      readonly kind: 'program-kill';
      readonly node: NodeIndex;
      readonly program: 'router' | 'etcd' | 'patroni';
    }
  | {
      readonly kind: 'container-kill';
      readonly node: NodeIndex;
      readonly forMs: number;
      readonly volume: 'kept' | 'emptied';
    }
  | {
      readonly kind: 'machine-loss';
      readonly node: NodeIndex;
      readonly delistAfterMs: number;
      readonly replaceAfterMs: number;
    }
  | { readonly kind: 'majority-loss'; readonly delistAfterMs: number; readonly replaceAfterMs: number }
  | {
      readonly kind: 'redeploy-all';
      readonly order: readonly NodeIndex[];
      readonly gapMs: number;
      readonly downMs: number;
    }
  | {
      readonly kind: 'partition';
      readonly side: readonly NodeIndex[];
      readonly direction: 'both' | 'in' | 'out';
      readonly forMs: number;
    }
  | { readonly kind: 'pause'; readonly node: NodeIndex; readonly forMs: number }
  | { readonly kind: 'clock-skew'; readonly node: NodeIndex; readonly ms: number }
  | {
      readonly kind: 'lost-answers';
      readonly node: NodeIndex;
      readonly probability: number;
      readonly forMs: number;
    }
  | {
      readonly kind: 'flux-mood';
      readonly source: number | 'all';
      readonly caller: NodeIndex | 'all';
      readonly mood: Mood['kind'];
      readonly forMs: number;
    }
  | { readonly kind: 'address-change'; readonly node: NodeIndex }
  | { readonly kind: 'address-change-of-all' }
  | { readonly kind: 'address-swap'; readonly left: NodeIndex; readonly right: NodeIndex }
  | { readonly kind: 'phantom'; readonly stranger: boolean; readonly forMs: number }
  | { readonly kind: 'old-volume'; readonly node: NodeIndex; readonly backupMs: number }
  /** The same with a restart between the backup and its return. */
  | {
      readonly kind: 'older-volume';
      readonly node: NodeIndex;
      readonly restartMs: number;
      readonly backMs: number;
    }
  | { readonly kind: 'delisting'; readonly node: NodeIndex; readonly forMs: number }
  | { readonly kind: 'scale'; readonly by: number }
  /** A side that reaches nobody else and is not listed either, each for its time: the two sides of Q16, Q17 and Q22. */
  | {
      readonly kind: 'cut-and-delisted';
      readonly side: readonly NodeIndex[];
      readonly cutMs: number;
      readonly delistedMs: number;
    }
  /** A side that reaches nobody else, while Flux tells it something that is not so. */
  | {
      readonly kind: 'blind-side';
      readonly side: readonly NodeIndex[];
      readonly mood: Mood['kind'];
      readonly forMs: number;
    }
  /** A side that stands still and is delisted, and when it goes on reaches only itself for a while. */
  | {
      readonly kind: 'frozen-side';
      readonly side: readonly NodeIndex[];
      readonly how: 'paused' | 'stopped';
      readonly forMs: number;
      readonly aloneMs: number;
    }
  /** Containers start again, and their etcd directories are empty. */
  | { readonly kind: 'etcd-data-loss'; readonly nodes: readonly NodeIndex[]; readonly downMs: number }
  /** A machine is lost and listed for long, and its successor is there at once. */
  | { readonly kind: 'lingering-loss'; readonly node: NodeIndex; readonly delistAfterMs: number }
  /** A machine is lost, and its address goes to somebody else's program. */
  | { readonly kind: 'address-taken'; readonly node: NodeIndex; readonly delistAfterMs: number }
  /** There is no room for anything that the agent writes. */
  | { readonly kind: 'full-volume'; readonly node: NodeIndex; readonly forMs: number }
  /** A person says what is so: that machines are gone, or that nothing is behind listed addresses. */
  | { readonly kind: 'order'; readonly node: NodeIndex; readonly order: 'recover' | 'found' };

/** One fault of a schedule. Schedules are values: a shorter one is the same one with faults left out. */
export type Fault = FaultKind & { readonly atMs: number };

/** When the last effect of a fault is over, such as the replacement of a lost machine. */
export function endOfFault(fault: Fault): number {
  switch (fault.kind) {
    case 'machine-loss':
    case 'majority-loss':
      return fault.atMs + fault.delistAfterMs + fault.replaceAfterMs;
    case 'redeploy-all':
      return fault.atMs + fault.downMs + fault.order.length * fault.gapMs;
    case 'cut-and-delisted':
      return fault.atMs + Math.max(fault.cutMs, fault.delistedMs);
    case 'older-volume':
      return fault.atMs + fault.restartMs + fault.backMs;
    case 'frozen-side':
      return fault.atMs + fault.forMs + fault.aloneMs;
    case 'etcd-data-loss':
      return fault.atMs + fault.downMs;
    case 'lingering-loss':
    case 'address-taken':
      return fault.atMs + fault.delistAfterMs;
    case 'old-volume':
      return fault.atMs + fault.backupMs;
    default:
      return fault.atMs + ('forMs' in fault ? fault.forMs : 0);
  }
}

/** One line for people; as JSON it is what a replay takes. */
export function formatFault(fault: Fault): string {
  const { kind, atMs, ...rest } = fault;
  return `${(atMs / 1000).toFixed(1)} s ${kind} ${JSON.stringify(rest)}`;
}
