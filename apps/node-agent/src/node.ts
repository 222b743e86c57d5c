import { voterTarget } from '@flux-pg/etcd-membership';
import type { Logger } from 'pino';
import { announcementSchema, promiseDigest, rememberCallers } from './announcement.ts';
import { type Config, type ConfigProblem, image } from './config.ts';
import { type NodeCertificate, openCertificate } from './files/node-certificate.ts';
import { fluxCalls } from './flux/flux-calls.ts';
import { keepFluxReadings } from './flux/flux-readings.ts';
import { openFlux } from './flux/open-flux.ts';
import { witnessDuty } from './flux/witness-duty.ts';
import { transport } from './http/transport.ts';
import { type DerivedKeys, deriveKeys } from './keys/derivation.ts';
import type { Loop } from './loop/loop.ts';
import type { Ports } from './loop/ports.ts';
import type { View } from './loop/view.ts';
import { ownMemberName } from './loop/wanted/hosts-block.ts';
import { createPorts, processClock } from './node-ports.ts';
import { createOperatorQueue } from './operator/orders.ts';
import { postgresBinaries, VOLUME_ROOT } from './paths.ts';
import { type Resources, readResources } from './resources/read-resources.ts';
import { stopNode } from './shutdown/stop-node.ts';
import { serveStatus } from './status/serve-status.ts';
import { createStatusClient } from './status-exchange/index.ts';
import {
  createControlDataRunner,
  createWaldumpRunner,
  findGroup,
  findUser,
  isMountPoint,
  prepareVolume,
} from './volume/index.ts';
import { type OpenVolume, openVolume } from './volume-state/open-volume.ts';

/** A peer across the world answers within two round trips of 300 ms and its own work. */
const STATUS_TIMEOUT_MS = 1500;
const PG_CONTROLDATA_TIMEOUT_MS = 5000;
/** Reads what was written since the last checkpoint, some hundred megabytes a second. */
const PG_WALDUMP_TIMEOUT_MS = 300_000;

/** A node whose volume is open and whose ports are connected; nothing runs yet. */
export interface Node {
  readonly ports: Ports;
  /** Answers peers and the command `flux-pg`. */
  readonly serve: (loop: Loop) => Promise<void>;
  readonly shutDown: (loop: Loop) => Promise<void>;
}

async function openVolumeOf(): Promise<OpenVolume> {
  const owners = { postgres: await findUser('postgres'), etcd: await findUser('etcd') };
  return openVolume({
    root: VOLUME_ROOT,
    majorVersion: image.postgresMajor,
    runControlData: createControlDataRunner(
      `${postgresBinaries()}/pg_controldata`,
      PG_CONTROLDATA_TIMEOUT_MS,
    ),
    runWaldump: createWaldumpRunner(`${postgresBinaries()}/pg_waldump`, PG_WALDUMP_TIMEOUT_MS),
    prepare: () => prepareVolume({ root: VOLUME_ROOT, ...owners }),
    wallMs: processClock.wallMs,
  });
}

function startFlux(
  config: Config,
  volume: OpenVolume,
  loop: { readonly view: () => View | null; readonly wake: () => void },
) {
  const duty = witnessDuty(volume, loop.view);
  const calls = fluxCalls(openFlux(config, volume.cachedListing, transport), config, duty, {
    clock: processClock,
    random: Math.random,
    keep: volume.cacheListing,
    changed: loop.wake,
  });
  return keepFluxReadings({
    calls,
    cached: volume.cachedListing && {
      listing: { instances: volume.cachedListing.instances },
      expectedNodes: volume.cachedListing.expectedNodes,
    },
    clusterSize: config.clusterSize,
    intervalMs: config.listingIntervalMs,
    founded: () => volume.state().cluster !== null,
  });
}

interface NodeParts {
  readonly config: Config;
  readonly log: Logger;
  readonly keys: DerivedKeys;
  readonly volume: OpenVolume;
  readonly certificate: NodeCertificate;
  readonly resources: Resources;
}

function connect({ config, log, keys, volume, certificate, resources }: NodeParts): Node {
  let loop: Loop | null = null;
  const wake = () => loop?.wake();
  const flux = startFlux(config, volume, { view: () => loop?.state().view ?? null, wake });
  const callers = rememberCallers(processClock.nowMs);
  const operator = createOperatorQueue(wake);
  const ownAddress = () => flux.readings().ownAddress?.address ?? null;
  const statusClient = createStatusClient({
    statusKey: Buffer.from(keys.statusKeyHex, 'hex'),
    appName: config.appName,
    announcement: () => ({
      nodeId: volume.state().nodeId,
      address: ownAddress(),
      ports: config.hostPorts,
      promises: promiseDigest(volume.state()),
    }),
    requestTimeoutMs: STATUS_TIMEOUT_MS,
  });
  const ports = createPorts({
    config,
    keys,
    certificate,
    volume,
    facts: { resources, apiCredentials: keys.api },
    statusClient,
    callers: callers.list,
    operator,
    wake,
    flux,
    foundingSuperuser: () => {
      const etcd = loop?.state().view?.etcd;
      return etcd?.ok === true ? (etcd.value.cluster?.superuser ?? null) : null;
    },
  });
  return {
    ports,
    serve: async (running) => {
      loop = running;
      await serveStatus({
        keys,
        appName: config.appName,
        announcementSchema,
        loop: running,
        volume,
        ownAddress,
        voterTarget: (members) => voterTarget(members, config.maxVoters),
        software: image.version,
        fingerprint: keys.fingerprint,
        nowMs: processClock.nowMs,
        operator,
        clock: processClock,
        onCaller: (announcement) => {
          if (announcement.nodeId !== volume.state().nodeId && callers.add(announcement)) wake();
        },
        onError: (error) => log.warn({ error: String(error) }, 'a status could not be answered'),
      });
    },
    shutDown: async (running) => {
      await Promise.all([flux.stop(), running.stop()]);
      await stopNode(ports, running.state().view);
    },
  };
}

/** Opens the volume and connects everything; a path that would lose the data at the next redeploy is a problem. */
export async function openNode(
  config: Config,
  log: Logger,
): Promise<
  { readonly ok: true; readonly node: Node } | { readonly ok: false; readonly problem: ConfigProblem }
> {
  if (!config.allowUnmounted && !(await isMountPoint(VOLUME_ROOT))) {
    return {
      ok: false,
      problem: {
        variable: 'not-mounted',
        problem: `${VOLUME_ROOT} is no mount, so the data would not survive; set the container data path to it`,
      },
    };
  }
  const volume = await openVolumeOf();
  const derive = (name: string) =>
    deriveKeys({
      secret: config.clusterSecret,
      appName: config.appName,
      memberName: name,
      validityDays: config.certificateValidityDays,
    });
  const name = ownMemberName({ state: volume.state() });
  const [derived, groupId, resources] = await Promise.all([
    derive(name),
    findGroup('fluxpg'),
    readResources(VOLUME_ROOT),
  ]);
  const certificate = await openCertificate({ memberName: name, derived, groupId, derive });
  return { ok: true, node: connect({ config, log, keys: derived, volume, certificate, resources }) };
}
