import type { Violation } from '../safety/violation.ts';
import type { FaultKind } from './fault.ts';

/** What a run may do to the cluster. */
export interface Profile {
  readonly name: string;
  /** Sizes at the start, each with how likely it is relative to the others. */
  readonly sizes: Readonly<Record<number, number>>;
  /** How likely each kind is, relative to the others; kinds that are left out do not happen. */
  readonly weights: Readonly<Partial<Record<FaultKind['kind'], number>>>;
  readonly faults: { readonly least: number; readonly most: number };
  /** Whether so many nodes may be hurt at the same time that less than a majority is left. */
  readonly sparesMajority: boolean;
  /** Formation takes some 40 s; what strikes before tests the founding. */
  readonly firstFaultMs: number;
  /** From the first fault to the last. */
  readonly faultWindowMs: number;
  /** How long the cluster may take to be healthy once nothing disturbs it any more. */
  readonly healWithinMs: number;
  /** Rules that the protocol is known not to keep yet under these faults. */
  readonly ignored: readonly Violation['rule'][];
  readonly environment?: Readonly<Record<string, string>>;
}

/** Most clusters have three nodes, and a run's cost grows with the square; more than five have nodes without etcd. */
const sizes: Profile['sizes'] = { 3: 60, 4: 14, 5: 16, 6: 4, 7: 3, 8: 1, 9: 2 };

const equally = (least: number, most: number): Profile['sizes'] =>
  Object.fromEntries(Array.from({ length: most - least + 1 }, (_, index) => [least + index, 1]));

/** Formation and nothing else. */
const calm: Profile = {
  name: 'calm',
  sizes: equally(1, 5),
  weights: {},
  faults: { least: 0, most: 0 },
  sparesMajority: true,
  firstFaultMs: 0,
  faultWindowMs: 0,
  healWithinMs: 240_000,
  ignored: [],
};

/** What a cluster survives without recovery, fencing and the guards of a cold start. */
const minority: Profile = {
  name: 'minority',
  sizes,
  weights: {
    'agent-crash': 6,
    'program-kill': 5,
    'container-kill': 4,
    'machine-loss': 2,
    partition: 3,
    pause: 2,
    'clock-skew': 1,
    'lost-answers': 2,
    'flux-mood': 4,
    'address-change': 1,
    phantom: 1,
  },
  faults: { least: 1, most: 8 },
  sparesMajority: true,
  firstFaultMs: 60_000,
  faultWindowMs: 180_000,
  healWithinMs: 700_000,
  ignored: [],
};

/** The same while the cluster is being founded. */
const founding: Profile = {
  ...minority,
  name: 'founding',
  firstFaultMs: 500,
  faultWindowMs: 60_000,
};

/** Everything at once. */
const full: Profile = {
  ...minority,
  name: 'full',
  weights: {
    ...minority.weights,
    'majority-loss': 1,
    'redeploy-all': 2,
    'address-change-of-all': 1,
    'address-swap': 1,
    'old-volume': 1,
    delisting: 2,
    scale: 1,
  },
  sparesMajority: false,
  firstFaultMs: 1000,
  healWithinMs: 900_000,
};

/** The same in the quorum mode: nothing acknowledged may ever be lost. */
const quorum: Profile = { ...minority, name: 'quorum', environment: { SYNCHRONOUS_MODE: 'quorum' } };

/** What has no majority to lose: one node and two. */
const small: Profile = { ...full, name: 'small', sizes: { 1: 1, 2: 2 } };

/** More nodes than voters. */
const large: Profile = { ...minority, name: 'large', sizes: equally(6, 9) };

/** Losing the majority, for ever or for a while, with and without Flux knowing of it. */
const recovery: Profile = {
  ...minority,
  name: 'recovery',
  sizes: { 2: 10, ...sizes },
  weights: {
    'majority-loss': 3,
    'machine-loss': 2,
    'cut-and-delisted': 6,
    'blind-side': 3,
    'frozen-side': 4,
    'etcd-data-loss': 3,
    'lingering-loss': 2,
    'address-taken': 1,
    'agent-crash': 3,
    'program-kill': 1,
    partition: 2,
    'flux-mood': 2,
    'address-change': 1,
    delisting: 2,
    'older-volume': 1,
    order: 2,
  },
  faults: { least: 1, most: 5 },
  sparesMajority: false,
  faultWindowMs: 240_000,
  healWithinMs: 900_000,
  // Otherwise no node would be silent for long enough to fence within the time that a run has.
  environment: { FENCE_AFTER: '60' },
};

/** Everybody stops at once, volumes are put back, machines stay away: who leads decides what is lost. */
const restarts: Profile = {
  ...recovery,
  name: 'restarts',
  weights: {
    'redeploy-all': 6,
    'older-volume': 5,
    'container-kill': 3,
    'address-change-of-all': 1,
    'machine-loss': 2,
    'agent-crash': 3,
    partition: 3,
    pause: 2,
    'etcd-data-loss': 1,
    'clock-skew': 1,
  },
  faults: { least: 1, most: 6 },
};

/** Volumes without room for a while, in the middle of all that has to be written down. */
const volumes: Profile = {
  ...recovery,
  name: 'volumes',
  weights: { ...recovery.weights, 'full-volume': 12, 'redeploy-all': 2, 'container-kill': 2 },
  faults: { least: 2, most: 7 },
};

/** All profiles by name. A scenario test makes its own with spread. */
export const profiles: Readonly<Record<string, Profile>> = {
  calm,
  founding,
  minority,
  quorum,
  full,
  small,
  large,
  recovery,
  restarts,
  volumes,
};
