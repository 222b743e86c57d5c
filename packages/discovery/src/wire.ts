/**
 * The documents of the Flux API as they are on the wire, as zod schemas, for those who build a server that answers like
 * Flux. A client has no need of them: every call reads its answer with them already.
 *
 * @packageDocumentation
 */
export {
  componentSchema,
  type Envelope,
  envelopeSchema,
  type FluxNodeRow,
  fluxNodeSchema,
  type HostInfoDocument,
  hostInfoSchema,
  type LocationRow,
  locationRowSchema,
  type RunningContainer,
  runningContainerSchema,
  type SpecificationDocument,
  specificationSchema,
} from './answers/wire-schemas.ts';
