import { type FieldEvidence, LISTING_MAX_AGE_MS, recoveryGrace } from '@flux-pg/etcd-membership';
import type { Memory, View } from './view.ts';

/** What each source says now; an answer that is old, or that nobody gave, says nothing. */
function answersOf({ latestListing, nowMs }: View): FieldEvidence['answers'] {
  if (!latestListing.ok || nowMs - latestListing.seenAtMs > LISTING_MAX_AGE_MS) return [];
  const { instances, sources } = latestListing.value;
  if (instances.length === 0) return [];
  if (sources === undefined) return [{ source: 'listing', instances }];
  return sources.map(({ name, addresses }) => ({
    source: name,
    instances: instances.filter(({ address }) => addresses.includes(address)),
  }));
}

/** What a tick learns about who is listed, for the founding. */
export function fieldEvidence(view: View): FieldEvidence {
  const { config } = view;
  return {
    nowMs: view.nowMs,
    ownAddress: view.ownAddress?.address ?? null,
    expectedNodes: view.expectedNodes,
    clusterSizeConfigured: config.clusterSize !== null,
    answers: answersOf(view),
    standsForAll: config.fluxApiUrl !== null,
    graceMs: recoveryGrace(config),
  };
}

/** A node that this one has bound itself to before the cluster exists, and where it was last; null where that is not known. */
export interface BoundNode {
  readonly nodeId: string;
  readonly address: string | null;
}

/** The proposer that this node has joined, and whoever shall finish a founding in its place. */
export function boundNodes({ founding }: View['state'], seenAt: Memory['seenAt']): readonly BoundNode[] {
  if (founding.kind !== 'joined' && founding.kind !== 'resuming') return [];
  const proposer = { nodeId: founding.proposerNodeId, address: founding.proposerAddress };
  if (founding.kind === 'joined') return [proposer];
  const { seederNodeId: nodeId } = founding;
  return [proposer, { nodeId, address: seenAt[nodeId] ?? null }];
}

/** Where each node answered last, while no cluster keeps records of that. */
export function seenAt(view: View): Memory['seenAt'] {
  if (view.state.cluster !== null) return {};
  const seen = view.peers.flatMap(({ address, heard }) =>
    heard.kind === 'authenticated' ? [[heard.document.nodeId, address] as const] : [],
  );
  return { ...view.memory.seenAt, ...Object.fromEntries(seen) };
}

function answersAs(view: View, address: string, nodeId: string): 'this' | 'other' | 'unproven' | 'silent' {
  const heard = view.peers.find((peer) => peer.address === address)?.heard;
  if (heard === undefined || heard.kind === 'silent') return 'silent';
  if (heard.kind === 'present') return 'unproven';
  return heard.document.nodeId === nodeId ? 'this' : 'other';
}

/** Neither listed nor heard. Where nobody knows its address, every listed one has to prove to be somebody else's. */
function isAbsent(view: View, { nodeId, address }: BoundNode): boolean {
  const isHeard = view.peers.some(
    ({ heard }) => heard.kind === 'authenticated' && heard.document.nodeId === nodeId,
  );
  const listed = Object.values(view.memory.field?.instances ?? {}).filter((instance) => instance.listed);
  if (isHeard) return false;
  if (address === null) return listed.every((one) => answersAs(view, one.address, nodeId) === 'other');
  // Where another node proves to be, this one is not, whatever the listing says.
  const here = answersAs(view, address, nodeId);
  return here !== 'unproven' && (here === 'other' || listed.every((one) => one.address !== address));
}

/**
 * Since when each node that this one is bound to has been neither listed nor heard. Time in which no answer came that
 * contains this node is not counted.
 */
export function boundAbsentSince(view: View, before: Memory): Memory['boundAbsentSinceMs'] {
  const { field } = view.memory;
  if (field === null) return {};
  const sinceLastTickMs = view.nowMs - (before.field?.nowMs ?? view.nowMs);
  const uncountedMs = field.informed && field.containsSelf ? 0 : sinceLastTickMs;
  return Object.fromEntries(
    boundNodes(view.state, view.memory.seenAt)
      .filter((bound) => isAbsent(view, bound))
      .map(({ nodeId }) => {
        const since = before.boundAbsentSinceMs[nodeId] ?? view.nowMs;
        return [nodeId, Math.min(view.nowMs, since + uncountedMs)];
      }),
  );
}
