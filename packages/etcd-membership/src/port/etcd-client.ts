import { type IPolicy, noop } from 'cockatiel';
import { Etcd3 } from 'etcd3';
import { toEtcdError } from './etcd-error.ts';

/** How to reach one etcd member. etcd is always mutual TLS. */
export interface EtcdConnectOptions {
  /** `https://HOST:PORT` of the member's client port. */
  readonly url: string;
  readonly tls: {
    /** Certificates and key as PEM text. */
    readonly ca: string;
    readonly cert: string;
    readonly key: string;
    /** The name that the member's certificate has to carry, whatever the host in `url`. */
    readonly serverName: string;
  };
  /** How long one call may take, the first one's connecting included. */
  readonly requestTimeoutMs: number;
}

/**
 * A member that was down has to be found again within a second of its return: the agent waits for its own etcd's start by
 * asking. gRPC's defaults grow to two minutes.
 */
const RECONNECT_BACKOFF_MS = { first: 200, longest: 1000 } as const;
/** etcd ends connections that ping more often than every 5 s. */
const KEEPALIVE_MS = { interval: 7000, timeout: 3000 } as const;

/**
 * Runs a call once and maps its error before the client library sees it: on what it takes for a broken connection,
 * "unhealthy cluster" among it, the library would close the channels under the calls of others, and with them forget that a
 * member is down.
 */
const once: IPolicy = {
  _altReturn: noop._altReturn,
  onSuccess: noop.onSuccess,
  onFailure: noop.onFailure,
  execute: async (call, signal) => {
    try {
      return await noop.execute(call, signal);
    } catch (cause) {
      throw toEtcdError(cause);
    }
  },
};

/** Makes the library's client for one member. Nothing is connected before the first call. */
export function createEtcdClient(options: EtcdConnectOptions): Etcd3 {
  const { url, tls, requestTimeoutMs } = options;
  return new Etcd3({
    hosts: url,
    credentials: {
      rootCertificate: Buffer.from(tls.ca),
      privateKey: Buffer.from(tls.key),
      certChain: Buffer.from(tls.cert),
    },
    faultHandling: { global: noop, host: () => once },
    // A deadline is a point in time: as a plain object it would expire once, for all later calls.
    defaultCallOptions: () => ({ deadline: Date.now() + requestTimeoutMs }),
    grpcOptions: {
      'grpc.ssl_target_name_override': tls.serverName,
      'grpc.initial_reconnect_backoff_ms': RECONNECT_BACKOFF_MS.first,
      'grpc.max_reconnect_backoff_ms': RECONNECT_BACKOFF_MS.longest,
      'grpc.keepalive_time_ms': KEEPALIVE_MS.interval,
      'grpc.keepalive_timeout_ms': KEEPALIVE_MS.timeout,
      // A retry behind our back could apply a write twice.
      'grpc.enable_retries': 0,
      'grpc.enable_http_proxy': 0,
      'grpc.enable_channelz': 0,
      'grpc.service_config_disable_resolution': 1,
    },
  });
}
