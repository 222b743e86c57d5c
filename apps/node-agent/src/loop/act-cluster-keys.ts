import type { EtcdEndpoint } from '@flux-pg/etcd-membership';
import { type ClusterKey, clusterKeys } from '../identity/member-record.ts';
import type { Mirror } from '../identity/mirror.ts';
import { parseJson } from '../parse-json.ts';
import { dynamicConfig } from '../patroni/dynamic-config.ts';
import { newestMirror, ownRecord } from './known-members.ts';
import type { Ports } from './ports.ts';
import type { View } from './view.ts';

type Entries = readonly (readonly [key: string, value: string])[];

/** What the copy on this node's volume is of, and on which timeline; null without a copy. */
function ownCopy({
  volume: { postgres },
}: View): { readonly systemId: string; readonly timeline: number } | null {
  if (postgres.kind !== 'copy') return null;
  return { systemId: postgres.systemId, timeline: postgres.walEnd?.timeline ?? postgres.timeline };
}

/** Timelines that the copy has left; what the old etcd knew beyond them belongs to copies that are gone. */
function historyOf(mirror: Mirror, timeline: number): string | null {
  const entries = parseJson(mirror.history ?? '');
  if (!Array.isArray(entries)) return null;
  const known = entries.filter((entry) => Array.isArray(entry) && Number(entry[0]) < timeline);
  return known.length === 0 ? null : JSON.stringify(known);
}

/** The keys of a cluster that begins: with nothing, or with the data on the founder's volume. */
function foundingEntries(view: View): Entries {
  const { state, config } = view;
  const keys = clusterKeys(config.appName);
  const copy = ownCopy(view);
  const adopts = state.cluster?.adopts ?? null;
  if (adopts !== null && copy?.systemId !== adopts) {
    throw new Error(`the data of system ${adopts}, which the cluster is founded on, cannot be read now`);
  }
  const sealedBy = state.cluster?.sealedBy ?? null;
  if (copy === null && sealedBy !== null && sealedBy.nodeId !== state.nodeId) {
    // Whoever sealed is lost before anybody saw what its etcd held: it may have served, and have held all the data.
    return [
      [keys.bootstrap, sealedBy.nodeId],
      [keys.copy(sealedBy.nodeId), sealedBy.address ?? ''],
    ];
  }
  if (copy === null) {
    return [
      [keys.bootstrap, state.nodeId],
      [keys.userData, 'false'],
    ];
  }
  return [
    [`${keys.patroniRoot}initialize`, copy.systemId],
    [`${keys.patroniRoot}config`, dynamicConfig(view)],
    [keys.copy(state.nodeId), view.ownAddress?.address ?? ''],
    [keys.userData, 'true'],
  ];
}

/**
 * The keys of a new epoch: what the newest mirror kept, with this node's copy for the truth about PostgreSQL. Who led, how
 * far, and what was asked for then is not carried over.
 */
function recoveredEntries(view: View, mirror: Mirror): Entries {
  const keys = clusterKeys(view.config.appName);
  const copy = ownCopy(view);
  // Without any copy the old system id stays, and with it Patroni's refusal to begin anew.
  const initialize = copy?.systemId ?? mirror.initialize;
  const history = copy === null ? null : historyOf(mirror, copy.timeline);
  const optional = (key: string, value: string | null | undefined): Entries =>
    value === null || value === undefined || value === '' ? [] : [[key, value]];
  return [
    ...optional(keys.bootstrap, mirror.bootstrap),
    ...optional(keys.provisioned, mirror.provisioned === true ? view.state.nodeId : null),
    ...optional(keys.userData, mirror.userData === null ? null : String(mirror.userData ?? true)),
    ...optional(keys.witnesses, JSON.stringify(mirror.witnesses ?? [])),
    ...mirror.members.map((record) => [keys.member(record.nodeId), JSON.stringify(record)] as const),
    ...(mirror.formerVoters ?? []).map((nodeId) => [keys.formerVoter(nodeId), nodeId] as const),
    ...(mirror.copyHolders ?? []).map((holder) => [keys.copy(holder.nodeId), holder.address ?? ''] as const),
    ...optional(`${keys.patroniRoot}initialize`, initialize),
    ...optional(`${keys.patroniRoot}config`, mirror.config ?? (copy === null ? null : dynamicConfig(view))),
    ...optional(`${keys.patroniRoot}history`, history),
  ];
}

/** What Patroni would have written at the end of a bootstrap; `initialize` last, since it says that the rest is there. */
export async function completeBootstrap(etcd: EtcdEndpoint, view: View, systemId: string): Promise<void> {
  const { patroniRoot } = clusterKeys(view.config.appName);
  await etcd.putIfUnchanged(`${patroniRoot}config`, dynamicConfig(view), 0);
  const key = `${patroniRoot}initialize`;
  const locked = await etcd.get(key);
  if ((locked?.value ?? '') !== '') return;
  await etcd.putIfUnchanged(key, systemId, locked?.modRevision ?? 0);
}

/**
 * Writes the keys of a new etcd, each only where missing: after a crash in between, the rest is completed and nothing
 * changed. The key `cluster` comes last: the others take its presence for the sign that the rest is there.
 */
export async function writeClusterKeys(ports: Ports, view: View): Promise<void> {
  const { cluster, nodeId } = view.state;
  if (cluster === null) return;
  const keys = clusterKeys(view.config.appName);
  const mirror = newestMirror(view);
  const entries = mirror === null ? foundingEntries(view) : recoveredEntries(view, mirror);
  for (const [key, value] of entries) await ports.localEtcd.putIfUnchanged(key, value, 0);
  const record = ownRecord(view);
  if (record !== null) await ports.localEtcd.put(keys.member(nodeId), JSON.stringify(record));
  const key: ClusterKey = {
    id: cluster.id,
    epoch: cluster.epoch,
    seededBy: cluster.seededBy ?? null,
    superuser: mirror?.superuser ?? view.config.superuser.name,
    foundedAtMs: mirror?.foundedAtMs ?? cluster.foundedAtMs ?? view.wallMs,
  };
  await ports.localEtcd.putIfUnchanged(keys.cluster, JSON.stringify(key), 0);
}
