import type { WitnessReading } from '../absence/index.ts';
import type { FencingEvidence, FencingMember } from './fencing-memory.ts';

export const MINUTE_MS = 60_000;
/** Ten minutes after the start of the tests' clock. */
export const NOW_MS = 10 * MINUTE_MS;
export const WALL_MS = 1_800_000_000_000;

/** Where node `n` is. */
export function addressOf(n: number): string {
  return `10.0.0.${n}`;
}

/** Nine witnesses, of which so many answered now and list these nodes. */
export function listing(count: number, nodes: readonly number[], atMs = NOW_MS): WitnessReading {
  const answers = Array.from({ length: count }, (_, i) => ({
    witness: `w${i}`,
    addresses: nodes.map(addressOf),
    atMs,
  }));
  return { total: 9, answers };
}

/** Node `n`, heard just now and able to lead. */
export function aFencingMember(n: number, difference: Partial<FencingMember> = {}): FencingMember {
  return { nodeId: `node-${n}`, address: addressOf(n), heardAtMs: NOW_MS, healthy: true, ...difference };
}

/** Node 1, the primary of three, which no witness lists while it hears both others. */
export function aFencingEvidence(difference: Partial<FencingEvidence> = {}): FencingEvidence {
  return {
    nowMs: NOW_MS,
    wallMs: WALL_MS,
    witnesses: listing(9, [2, 3]),
    ownAddress: addressOf(1),
    members: [aFencingMember(2), aFencingMember(3)],
    isPrimary: true,
    stale: false,
    fenceAfterMs: 5 * MINUTE_MS,
    maxAnswerGapMs: 4 * MINUTE_MS,
    ...difference,
  };
}
