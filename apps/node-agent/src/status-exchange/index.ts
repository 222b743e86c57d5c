export { ControlError, type ControlErrorCode, createControlHandler, readAgent } from './local-control.ts';
export { type AskPatiently, createPatientAsker, type TimedAnswer } from './patient-asker.ts';
export { STATUS_PATH } from './protocol.ts';
export type { PresentReason, SilentReason, StatusAnswer } from './status-answer.ts';
export { createStatusClient, type StatusClient, type StatusClientOptions } from './status-client.ts';
export {
  type CallerContact,
  createStatusHandler,
  MAX_DOCUMENT_BYTES,
  type StatusHandlerOptions,
} from './status-handler.ts';
export {
  type HttpAnswer,
  type HttpQuestion,
  listenOnUnixSocket,
  type UnixServer,
  type UnixServerOptions,
} from './unix-server.ts';
