import type { Fault } from '../faults/fault.ts';
import type { Verdict } from './run-seed.ts';

/** What a worker is asked to do. */
export interface RunRequest {
  readonly seed: number;
  readonly profile: string;
  readonly schedule: readonly Fault[] | null;
  readonly fullTrace: boolean;
  /** A written situation instead of a profile's faults. */
  readonly situation?: string;
}

/** What it answers; `error` where the simulator itself failed. */
export type RunAnswer = { readonly verdict: Verdict } | { readonly seed: number; readonly error: string };
