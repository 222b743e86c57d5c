import { compareIds, type EtcdEndpoint, type KeyRange } from '@flux-pg/etcd-membership';
import { z } from 'zod';
import {
  clusterKeySchema,
  clusterKeys,
  type MemberRecord,
  memberRecordSchema,
} from '../identity/member-record.ts';
import { parseJson } from '../parse-json.ts';
import type { EtcdContent } from './view.ts';

function recordsOf(entries: ReadonlyMap<string, string>, prefix: string): readonly MemberRecord[] {
  const records: MemberRecord[] = [];
  for (const [key, value] of entries) {
    if (!key.startsWith(prefix)) continue;
    const parsed = memberRecordSchema.safeParse(parseJson(value));
    if (parsed.success) records.push(parsed.data);
  }
  return records.sort((left, right) => compareIds(left.nodeId, right.nodeId));
}

function byKey({ entries }: KeyRange): ReadonlyMap<string, string> {
  return new Map(entries.map(({ key, value }) => [key, value]));
}

function idsUnder(entries: ReadonlyMap<string, string>, prefix: string): readonly string[] {
  return [...entries.keys()].flatMap((key) => (key.startsWith(prefix) ? [key.slice(prefix.length)] : []));
}

const witnessesSchema = z.array(z.string());
const addressSchema = z.union([z.ipv4(), z.ipv6()]);

/** A key that cannot be read is not taken for an agreement on nobody. */
function witnessesOf(text: string | undefined): readonly string[] {
  return text === undefined ? [] : witnessesSchema.parse(parseJson(text));
}

/** Reads all that the decisions need out of etcd, linearizably; fails as a whole, so that no part is taken for empty. */
export async function readEtcdContent(endpoint: EtcdEndpoint, appName: string): Promise<EtcdContent> {
  const keys = clusterKeys(appName);
  const [members, ownRange, patroniRange] = await Promise.all([
    endpoint.members(),
    endpoint.list(keys.root),
    endpoint.list(keys.patroniRoot),
  ]);
  const own = byKey(ownRange);
  const patroni = byKey(patroniRange);
  const cluster = own.get(keys.cluster);
  const patroniKey = (name: string) => patroni.get(`${keys.patroniRoot}${name}`) ?? null;
  const memberRoot = `${keys.patroniRoot}members/`;
  return {
    revision: Math.min(ownRange.revision, patroniRange.revision),
    members,
    cluster: cluster === undefined ? null : clusterKeySchema.parse(parseJson(cluster)),
    bootstrap: own.get(keys.bootstrap) ?? null,
    provisioned: own.has(keys.provisioned),
    userData: own.has(keys.userData) ? own.get(keys.userData) !== 'false' : null,
    witnesses: witnessesOf(own.get(keys.witnesses)),
    formerVoters: idsUnder(own, keys.formerVoterPrefix),
    copyHolders: idsUnder(own, keys.copyPrefix).map((nodeId) => ({
      nodeId,
      address: addressSchema.safeParse(own.get(keys.copy(nodeId))).data ?? null,
    })),
    records: recordsOf(own, keys.memberPrefix),
    patroni: {
      initialize: patroniKey('initialize'),
      leader: patroniKey('leader'),
      history: patroniKey('history'),
      config: patroniKey('config'),
      status: patroniKey('status'),
      sync: patroniKey('sync'),
      failover: patroniKey('failover'),
      members: new Map(
        [...patroni].flatMap(([key, value]) =>
          key.startsWith(memberRoot) ? [[key.slice(memberRoot.length), value]] : [],
        ),
      ),
    },
  };
}
