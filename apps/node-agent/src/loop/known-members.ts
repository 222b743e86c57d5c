import { compareEpochs, compareIds, parseMemberName } from '@flux-pg/etcd-membership';
import type { MemberRecord } from '../identity/member-record.ts';
import type { CopyHolder, Mirror } from '../identity/mirror.ts';
import type { StatusDocument } from '../status/document.ts';
import { oncePerParts, oncePerView } from './once-per-view.ts';
import type { View } from './view.ts';

const ofPeers = (view: View) => [view.peers, view.state] as const;

/** The authenticated statuses of other nodes of this cluster, read in this tick. */
export const clusterPeers = oncePerParts(ofPeers, (view): readonly StatusDocument[] => {
  const own = view.state.cluster?.id;
  const documents = view.peers.flatMap(({ heard }) =>
    heard.kind === 'authenticated' ? [heard.document] : [],
  );
  const seen = new Set<string>([view.state.nodeId]);
  return documents.filter(({ nodeId, cluster }) => {
    if (cluster?.id !== own || seen.has(nodeId)) return false;
    seen.add(nodeId);
    return true;
  });
});

/** The members' records as etcd has them, else as the newest mirror kept them; the own one is among them. */
export function storedRecords(view: View): readonly MemberRecord[] {
  return view.etcd.ok ? view.etcd.value.records : (newestMirror(view)?.members ?? []);
}

/**
 * Every member that is known, the own node excepted: from etcd, else from the mirror, each at the address that its own
 * authenticated status gave last. Sorted by node id, so that equal views give equal texts.
 */
export const knownMembers = oncePerView((view: View): readonly MemberRecord[] => {
  const known = new Map<string, MemberRecord>();
  for (const record of storedRecords(view)) known.set(record.nodeId, record);
  for (const { nodeId, address, ports } of clusterPeers(view)) {
    if (address !== null) known.set(nodeId, { ...known.get(nodeId), nodeId, address, ports });
  }
  known.delete(view.state.nodeId);
  return [...known.values()].sort((left, right) => compareIds(left.nodeId, right.nodeId));
});

/** This node's own record, or null while its address is not known. */
export function ownRecord(view: View): MemberRecord | null {
  if (view.ownAddress === null) return null;
  const { nodeId, startIds } = view.state;
  const startId = startIds.at(-1);
  return {
    nodeId,
    address: view.ownAddress.address,
    ports: view.config.hostPorts,
    ...(startId === undefined ? {} : { startId }),
  };
}

/** The newest mirror of its own cluster that this node has or was told. */
export function newestMirror({
  memory,
  mirror,
  state,
}: Pick<View, 'memory' | 'mirror' | 'state'>): Mirror | null {
  const newest = memory.toldMirror ?? mirror;
  return newest !== null && newest.clusterId === state.cluster?.id ? newest : null;
}

/** How the peers of a cluster name it: its newest epoch that any of them tells. */
export function toldIdentity(view: View, id: string) {
  const told = view.peers.flatMap(({ heard }) =>
    heard.kind === 'authenticated' && heard.document.cluster?.id === id ? [heard.document.cluster] : [],
  );
  const newest = [...told].sort(compareEpochs).at(-1);
  return newest === undefined
    ? null
    : {
        id,
        epoch: newest.epoch,
        seededBy: newest.seededBy,
        foundedAtMs: newest.foundedAtMs,
        sealedBy: told.find(({ sealedBy }) => sealedBy !== null)?.sealedBy ?? null,
      };
}

/** Who belongs, as far as this node knows while etcd does not tell. */
export interface Belonging {
  readonly members: readonly { readonly nodeId: string; readonly address: string | null }[];
  /** Node ids of etcd's voters. */
  readonly voters: readonly string[];
  readonly formerVoters: readonly string[];
  readonly copyHolders: readonly CopyHolder[];
}

/**
 * Who belongs by the newest mirror. Before there is one, whoever sealed the cluster is its only voter, and may hold all
 * that it ever held. Null where nobody is known.
 */
export const belonging = oncePerView((view: View): Belonging | null => {
  const mirror = newestMirror(view);
  const { cluster, nodeId } = view.state;
  if (mirror !== null) {
    // Whoever started the epoch's etcd is its only voter until a mirror of the epoch says more.
    const isOlder = cluster?.founder === true && mirror.epoch !== cluster.epoch;
    const voters = mirror.voters.flatMap((name) => parseMemberName(name)?.nodeId ?? []);
    const { members, formerVoters = [], copyHolders = [] } = mirror;
    return { members, voters: isOlder ? [nodeId] : voters, formerVoters, copyHolders };
  }
  if (cluster?.founder === true) {
    return { members: [], voters: [nodeId], formerVoters: [], copyHolders: [] };
  }
  // An epoch of another seeder has other voters.
  const isSealed = (cluster?.seededBy ?? null) === null || cluster?.seededBy === cluster?.sealedBy?.nodeId;
  const sealedBy = isSealed ? (cluster?.sealedBy ?? null) : null;
  return sealedBy === null
    ? null
    : { members: [sealedBy], voters: [sealedBy.nodeId], formerVoters: [], copyHolders: [sealedBy] };
});
