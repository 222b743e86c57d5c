import type { ModelMember } from './model-member.ts';

/** Since when members have been connected to each other. */
export interface Connections {
  /** Whether two members are connected now; each is connected to itself while it runs. */
  connected(left: ModelMember, right: ModelMember): boolean;
  /** Whether they have been connected without a break for at least `forMs`. */
  connectedFor(left: ModelMember, right: ModelMember, forMs: number): boolean;
  /** Cuts or heals the link of two members. */
  setLink(leftId: string, rightId: string, up: boolean): void;
  /** To be called after each change of a member's state. */
  update(members: Iterable<ModelMember>): void;
}

function pairOf(leftId: string, rightId: string): string {
  return leftId < rightId ? `${leftId} ${rightId}` : `${rightId} ${leftId}`;
}

/** Keeps the connections of one cluster; they come and go at once with a member's process and the link. */
export function createConnections(nowMs: () => number): Connections {
  const sinceMs = new Map<string, number>();
  const cut = new Set<string>();

  function up(left: ModelMember, right: ModelMember): boolean {
    return left.state === 'running' && right.state === 'running' && !cut.has(pairOf(left.id, right.id));
  }

  return {
    connected: up,
    connectedFor: (left, right, forMs) => {
      if (left.id === right.id) return left.state === 'running';
      const since = sinceMs.get(pairOf(left.id, right.id));
      return up(left, right) && since !== undefined && nowMs() - since >= forMs;
    },
    setLink: (leftId, rightId, linked) => {
      if (linked) cut.delete(pairOf(leftId, rightId));
      else cut.add(pairOf(leftId, rightId));
    },
    update: (members) => {
      const all = [...members];
      for (const left of all) {
        for (const right of all) {
          if (left.id >= right.id) continue;
          const pair = pairOf(left.id, right.id);
          if (!up(left, right)) sinceMs.delete(pair);
          else if (!sinceMs.has(pair)) sinceMs.set(pair, nowMs());
        }
      }
    },
  };
}
