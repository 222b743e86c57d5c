import { compareIds, type EtcdEndpoint, type KeyValue } from '@flux-pg/etcd-membership';
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

function byKey(entries: readonly KeyValue[]): ReadonlyMap<string, string> {
  return new Map(entries.map(({ key, value }) => [key, value]));
}

/** Reads all that the decisions need out of etcd, linearizably; fails as a whole, so that no part is taken for empty. */
export async function readEtcdContent(endpoint: EtcdEndpoint, appName: string): Promise<EtcdContent> {
  const keys = clusterKeys(appName);
  const [members, own, patroni] = await Promise.all([
    endpoint.members(),
    endpoint.list(keys.root).then(byKey),
    endpoint.list(keys.patroniRoot).then(byKey),
  ]);
  const cluster = own.get(keys.cluster);
  const patroniKey = (name: string) => patroni.get(`${keys.patroniRoot}${name}`) ?? null;
  const memberRoot = `${keys.patroniRoot}members/`;
  return {
    members,
    cluster: cluster === undefined ? null : clusterKeySchema.parse(parseJson(cluster)),
    bootstrap: own.get(keys.bootstrap) ?? null,
    provisioned: own.has(keys.provisioned),
    records: recordsOf(own, keys.memberPrefix),
    patroni: {
      initialize: patroniKey('initialize'),
      leader: patroniKey('leader'),
      history: patroniKey('history'),
      config: patroniKey('config'),
      status: patroniKey('status'),
      members: new Map(
        [...patroni].flatMap(([key, value]) =>
          key.startsWith(memberRoot) ? [[key.slice(memberRoot.length), value]] : [],
        ),
      ),
    },
  };
}
