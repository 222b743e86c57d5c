import { compareIds, type EtcdEndpoint, type KeyRange } from '@flux-pg/etcd-membership';
import { z } from 'zod';
import {
  clusterKeySchema,
  clusterKeys,
  type MemberRecord,
  memberRecordSchema,
} from '../identity/member-record.ts';
import { parseJson } from '../parse-json.ts';
import { oncePerText } from './once-per-text.ts';
import type { EtcdContent } from './view.ts';

const recordOf = oncePerText((text) => memberRecordSchema.safeParse(parseJson(text)).data ?? null);
const clusterOf = oncePerText((text) => clusterKeySchema.parse(parseJson(text)));

function recordsOf(entries: ReadonlyMap<string, string>, prefix: string): readonly MemberRecord[] {
  const records = [...entries].flatMap(([key, value]) =>
    key.startsWith(prefix) ? (recordOf(value) ?? []) : [],
  );
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
const witnessesOf = oncePerText((text): readonly string[] => witnessesSchema.parse(parseJson(text)));
const addressOf = oncePerText((text) => addressSchema.safeParse(text).data ?? null);

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
  const witnesses = own.get(keys.witnesses);
  const patroniKey = (name: string) => patroni.get(`${keys.patroniRoot}${name}`) ?? null;
  const memberRoot = `${keys.patroniRoot}members/`;
  return {
    revision: Math.min(ownRange.revision, patroniRange.revision),
    members,
    cluster: cluster === undefined ? null : clusterOf(cluster),
    bootstrap: own.get(keys.bootstrap) ?? null,
    provisioned: own.has(keys.provisioned),
    userData: own.has(keys.userData) ? own.get(keys.userData) !== 'false' : null,
    witnesses: witnesses === undefined ? [] : witnessesOf(witnesses),
    formerVoters: idsUnder(own, keys.formerVoterPrefix),
    copyHolders: idsUnder(own, keys.copyPrefix).map((nodeId) => ({
      nodeId,
      address: addressOf(own.get(keys.copy(nodeId)) ?? ''),
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
