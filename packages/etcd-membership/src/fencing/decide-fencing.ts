import { isListedByQuorum } from '../absence/index.ts';
import { compareIds } from '../member-names/index.ts';
import {
  assuredWallMs,
  type FencingEvidence,
  type FencingMember,
  type FencingMemory,
} from './fencing-memory.ts';
import type { StaleFlag } from './staleness.ts';

/** What a node does about its own standing. */
export type FencingAction =
  | { readonly kind: 'none' }
  /** Persist the flag, then stop Patroni; etcd and the data stay. */
  | { readonly kind: 'fence'; readonly flag: StaleFlag }
  /** Switch over to one of these, sorted by node id; after having asked for it, `noteHandOver`. */
  | { readonly kind: 'hand-over-leadership'; readonly candidates: readonly string[] };

/** Why. The codes are stable. */
export type FencingReason =
  | 'stale-already'
  | 'no-witnesses'
  | 'delisted-and-cut-off'
  | 'listed-by-witnesses'
  | 'delisted-hands-over'
  | 'delisted-in-contact'
  | 'fencing-pending';

/** A decision with its reason; the detail is for people. */
export interface FencingDecision {
  readonly action: FencingAction;
  readonly reason: FencingReason;
  readonly detail: string;
}

/** A member counts as silent once it was not heard for a few ticks. */
export const CONTACT_MS = 15_000;

type FencingRule = (memory: FencingMemory, evidence: FencingEvidence) => FencingDecision | null;

function decide(action: FencingAction, reason: FencingReason, detail = ''): FencingDecision {
  return { action, reason, detail };
}

const NONE = { kind: 'none' } as const;

function silentMembers({ members, nowMs }: FencingEvidence): readonly string[] | null {
  return (
    members
      ?.filter(({ heardAtMs }) => heardAtMs === null || nowMs - heardAtMs > CONTACT_MS)
      .map(({ nodeId }) => nodeId)
      .sort(compareIds) ?? null
  );
}

/** Whoever leads next must be listed itself, and be in contact. */
function successors(evidence: FencingEvidence): readonly FencingMember[] {
  const { members, witnesses, nowMs } = evidence;
  return (members ?? [])
    .filter(({ address, healthy, heardAtMs }) => {
      if (!healthy || heardAtMs === null || nowMs - heardAtMs > CONTACT_MS) return false;
      return isListedByQuorum(witnesses, address, evidence) === true;
    })
    .sort((left, right) => compareIds(left.nodeId, right.nodeId));
}

/** How a stale node gets out of it is decided elsewhere, see `decideStaleness`. */
const leaveStale: FencingRule = (_, { stale }) => (stale ? decide(NONE, 'stale-already') : null);

const fence: FencingRule = (memory, evidence) => {
  if (!memory.overdue) return null;
  const flag = { cause: 'fenced' as const, sinceWallMs: assuredWallMs(memory, evidence) };
  return decide({ kind: 'fence', flag }, 'delisted-and-cut-off', (silentMembers(evidence) ?? []).join(', '));
};

const serveWithoutWitnesses: FencingRule = ({ witnessTotal }) =>
  witnessTotal === 0 ? decide(NONE, 'no-witnesses') : null;

const serveListed: FencingRule = (_, evidence) =>
  isListedByQuorum(evidence.witnesses, evidence.ownAddress, evidence) === true
    ? decide(NONE, 'listed-by-witnesses')
    : null;

/**
 * Delisted, but nobody can have recovered without this node, since everybody hears it. Flux may end an instance that it
 * does not list, so the primary had better be elsewhere.
 */
const serveInContact: FencingRule = ({ listedAtMs, handedOver }, evidence) => {
  const { nowMs, fenceAfterMs, isPrimary } = evidence;
  if (silentMembers(evidence)?.length !== 0) return null;
  const candidates = successors(evidence).map(({ nodeId }) => nodeId);
  const delistedMs = nowMs - listedAtMs;
  return isPrimary && !handedOver && delistedMs >= fenceAfterMs && candidates.length > 0
    ? decide({ kind: 'hand-over-leadership', candidates }, 'delisted-hands-over', candidates.join(', '))
    : decide(NONE, 'delisted-in-contact');
};

function tellPending({ assuredAtMs }: FencingMemory, evidence: FencingEvidence): FencingDecision {
  const { nowMs, fenceAfterMs } = evidence;
  const seconds = Math.max(0, Math.ceil((assuredAtMs + fenceAfterMs - nowMs) / 1000));
  const silent = silentMembers(evidence)?.join(', ') ?? 'members unknown';
  return decide(NONE, 'fencing-pending', `in ${seconds} s, silent: ${silent}`);
}

/** In this order; the first that applies wins. */
export const fencingRules: readonly FencingRule[] = [
  leaveStale,
  fence,
  serveWithoutWitnesses,
  serveListed,
  serveInContact,
];

/**
 * Decides whether this node may go on serving. It fences when for `FENCE_AFTER` neither a quorum of witnesses listed it
 * nor all members answered it: others may then soon count it as gone, which takes them `ABSENCE_GRACE` longer.
 *
 * @param memory after `rememberFencing` of the same evidence
 */
export function decideFencing(memory: FencingMemory, evidence: FencingEvidence): FencingDecision {
  for (const rule of fencingRules) {
    const decision = rule(memory, evidence);
    if (decision !== null) return decision;
  }
  return tellPending(memory, evidence);
}
