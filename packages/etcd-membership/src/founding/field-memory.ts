import { majority, trustedSize } from './field.ts';

/** One source's newest good answer. A failed, empty or outdated one is no information and is left out by the caller. */
export interface SourceListing {
  readonly source: string;
  readonly instances: readonly { readonly address: string; readonly runningSinceMs: number | null }[];
}

/** What one tick learns about who is listed. */
export interface FieldEvidence {
  /** Monotonic, milliseconds. */
  readonly nowMs: number;
  readonly ownAddress: string | null;
  readonly expectedNodes: number | null;
  readonly clusterSizeConfigured: boolean;
  readonly answers: readonly SourceListing[];
  /** A private Flux API, whose one answer stands for those of all sources. */
  readonly standsForAll: boolean;
  /** How long an address goes on blocking after it was last listed. */
  readonly graceMs: number;
}

/** An address other than the own one that is listed, or was lately. */
export interface FieldInstance {
  readonly address: string;
  readonly runningSinceMs: number | null;
  readonly firstListedAtMs: number;
  readonly lastListedAtMs: number;
  /** In an answer of the newest tick that had one. */
  readonly listed: boolean;
  /** For how long answers that contain this node have left it out; time without such answers is not counted. */
  readonly unlistedForMs: number;
}

/** Who is listed or was lately. It lives as long as the agent: a restart counts everything anew. */
export interface FieldMemory {
  readonly nowMs: number;
  readonly ownAddress: string | null;
  /** N as far as it is trusted, when this was noted. */
  readonly size: number | null;
  /** Whether the newest tick had an answer that contains this node. */
  readonly informed: boolean;
  /** In an answer of the newest tick that had one. */
  readonly containsSelf: boolean;
  /** By address. */
  readonly instances: Readonly<Record<string, FieldInstance>>;
  /** Since when enough sources answer, all with this node and none with a majority of N; null while that is not so. */
  readonly shortHandedSinceMs: number | null;
}

/** An agent that did not look for this long has not seen what happened meanwhile. */
export const LONGEST_TICK_GAP_MS = 60_000;

function merged(answers: readonly SourceListing[]): ReadonlyMap<string, number | null> {
  const oldest = new Map<string, number | null>();
  for (const { address, runningSinceMs } of answers.flatMap(({ instances }) => instances)) {
    const known = oldest.get(address);
    // Sources may differ: the earlier start is the one that may mean data.
    if (known === undefined || known === null) oldest.set(address, runningSinceMs);
    else if (runningSinceMs !== null) oldest.set(address, Math.min(known, runningSinceMs));
  }
  return oldest;
}

function contains({ instances }: SourceListing, ownAddress: string | null): boolean {
  return ownAddress !== null && instances.some(({ address }) => address === ownAddress);
}

function instancesAfter(
  previous: FieldMemory | null,
  evidence: FieldEvidence,
  informedForMs: number,
): Readonly<Record<string, FieldInstance>> {
  const { nowMs, ownAddress, graceMs } = evidence;
  const listed = merged(evidence.answers);
  const before = previous?.instances ?? {};
  const anyAnswer = listed.size > 0;
  const addresses = new Set([...Object.keys(before), ...listed.keys()]);
  const next: [string, FieldInstance][] = [];
  for (const address of addresses) {
    if (address === ownAddress) continue;
    const known = before[address];
    const runningSinceMs = listed.get(address);
    if (runningSinceMs !== undefined) {
      const since = runningSinceMs ?? known?.runningSinceMs ?? null;
      const firstListedAtMs = known?.firstListedAtMs ?? nowMs;
      const fresh = { firstListedAtMs, lastListedAtMs: nowMs, listed: true, unlistedForMs: 0 };
      next.push([address, { address, runningSinceMs: since, ...fresh }]);
    } else if (known !== undefined) {
      const unlistedForMs = known.listed ? 0 : known.unlistedForMs + informedForMs;
      if (unlistedForMs >= graceMs) continue;
      next.push([address, { ...known, listed: known.listed && !anyAnswer, unlistedForMs }]);
    }
  }
  return Object.fromEntries(next);
}

function isShortHanded({ answers, ownAddress, standsForAll }: FieldEvidence, size: number | null): boolean {
  const agreeing = answers.filter((answer) => contains(answer, ownAddress)).map(({ source }) => source);
  if (new Set(agreeing).size < (standsForAll ? 1 : 2)) return false;
  // Together, and those without this node, too: what any of them lists may exist.
  return size === null || merged(answers).size < majority(size);
}

/**
 * Adds one tick's answers. Any answer can add an address; only answers that contain this node, in ticks that follow
 * each other, can make one forgotten or let the short-handed clock run. Pure.
 */
export function rememberField(previous: FieldMemory | null, evidence: FieldEvidence): FieldMemory {
  const { nowMs, ownAddress, answers } = evidence;
  const size = trustedSize(evidence.expectedNodes, evidence.clusterSizeConfigured);
  const gapMs = previous === null ? 0 : nowMs - previous.nowMs;
  const unbroken = previous !== null && gapMs <= LONGEST_TICK_GAP_MS && previous.ownAddress === ownAddress;
  const usable = answers.filter(({ instances }) => instances.length > 0);
  const informed = usable.some((answer) => contains(answer, ownAddress));
  const informedForMs = unbroken && informed && previous.informed ? gapMs : 0;
  const shortHanded = isShortHanded(evidence, size);
  const since = unbroken && previous.size === size ? previous.shortHandedSinceMs : null;
  return {
    nowMs,
    ownAddress,
    size,
    informed,
    containsSelf: usable.length === 0 ? (previous?.containsSelf ?? false) : informed,
    instances: instancesAfter(previous, evidence, informedForMs),
    shortHandedSinceMs: shortHanded ? (since ?? nowMs) : null,
  };
}

/** For how long enough sources have agreed that there is no majority of N; 0 while they do not. */
export function shortHandedForMs(memory: FieldMemory | null): number {
  if (memory === null || memory.shortHandedSinceMs === null) return 0;
  return memory.nowMs - memory.shortHandedSinceMs;
}
