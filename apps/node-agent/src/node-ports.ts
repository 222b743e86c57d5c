import { randomUUID } from 'node:crypto';
import { setTimeout as delay } from 'node:timers/promises';
import { connectEtcd } from '@flux-pg/etcd-membership';
import { PatroniClient } from '@flux-pg/patroni-client';
import { type Config, PATRONI_LOOPBACK_PORT, ROUTER_ETCD_PORT } from './config.ts';
import { createDatabase } from './database/database.ts';
import type { NodeCertificate } from './files/node-certificate.ts';
import { createNodeFiles } from './files/node-files.ts';
import type { FluxReadings } from './flux/flux-readings.ts';
import { transport } from './http/transport.ts';
import type { DerivedKeys } from './keys/derivation.ts';
import type { Clock, Ports } from './loop/ports.ts';
import { PGDATA, POSTGRES_SOCKET_DIRECTORY, ROUTER_SOCKET, SUPERVISOR_SOCKET } from './paths.ts';
import { readLocalPostgres } from './patroni/local-postgres.ts';
import { createRouterRuntime } from './router/index.ts';
import { readStatusAnswer } from './status/read-status-answer.ts';
import { createPatientAsker, type StatusClient } from './status-exchange/index.ts';
import { createSupervisor, withPostmaster } from './supervisor/index.ts';
import { createPostmasterFinder } from './volume/index.ts';
import { newIncarnation, type OpenVolume } from './volume-state/open-volume.ts';

/** Local programs answer within milliseconds; on a machine that swaps, within this. */
const LOCAL_TIMEOUT_MS = 2000;
/** Through the router a call may cross an ocean, and may meet an election. */
const ETCD_TIMEOUT_MS = 4000;

/** Monotonic and wall time of this process. */
export const processClock: Clock = {
  nowMs: () => performance.now(),
  wallMs: () => Date.now(),
  sleep: (ms, signal) => delay(ms, undefined, { signal }).catch(() => undefined),
};

/** What the ports are made of. */
export interface PortParts {
  readonly config: Config;
  readonly keys: DerivedKeys;
  readonly certificate: NodeCertificate;
  readonly volume: OpenVolume;
  readonly facts: Ports['facts'];
  readonly statusClient: StatusClient;
  readonly callers: Ports['callers'];
  readonly operator: Ports['operator'];
  /** Makes the loop look at once. */
  readonly wake: () => void;
  readonly flux: { readonly readings: () => FluxReadings };
  /** The superuser that the cluster was founded with, once it is known. */
  readonly foundingSuperuser: () => string | null;
}

const findPostmaster = createPostmasterFinder();

/** Connects the loop with the real programs, files and clocks. */
export function createPorts(parts: PortParts): Ports {
  const { config, keys, certificate, volume } = parts;
  const etcd = (port: number) =>
    connectEtcd({
      url: `https://127.0.0.1:${port}`,
      tls: { ...certificate.current(), ca: keys.caCertificatePem, serverName: 'localhost' },
      requestTimeoutMs: port === ROUTER_ETCD_PORT ? ETCD_TIMEOUT_MS : LOCAL_TIMEOUT_MS,
    });
  const patroni = new PatroniClient({
    baseUrl: `http://127.0.0.1:${PATRONI_LOOPBACK_PORT}`,
    auth: keys.api,
    dispatcher: transport,
    requestTimeoutMs: LOCAL_TIMEOUT_MS,
  });
  return {
    clock: processClock,
    facts: parts.facts,
    newUuid: () => randomUUID(),
    newIncarnation,
    supervisor: withPostmaster(
      createSupervisor({ socketPath: SUPERVISOR_SOCKET, requestTimeoutMs: LOCAL_TIMEOUT_MS }),
      {
        find: () => findPostmaster(PGDATA),
        signal: (pid, signal) => process.kill(pid, signal),
        nowMs: processClock.nowMs,
      },
    ),
    router: createRouterRuntime({ socketPath: ROUTER_SOCKET, timeoutMs: LOCAL_TIMEOUT_MS }),
    flux: parts.flux,
    askPeer: createPatientAsker({
      ask: async (target) => readStatusAnswer(await parts.statusClient.ask(target)),
      nowMs: processClock.nowMs,
      sleep: processClock.sleep,
      onLateAnswer: parts.wake,
    }),
    callers: parts.callers,
    operator: parts.operator,
    localEtcd: etcd(config.ports.etcdClient),
    routedEtcd: etcd(ROUTER_ETCD_PORT),
    patroni: { status: () => readLocalPostgres(patroni) },
    database: createDatabase({
      socketDirectory: POSTGRES_SOCKET_DIRECTORY,
      port: config.ports.postgres,
      foundingSuperuser: parts.foundingSuperuser,
      superuser: config.superuser,
      replicationPassword: config.replicationPassword,
      database: config.database,
    }),
    volume,
    files: createNodeFiles({ config, certificate }),
  };
}
