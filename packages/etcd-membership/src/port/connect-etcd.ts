import type { Etcd3 } from 'etcd3';
import { createEtcdClient, type EtcdConnectOptions } from './etcd-client.ts';
import { type EtcdEndpoint, MAX_LISTED_KEYS } from './etcd-endpoint.ts';
import { EtcdError, toEtcdError } from './etcd-error.ts';
import { withinTime } from './guard-timer.ts';
import {
  alarmFromWire,
  keyValueFromWire,
  memberFromWire,
  rangeEndOfPrefix,
  statusFromWire,
} from './wire-messages.ts';
import { memberIdToWire, safeNumberFromWire } from './wire-numbers.ts';

/** The library's own deadline comes first; this only has to catch a call that it lost. */
const GUARD_MARGIN_MS = 250;
/** etcd rewrites the whole database meanwhile: our quota's worth of pages on a slow disk. */
const DEFRAGMENT_TIMEOUT_MS = 60_000;

/**
 * The calls of the library's client as a map of the port's. A key is never empty here: the wire takes an empty one for the
 * absence of a key.
 */
function calls(client: Etcd3) {
  const { cluster, kv, maintenance } = client;
  return {
    status: async () => statusFromWire(await maintenance.status()),
    members: async () => (await cluster.memberList({ linearizable: true })).members.map(memberFromWire),
    addLearner: async (peerUrl: string) =>
      memberFromWire((await cluster.memberAdd({ peerURLs: [peerUrl], isLearner: true })).member),
    promote: (memberId: string) => cluster.memberPromote({ ID: memberIdToWire(memberId) }),
    remove: (memberId: string) => cluster.memberRemove({ ID: memberIdToWire(memberId) }),
    moveLeader: (targetId: string) => maintenance.moveLeader({ targetID: memberIdToWire(targetId) }),
    get: async (key: string) => {
      const [entry] = (await kv.range({ key: Buffer.from(key), limit: 1 })).kvs;
      return entry === undefined ? null : keyValueFromWire(entry);
    },
    list: async (prefix: string) => {
      // A zero byte stands for the first of all keys.
      const key = prefix === '' ? Buffer.from([0]) : Buffer.from(prefix);
      const answer = await kv.range({
        key,
        range_end: rangeEndOfPrefix(prefix),
        limit: MAX_LISTED_KEYS,
      });
      if (answer.more)
        throw new EtcdError('unknown', `more than ${MAX_LISTED_KEYS} keys begin with ${prefix}`);
      return {
        revision: safeNumberFromWire(answer.header.revision),
        entries: answer.kvs.map(keyValueFromWire),
      };
    },
    put: (key: string, value: string) => kv.put({ key: Buffer.from(key), value: Buffer.from(value) }),
    putIfUnchanged: async (key: string, value: string, modRevision: number) => {
      const answer = await kv.txn({
        compare: [
          {
            result: 'Equal',
            target: 'Mod',
            key: Buffer.from(key),
            mod_revision: modRevision,
          },
        ],
        success: [{ request_put: { key: Buffer.from(key), value: Buffer.from(value) } }],
      });
      return answer.succeeded;
    },
    delete: (key: string) => kv.deleteRange({ key: Buffer.from(key) }),
    alarms: async () => (await maintenance.alarm({ action: 'Get' })).alarms.map(alarmFromWire),
  };
}

/**
 * Makes the endpoint of one etcd member. Connects on the first call, and again by itself whenever the connection is lost;
 * while a member is known to be down, calls fail with `unavailable` at once.
 */
export function connectEtcd(options: EtcdConnectOptions): EtcdEndpoint {
  const client = createEtcdClient(options);
  const to = calls(client);
  let closed = false;

  async function run<T>(call: () => Promise<T>, timeoutMs = options.requestTimeoutMs): Promise<T> {
    if (closed) throw new EtcdError('closed', `the connection to ${options.url} is closed`);
    try {
      return await withinTime(call(), timeoutMs + GUARD_MARGIN_MS);
    } catch (cause) {
      throw toEtcdError(cause);
    }
  }

  return {
    status: () => run(to.status),
    members: () => run(to.members),
    addLearner: (peerUrl) => run(() => to.addLearner(peerUrl)),
    promote: async (memberId) => {
      await run(() => to.promote(memberId));
    },
    remove: async (memberId) => {
      await run(() => to.remove(memberId));
    },
    moveLeader: async (targetId) => {
      await run(() => to.moveLeader(targetId));
    },
    get: (key) => run(() => to.get(key)),
    list: (prefix) => run(() => to.list(prefix)),
    put: async (key, value) => {
      await run(() => to.put(key, value));
    },
    putIfUnchanged: (key, value, modRevision) => run(() => to.putIfUnchanged(key, value, modRevision)),
    delete: async (key) => {
      await run(() => to.delete(key));
    },
    alarms: () => run(to.alarms),
    disarmNoSpace: async () => {
      const full = (await run(to.alarms)).filter(({ kind }) => kind === 'no-space');
      for (const { memberId } of full) {
        const memberID = memberIdToWire(memberId);
        await run(() =>
          client.maintenance.alarm({
            action: 'Deactivate',
            memberID,
            alarm: 'Nospace',
          }),
        );
      }
    },
    defragment: async () => {
      const deadline = Date.now() + DEFRAGMENT_TIMEOUT_MS;
      await run(() => client.maintenance.defragment({ deadline }), DEFRAGMENT_TIMEOUT_MS);
    },
    close: () => {
      closed = true;
      client.close();
    },
  };
}
