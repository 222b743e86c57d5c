import { type FluxNodes, readFluxNodes } from '../answers/flux-nodes.ts';
import { type HostInfo, readHostInfo } from '../answers/host-info.ts';
import { type Listing, readListing } from '../answers/locations.ts';
import { type RunningApps, readRunningApps, readVersion } from '../answers/running-apps.ts';
import { type AppSpecification, readSpecification } from '../answers/specification.ts';
import type { BaseUrl } from '../http/base-url.ts';
import { appSegment } from './app-name.ts';
import type { Question } from './ask.ts';
import type { ClientSettings } from './client-options.ts';

/** The network has some 7000 nodes with 500 bytes each (2026); four times that is still taken. */
const MAX_NODES = 30_000;
const MAX_NODE_LIST_BYTES = 16 * 1024 * 1024;

/** `/apps/location/APP`. */
export function locationsQuestion(
  bases: readonly BaseUrl[],
  app: string,
  { maxEntries, allowPrivateAddresses }: ClientSettings,
): Question<Listing> {
  const read = (data: unknown) => readListing(data, { app, maxEntries, allowPrivateAddresses });
  return { bases, path: `apps/location/${appSegment(app)}`, read };
}

/** `/apps/appspecifications/APP`. */
export function specificationQuestion(bases: readonly BaseUrl[], app: string): Question<AppSpecification> {
  const read = (data: unknown) => readSpecification(data, app);
  return { bases, path: `apps/appspecifications/${appSegment(app)}`, read };
}

/** `/hostinfo`. */
export function hostInfoQuestion({
  hostInfoBase,
  allowPrivateAddresses,
}: ClientSettings): Question<HostInfo> {
  const read = (data: unknown) => readHostInfo(data, { allowPrivateAddresses });
  return { bases: [hostInfoBase], path: 'hostinfo', read };
}

/** `/apps/listrunningapps`. */
export function runningAppsQuestion(
  bases: readonly BaseUrl[],
  { maxEntries }: ClientSettings,
): Question<RunningApps> {
  return { bases, path: 'apps/listrunningapps', read: (data) => readRunningApps(data, maxEntries) };
}

/** `/flux/version`. */
export function versionQuestion(bases: readonly BaseUrl[]): Question<{ readonly version: string }> {
  return { bases, path: 'flux/version', read: readVersion };
}

/** `/daemon/viewdeterministicfluxnodelist`. */
export function fluxNodesQuestion(
  bases: readonly BaseUrl[],
  { allowPrivateAddresses }: ClientSettings,
): Question<FluxNodes> {
  return {
    bases,
    path: 'daemon/viewdeterministicfluxnodelist',
    read: (data) => readFluxNodes(data, { allowPrivateAddresses, maxNodes: MAX_NODES }),
    maxBodyBytes: MAX_NODE_LIST_BYTES,
  };
}
