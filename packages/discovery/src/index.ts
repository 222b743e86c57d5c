export type { Origin } from './ask.ts';
export { addressSortKey, canonicalIp } from './canonical-ip.ts';
export type { FluxClientOptions } from './client-options.ts';
export { DiscoveryError, type DiscoveryErrorCode } from './discovery-error.ts';
export { type CallOptions, FluxClient, PUBLIC_BASE_URLS } from './flux-client.ts';
export type { HostInfo } from './host-info.ts';
export type { Listing, Location, RejectedRow } from './locations.ts';
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
} from './node-address.ts';
export type { AppSpecification, Component } from './specification.ts';
export type { Transport } from './transport.ts';
export {
  componentSchema,
  type Envelope,
  envelopeSchema,
  type HostInfoDocument,
  hostInfoSchema,
  type LocationRow,
  locationRowSchema,
  type SpecificationDocument,
  specificationSchema,
} from './wire-schemas.ts';
