/** What only a person can say: that somebody will not come back, that a new beginning is wanted, or that a copy is worth nothing. */
export type OperatorOrder =
  /** `flux-pg recover`: these nodes are gone for good. */
  | { readonly kind: 'declare-gone'; readonly nodeIds: readonly string[] }
  /** `flux-pg found`: nothing of value is behind these silent addresses, and a cluster that lost its data may begin anew. */
  | { readonly kind: 'permit-founding'; readonly addresses: readonly string[] }
  /** `flux-pg reclone`: this node's own copy is given up, while this leader leads on this timeline. */
  | { readonly kind: 'give-up-copy'; readonly leader: string; readonly timeline: number };

/** Orders on their way to the loop, which alone writes the node's state. */
export interface OperatorPort {
  /** The oldest order that is not done yet. */
  readonly pending: () => OperatorOrder | null;
  /** Called once the order is persisted. */
  readonly done: (order: OperatorOrder) => void;
}

/** A queue of orders; `give` resolves when the order is persisted. */
export function createOperatorQueue(wake: () => void): OperatorPort & {
  readonly give: (order: OperatorOrder) => Promise<void>;
} {
  const queue: { readonly order: OperatorOrder; readonly resolve: () => void }[] = [];
  return {
    pending: () => queue[0]?.order ?? null,
    done: (order) => {
      const at = queue.findIndex((entry) => entry.order === order);
      if (at !== -1) queue.splice(at, 1)[0]?.resolve();
    },
    give: (order) =>
      new Promise((resolve) => {
        queue.push({ order, resolve });
        wake();
      }),
  };
}
