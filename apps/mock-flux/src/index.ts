export type { Fault, FaultKind } from './fault.ts';
export { type Fixture, fixtureSchema, loadFixture } from './fixture.ts';
export type { Lookup } from './host-addresses.ts';
export type { Instance } from './instance.ts';
export { createMockFlux, type MockFlux, type MockFluxOptions } from './mock-flux.ts';
export { type FaultInput, MockFluxControl } from './mock-flux-control.ts';
export { MockFluxError, type MockFluxErrorCode } from './mock-flux-error.ts';
export type { SpecificationInput } from './specification.ts';
export type { LoggedRequest } from './store.ts';
