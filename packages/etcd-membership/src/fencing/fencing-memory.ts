import { listedByQuorumAtMs, type WitnessReading } from '../absence/index.ts';

/** A member of the newest etcd content or mirror, or a former voter; the own node and those gone are left out. */
export interface FencingMember {
  readonly nodeId: string;
  /** Where it was last reached. */
  readonly address: string | null;
  /** When this node itself last had an authenticated answer of it; null where it had none since it started. */
  readonly heardAtMs: number | null;
  /** Whether it could take over as primary now. */
  readonly healthy: boolean;
}

/** What one tick knows about this node's own standing. */
export interface FencingEvidence {
  /** Monotonic. */
  readonly nowMs: number;
  readonly wallMs: number;
  readonly witnesses: WitnessReading;
  readonly ownAddress: string | null;
  /** Null where neither etcd nor a mirror tells who belongs: contact with all of them can then not be claimed. */
  readonly members: readonly FencingMember[] | null;
  readonly isPrimary: boolean;
  /** The persisted flag says that this node is stale, which includes fenced. */
  readonly stale: boolean;
  readonly fenceAfterMs: number;
  readonly maxAnswerGapMs: number;
}

/** What earlier ticks know. `assuredAtMs` has to be persisted (as a wall time): a restart must not set it back. */
export interface FencingMemory {
  /** By when a quorum of witnesses had listed this node, or all members had been heard: nobody recovers without it yet. */
  readonly assuredAtMs: number;
  /** By when a quorum of witnesses had last listed this node. */
  readonly listedAtMs: number;
  /** It was not assured for `FENCE_AFTER`. Stays so whatever comes after, until the node is stale. */
  readonly overdue: boolean;
  /** How many witnesses are known to be agreed on: a reading without any does not undo that. */
  readonly witnessTotal: number;
  /** Leadership was handed over in this spell of being delisted. */
  readonly handedOver: boolean;
}

/**
 * The memory of an agent that starts.
 *
 * @param persisted the wall time of the last assurance; null where there never was one, as in a node that just joined
 * @param at `witnessTotal` is how many witnesses the mirror names, 1 where a private API stands for all: before the first
 * of them is asked, it must not look as if there were none
 */
export function startFencing(
  persisted: { readonly assuredWallMs: number } | null,
  at: {
    readonly nowMs: number;
    readonly wallMs: number;
    readonly fenceAfterMs: number;
    readonly witnessTotal: number;
  },
): FencingMemory {
  const agoMs = persisted === null ? 0 : at.wallMs - persisted.assuredWallMs;
  // A clock that went back does not tell how long ago that was.
  const assuredAtMs = at.nowMs - (agoMs < 0 ? at.fenceAfterMs : agoMs);
  return {
    assuredAtMs,
    listedAtMs: assuredAtMs,
    overdue: false,
    witnessTotal: at.witnessTotal,
    handedOver: false,
  };
}

/** The wall time of the last assurance, to be persisted with the stamp of each tick. */
export function assuredWallMs(
  { assuredAtMs }: FencingMemory,
  at: { readonly nowMs: number; readonly wallMs: number },
): number {
  // Whole milliseconds, rather too early than too late.
  return Math.floor(at.wallMs - (at.nowMs - assuredAtMs));
}

/**
 * By when all members had been heard, each by its newest answer. It counts answers of different moments together: a
 * side that would recover without this node has members only that are in here, so it heard this node that late, too.
 */
function inContactAtMs({ members, nowMs }: FencingEvidence): number {
  if (members === null) return Number.NEGATIVE_INFINITY;
  return Math.min(nowMs, ...members.map(({ heardAtMs }) => heardAtMs ?? Number.NEGATIVE_INFINITY));
}

/**
 * Adds one tick's evidence. What counts is when the witnesses and members answered, not when that was looked at. An
 * assurance that comes `FENCE_AFTER` after the one before comes too late: others may have recovered in between. Pure.
 */
export function rememberFencing(previous: FencingMemory, evidence: FencingEvidence): FencingMemory {
  const { nowMs, witnesses, ownAddress, fenceAfterMs, stale } = evidence;
  const witnessTotal = witnesses.total === 0 ? previous.witnessTotal : witnesses.total;
  // Without witnesses nobody is ever gone, so nobody recovers behind this node's back.
  const listedAtMs =
    witnessTotal === 0
      ? nowMs
      : Math.max(previous.listedAtMs, listedByQuorumAtMs(witnesses, ownAddress) ?? Number.NEGATIVE_INFINITY);
  const assuredAtMs = Math.max(previous.assuredAtMs, listedAtMs, inContactAtMs(evidence));
  const late = Math.max(assuredAtMs - previous.assuredAtMs, nowMs - assuredAtMs) >= fenceAfterMs;
  return {
    assuredAtMs,
    listedAtMs,
    overdue: !stale && (previous.overdue || late),
    witnessTotal,
    handedOver: previous.handedOver && nowMs - listedAtMs >= fenceAfterMs,
  };
}

/** After leadership was asked to be handed over: it is not asked again while the same spell lasts. */
export function noteHandOver(memory: FencingMemory): FencingMemory {
  return { ...memory, handedOver: true };
}
