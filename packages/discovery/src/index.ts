export { addressSortKey, canonicalIp } from './address/canonical-ip.ts';
export {
  compareAddresses,
  DEFAULT_API_PORT,
  formatNodeAddress,
  isPublicAddress,
  type NodeAddress,
  type NodeAddressOptions,
  type ParsedNodeAddress,
  parseNodeAddress,
  sameNode,
} from './address/node-address.ts';
export type { FluxNode, FluxNodes } from './answers/flux-nodes.ts';
export type { HostInfo } from './answers/host-info.ts';
export type { Listing, Location, RejectedRow } from './answers/locations.ts';
export type { RunningApps, RunningComponent } from './answers/running-apps.ts';
export type { AppSpecification, Component } from './answers/specification.ts';
export type { Origin } from './client/ask.ts';
export type { CallOptions } from './client/calls.ts';
export { type FluxClientOptions, PUBLIC_BASE_URLS } from './client/client-options.ts';
export { FluxClient } from './client/flux-client.ts';
export { NodeClient } from './client/node-client.ts';
export { type Clock, systemClock } from './clock.ts';
export { combine, type SourceAnswer } from './discover/combine.ts';
export type {
  Contact,
  DiscoveredInstance,
  Discovery,
  DiscoveryBasis,
  Evidence,
  SourceIdentity,
  SourceReport,
} from './discover/discovery.ts';
export { FluxDiscovery, type FluxDiscoveryOptions } from './discover/flux-discovery.ts';
export { DiscoveryError, type DiscoveryErrorCode, type DiscoveryErrorDetails } from './discovery-error.ts';
export type { Fetch } from './http/fetch-transport.ts';
export type { Transport } from './http/transport.ts';
export { apiSource, nodeSource, witnessSource } from './sources/api-sources.ts';
export { chooseWitnesses, type WitnessChoice } from './sources/choose-witnesses.ts';
export type { ListingSource, SourceListing, Trust } from './sources/listing-source.ts';
export {
  defaultWatchPace,
  defaultWatchRules,
  ROW_LIFETIME_MS,
  removalBoundMs,
  type WatchPace,
  type WatchRules,
} from './watch/rules.ts';
export type { InstanceChange } from './watch/track.ts';
export { type Change, Watch, type WatchOptions } from './watch/watch.ts';
