import { compareIds } from '@flux-pg/etcd-membership';
import type { Copy, WalPosition } from './copy.ts';
import { compareLineages, contains, forkPoint, type Lineage, lineageOf } from './lineage.ts';

/** Why no copy may lead. The codes are stable: they are logged and shown by `flux-pg status`. */
export type LeadBlock = 'no-copy' | 'two-systems' | 'position-unknown' | 'only-unfinished-rewind';

/** A copy with WAL that the lead does not have: `from` is where it begins, null where that cannot be told. */
export interface Tail {
  readonly nodeId: string;
  readonly from: WalPosition | null;
}

/** Which node's copy leads, or why none may; `blockedBy` are the nodes whose copies it lies at. */
export interface Lead {
  readonly nodeId: string | null;
  readonly blocked: LeadBlock | null;
  readonly blockedBy: readonly string[];
  /** What would be lost with the other copies, to be kept aside before they follow. */
  readonly tails: readonly Tail[];
}

/** What else every node knows alike. */
export interface LeadOptions {
  /** The node that last held the leader key, as mirrored. */
  readonly lastPrimary: string | null;
  /** Copies whose position cannot be told have been waited for long enough. */
  readonly passOverUnknown: boolean;
  /** Whether one that runs leads its equals: so that whoever was started as the lead stays it. Not where all are to stop. */
  readonly runningFirst?: boolean;
}

interface Candidate {
  readonly copy: Copy;
  readonly lineage: Lineage;
}

function blocked(reason: LeadBlock, copies: readonly Copy[]): Lead {
  const blockedBy = copies.map(({ nodeId }) => nodeId).sort(compareIds);
  return { nodeId: null, blocked: reason, blockedBy, tails: [] };
}

function tailOf(copy: Copy, lead: Lineage | null): Tail[] {
  const lineage = lineageOf(copy);
  // What a cut rewind left is of both branches, so that its position proves nothing.
  if (lead === null || lineage === null || copy.unfinished !== null) {
    return [{ nodeId: copy.nodeId, from: null }];
  }
  return contains(lead, lineage) ? [] : [{ nodeId: copy.nodeId, from: forkPoint(lineage, lead) }];
}

function decided(chosen: Copy, copies: readonly Copy[]): Lead {
  const lineage = lineageOf(chosen);
  const tails = copies
    .filter(({ nodeId }) => nodeId !== chosen.nodeId)
    .flatMap((copy) => tailOf(copy, lineage))
    .sort((left, right) => compareIds(left.nodeId, right.nodeId));
  return { nodeId: chosen.nodeId, blocked: null, blockedBy: [], tails };
}

/** States of the control file that only a primary leaves; a copy that went on as a standby since has another one. */
const PRIMARYS_STATES: readonly string[] = ['in production', 'shutting down', 'shut down'];

/**
 * Of equal copies one that was served from leads. The copies tell it themselves: nodes may differ in whom they remember as the
 * last primary, and two that wait for each other would wait for ever.
 */
function rank({ copy: { running, controlState } }: Candidate, runningFirst: boolean): number {
  const served = running === null ? PRIMARYS_STATES.includes(controlState) : running.role === 'primary';
  return (runningFirst && running !== null ? 0 : 2) + (served ? 0 : 1);
}

function furthest(
  candidates: readonly Candidate[],
  { lastPrimary, runningFirst = false }: LeadOptions,
): Candidate | undefined {
  const lastLineage = candidates.find(({ copy }) => copy.nodeId === lastPrimary)?.lineage ?? null;
  return [...candidates].sort(
    (left, right) =>
      compareLineages(right.lineage, left.lineage, lastLineage) ||
      rank(left, runningFirst) - rank(right, runningFirst) ||
      compareIds(left.copy.nodeId, right.copy.nodeId),
  )[0];
}

/** Of copies whose positions nobody can tell, the last primary's is the one that no other was ever ahead of. */
function chooseBlindly(pool: readonly Copy[], lastPrimary: string | null): Copy | undefined {
  if (pool.length === 1) return pool[0];
  return pool.find(({ nodeId }) => nodeId === lastPrimary);
}

/**
 * Chooses the copy that leads: the furthest among all members that are not gone; of equal ones see `rank`, then that of
 * the lowest node id. Everyone who sees the same copies chooses the same. Pure.
 *
 * - A clone or initdb that was cut short is no copy. A cut rewind never leads by itself: its files are of two branches,
 *   and a server that starts on them may serve broken data without a word. It may hold what nobody else has, so where
 *   it would be needed (nothing is there beside it, or only volumes that were put back) a person has to decide.
 * - A restored copy leads only where there is no other, and one that cannot become consistent only where none can:
 *   PostgreSQL itself does not let that one serve before it is.
 * - A copy whose position is unknown may be the furthest, so it blocks, unless it is the only one or was waited for.
 */
export function chooseLead(all: readonly Copy[], gone: ReadonlySet<string>, options: LeadOptions): Lead {
  const { lastPrimary, passOverUnknown } = options;
  const copies = all.filter(
    ({ nodeId, unfinished }) => !gone.has(nodeId) && unfinished !== 'clone' && unfinished !== 'initdb',
  );
  if (copies.length === 0) return blocked('no-copy', []);
  const systems = new Set(copies.flatMap(({ systemId }) => systemId ?? []));
  if (systems.size > 1) return blocked('two-systems', copies);
  const whole = copies.filter(({ unfinished }) => unfinished === null);
  const rewinds = copies.filter(({ unfinished }) => unfinished === 'rewind');
  const own = whole.filter(({ restored }) => !restored);
  if (own.length === 0 && rewinds.length > 0) return blocked('only-unfinished-rewind', rewinds);
  const eligible = own.length > 0 ? own : whole;
  const sound = eligible.filter(({ consistent }) => consistent);
  const pool = sound.length > 0 ? sound : eligible;
  const unknown = pool.filter((copy) => lineageOf(copy) === null);
  if (unknown.length > 0 && pool.length > 1 && !passOverUnknown) return blocked('position-unknown', unknown);
  const known = pool.flatMap((copy) => {
    const lineage = lineageOf(copy);
    return lineage === null ? [] : [{ copy, lineage }];
  });
  const chosen = furthest(known, options)?.copy ?? chooseBlindly(pool, lastPrimary);
  return chosen === undefined ? blocked('position-unknown', unknown) : decided(chosen, copies);
}
