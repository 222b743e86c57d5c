import type { Branch, Lsn } from '../kernel/contracts.ts';

/** A place in the history of a cluster. */
export interface Position {
  readonly branch: Branch;
  readonly endLsn: Lsn;
}

/** One branch as far as a position's history follows it. */
function* lineage({ branch, endLsn }: Position): Generator<Position> {
  let current: Branch | null = branch;
  let limit = endLsn;
  while (current !== null) {
    yield { branch: current, endLsn: limit };
    limit = Math.min(limit, current.parent?.switchLsn ?? limit);
    current = current.parent?.branch ?? null;
  }
}

/** Where two histories part: the last position that both have; null if they have nothing in common. */
export function forkOf(left: Position, right: Position): Position | null {
  const limits = new Map<number, Lsn>();
  for (const { branch, endLsn } of lineage(right)) limits.set(branch.id, endLsn);
  for (const { branch, endLsn } of lineage(left)) {
    const limit = limits.get(branch.id);
    if (limit !== undefined) return { branch, endLsn: Math.min(limit, endLsn) };
  }
  return null;
}

/** Whether `position` lies on the history that ends at `of`: whoever is there can stream from whoever is at `of`. */
export function contains(of: Position, position: Position): boolean {
  for (const { branch, endLsn } of lineage(of)) {
    if (branch.id === position.branch.id) return position.endLsn <= endLsn;
  }
  return false;
}

/** The lines of `/history`, oldest first: timeline, where it was left, why. */
export function historyLines(branch: Branch): readonly (readonly [number, Lsn, string])[] {
  const lines: [number, Lsn, string][] = [];
  for (let { parent } = branch; parent !== null; { parent } = parent.branch) {
    lines.unshift([parent.branch.timeline, parent.switchLsn, 'no recovery target specified']);
  }
  return lines;
}

/** As PostgreSQL prints it: two halves in hexadecimal. */
export function lsnText(lsn: Lsn): string {
  return `${Math.floor(lsn / 2 ** 32).toString(16)}/${(lsn % 2 ** 32).toString(16)}`.toUpperCase();
}
