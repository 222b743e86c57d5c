/** The loop with everything that a host of it needs: the agent's process, and the simulation of many agents. */
export { type Announcement, announcementSchema, promiseDigest, rememberCallers } from '../announcement.ts';
export { type Config, parseConfig } from '../config.ts';
export { type FluxCalls, type FluxReadings, keepFluxReadings } from '../flux/flux-readings.ts';
export * from '../identity/member-record.ts';
export * from '../identity/mirror.ts';
export * from '../identity/node-state.ts';
export type { StatusDocument } from '../status/document.ts';
export { currentDocument, type DocumentSources } from '../status/serve-status.ts';
export { type AskPatiently, createPatientAsker, type StatusAnswer } from '../status-exchange/index.ts';
export type { ProcessInfo, ProcessState, Supervisor } from '../supervisor/index.ts';
export type { PostgresData } from '../volume/index.ts';
export type { VolumePort } from '../volume-state/volume-state.ts';
export type { Action, Decision } from './action.ts';
export { decide, rules } from './decide.ts';
export { DEFAULT_PACE, type Loop, type LoopState, type Pace, runLoop } from './loop.ts';
export type { Clock, Ports } from './ports.ts';
export type { EtcdContent, Listing, LocalPostgres, NodeFacts, Seen, View } from './view.ts';
