import type { Etcd3 } from 'etcd3';
import { createEtcdClient, type EtcdConnectOptions } from './etcd-client.ts';
import { type EtcdEndpoint, MAX_LISTED_KEYS } from './etcd-endpoint.ts';
import { EtcdError, type EtcdErrorCode, toEtcdError } from './etcd-error.ts';
import { withinTime } from './guard-timer.ts';
import {
  alarmFromWire,
  keyValueFromWire,
  leaseFromWire,
  memberFromWire,
  rangeEndOfPrefix,
  statusFromWire,
} from './wire-messages.ts';
import { memberIdToWire, safeNumberFromWire } from './wire-numbers.ts';

/** The library's own deadline comes first; this only has to catch a call that it lost. */
const GUARD_MARGIN_MS = 250;
/** etcd rewrites the whole database meanwhile: our quota's worth of pages on a slow disk. */
const DEFRAGMENT_TIMEOUT_MS = 60_000;

const NO_LEASE = '0';

/**
 * The calls of the library's client as a map of the port's. A key is never empty here: the wire takes an empty one for the
 * absence of a key.
 */
function calls(client: Etcd3) {
  const { cluster, kv, leaseClient, maintenance } = client;
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
    leaseOf: async (key: string) => {
      const [entry] = (await kv.range({ key: Buffer.from(key), limit: 1 })).kvs;
      if (entry === undefined || entry.lease === NO_LEASE) return null;
      return leaseFromWire(await leaseClient.leaseTimeToLive({ ID: entry.lease }));
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

/** A connection on which nothing has come through for this long is given up, whatever it is thought to be. */
const GIVE_UP_AFTER_MS = 15_000;

/** The library's client, and another one in its place when calls have failed for too long. */
function renewable(options: EtcdConnectOptions) {
  let client = createEtcdClient(options);
  let to = calls(client);
  let failingSinceMs: number | null = null;
  return {
    client: () => client,
    to: () => to,
    succeeded: () => {
      failingSinceMs = null;
    },
    failed: () => {
      const nowMs = performance.now();
      failingSinceMs ??= nowMs;
      if (nowMs - failingSinceMs < GIVE_UP_AFTER_MS) return;
      failingSinceMs = nowMs;
      client.close();
      client = createEtcdClient(options);
      to = calls(client);
    },
  };
}

const lost: ReadonlySet<EtcdErrorCode> = new Set(['timeout', 'unavailable']);

/**
 * Makes the endpoint of one etcd member. Connects on the first call, and again by itself whenever the connection is lost;
 * while a member is known to be down, calls fail with `unavailable` at once.
 */
export function connectEtcd(options: EtcdConnectOptions): EtcdEndpoint {
  const connection = renewable(options);
  let closed = false;

  async function run<T>(
    call: (to: ReturnType<typeof calls>) => Promise<T>,
    timeoutMs = options.requestTimeoutMs,
  ): Promise<T> {
    if (closed) throw new EtcdError('closed', `the connection to ${options.url} is closed`);
    try {
      const answer = await withinTime(call(connection.to()), timeoutMs + GUARD_MARGIN_MS);
      connection.succeeded();
      return answer;
    } catch (cause) {
      const error = toEtcdError(cause);
      if (lost.has(error.code)) connection.failed();
      throw error;
    }
  }

  return {
    status: () => run((to) => to.status()),
    members: () => run((to) => to.members()),
    addLearner: (peerUrl) => run((to) => to.addLearner(peerUrl)),
    promote: async (memberId) => {
      await run((to) => to.promote(memberId));
    },
    remove: async (memberId) => {
      await run((to) => to.remove(memberId));
    },
    moveLeader: async (targetId) => {
      await run((to) => to.moveLeader(targetId));
    },
    get: (key) => run((to) => to.get(key)),
    leaseOf: (key) => run((to) => to.leaseOf(key)),
    list: (prefix) => run((to) => to.list(prefix)),
    put: async (key, value) => {
      await run((to) => to.put(key, value));
    },
    putIfUnchanged: (key, value, modRevision) => run((to) => to.putIfUnchanged(key, value, modRevision)),
    delete: async (key) => {
      await run((to) => to.delete(key));
    },
    alarms: () => run((to) => to.alarms()),
    disarmNoSpace: async () => {
      const full = (await run((to) => to.alarms())).filter(({ kind }) => kind === 'no-space');
      for (const { memberId } of full) {
        const memberID = memberIdToWire(memberId);
        await run(() =>
          connection.client().maintenance.alarm({
            action: 'Deactivate',
            memberID,
            alarm: 'Nospace',
          }),
        );
      }
    },
    defragment: async () => {
      const deadline = Date.now() + DEFRAGMENT_TIMEOUT_MS;
      await run(() => connection.client().maintenance.defragment({ deadline }), DEFRAGMENT_TIMEOUT_MS);
    },
    close: () => {
      closed = true;
      connection.client().close();
    },
  };
}
