import type { LocationRow } from '@flux-pg/discovery/wire';
import { collateral, containerRow, type MockNode, nodeRow } from './node.ts';
import { type SpecificationInput, specificationDocument } from './specification.ts';
import { type App, appNamed, type ListedInstance, type World } from './world.ts';

/** Nodes announce their instances once an hour. */
const HOUR_MS = 3_600_000;
const DAY_SECONDS = 86_400;
/** How long Flux keeps a row that is not announced again. */
const ROW_LIFETIME_MS = 125 * 60_000;

/** What is asked of the Flux API. */
export type Question =
  | { readonly kind: 'location'; readonly app: string | null }
  | { readonly kind: 'locations' }
  | { readonly kind: 'specification'; readonly app: string | null }
  | { readonly kind: 'version' }
  | { readonly kind: 'running-apps' }
  | { readonly kind: 'nodes' }
  | { readonly kind: 'host-info' };

/** All that an answer depends on beside the world. */
export interface Circumstances {
  readonly caller: string;
  /** Addresses of the instances that are named by host; a host without one has never been resolved. */
  readonly hostAddresses: ReadonlyMap<string, string>;
  readonly nowMs: number;
  /** Who answers; null where the mock has no nodes. */
  readonly node: MockNode | null;
  readonly nodes: readonly MockNode[];
}

/** An answer before any fault. */
export type Document =
  | { readonly status: 'success'; readonly data: unknown }
  | { readonly status: 'error'; readonly data: { readonly name: string; readonly message: string } };

/** An error as Flux words it: it has HTTP status 200. */
export function errorDocument(message: string): Document {
  return { status: 'error', data: { name: 'Error', message } };
}

function success(data: unknown): Document {
  return { status: 'success', data };
}

function iso(timeMs: number): string {
  return new Date(timeMs).toISOString();
}

function present<T extends object>(fields: T): Partial<T> {
  return Object.fromEntries(Object.entries(fields).filter(([, value]) => value !== null)) as Partial<T>;
}

function row(app: App, { instance, listedAtMs }: ListedInstance, ip: string, nowMs: number): LocationRow {
  const announcedAtMs = listedAtMs + Math.floor((nowMs - listedAtMs) / HOUR_MS) * HOUR_MS;
  const { name = app.name, hash = app.hash, apiPort } = instance;
  const {
    broadcastedAt = iso(announcedAtMs),
    expireAt = iso(announcedAtMs + ROW_LIFETIME_MS),
    runningSince = iso(listedAtMs),
    osUptime = DAY_SECONDS + (nowMs - listedAtMs) / 1000,
    staticIp = false,
  } = instance;
  return {
    name,
    hash,
    ip: apiPort === undefined ? ip : `${ip.includes(':') ? `[${ip}]` : ip}:${apiPort}`,
    ...present({ broadcastedAt, expireAt, runningSince, osUptime, staticIp }),
  };
}

function seenBy(app: App, caller: string): readonly ListedInstance[] {
  return app.views.get(caller) ?? app.instances;
}

function rows(app: App, { caller, hostAddresses, nowMs }: Circumstances): readonly LocationRow[] {
  return seenBy(app, caller).flatMap((listed) => {
    const { ip, host } = listed.instance;
    const address = ip ?? (host === undefined ? undefined : hostAddresses.get(host));
    return address === undefined ? [] : [row(app, listed, address, nowMs)];
  });
}

function specification(world: World, name: string | null): Document {
  if (name === null) return errorDocument('No Application Name specified');
  const app = appNamed(world, name);
  if (app === undefined || app.specification === null) return errorDocument('Application not found');
  return success(specificationDocument(app.name, app.hash, app.specification));
}

/** Flux knows the caller's app by its container; here it is the app that lists the caller's address, else the first one. */
function hostInfo(world: World, circumstances: Circumstances): Document {
  const { caller } = circumstances;
  const apps = [...world.values()];
  const [first] = apps;
  const lists = (app: App) =>
    rows(app, circumstances).some(({ ip }) => ip === caller || ip.startsWith(`${caller}:`));
  const app = apps.find(lists) ?? first;
  if (app === undefined) return errorDocument('App not found');
  const { txhash, outidx } = collateral(
    circumstances.nodes.find(({ ip }) => ip === caller) ?? { ip: caller },
  );
  const id = `${txhash}${outidx}`;
  const geo = {
    continent: 'Europe',
    country: 'Germany',
    city: 'Berlin',
    lat: 52.5,
    lon: 13.4,
    static: true,
    dataCenter: true,
  };
  const benchmark = { vcores: 8, ram: 32, disk: 440, eps: 900, download_speed: 500, upload_speed: 500 };
  return success({ appName: app.name, id, ip: caller, geo, benchmark });
}

/** An encrypted app has components, too; only its specification does not name them. */
function namedComponents({ compose }: SpecificationInput): readonly { readonly name: string }[] {
  return compose === undefined || compose.length === 0 ? [{ name: 'postgres' }] : compose;
}

/** A node knows best what it runs; unless told, that is what the network lists at its address. */
function runningApps(world: World, circumstances: Circumstances): readonly unknown[] {
  const { node } = circumstances;
  if (node === null) return [];
  const listed = () =>
    [...world.values()].filter((app) =>
      rows(app, circumstances).some(({ ip }) => ip === node.ip || ip.startsWith(`${node.ip}:`)),
    );
  const running: readonly { readonly app: string; readonly component?: string | undefined }[] =
    node.running ??
    listed().flatMap(({ name, specification }) =>
      specification === null
        ? [{ app: name }]
        : namedComponents(specification).map(({ name: component }) => ({
            app: name,
            component,
          })),
    );
  return running.map(({ app, component }) => containerRow(app, component));
}

/** Answers as the real API does: an unknown app has an empty listing, an unknown specification is an error. */
export function respond(world: World, question: Question, circumstances: Circumstances): Document {
  switch (question.kind) {
    case 'location': {
      if (question.app === null) return errorDocument('No Flux App name specified');
      const app = appNamed(world, question.app);
      return success(app === undefined ? [] : rows(app, circumstances));
    }
    case 'locations':
      return success([...world.values()].flatMap((app) => rows(app, circumstances)));
    case 'specification':
      return specification(world, question.app);
    case 'version':
      return success(circumstances.node?.version ?? '8.17.0');
    case 'running-apps':
      return success(runningApps(world, circumstances));
    case 'nodes':
      return success(circumstances.nodes.map(nodeRow));
    case 'host-info':
      return hostInfo(world, circumstances);
  }
}

/** The hosts whose addresses an answer needs. */
export function hostsIn(world: World, question: Question): readonly string[] {
  if (question.kind === 'version' || question.kind === 'specification' || question.kind === 'nodes')
    return [];
  const asked = question.kind === 'location' ? [appNamed(world, question.app ?? '')] : [...world.values()];
  const listed = asked
    .flatMap((app) => (app === undefined ? [] : [app.instances, ...app.views.values()]))
    .flat();
  return [...new Set(listed.flatMap(({ instance: { host } }) => (host === undefined ? [] : [host])))];
}
