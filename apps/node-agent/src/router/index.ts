export { RouterError, type RouterErrorCode } from './router-error.ts';
export { createRouterRuntime, type RouterRuntime, type RouterRuntimeOptions } from './runtime.ts';
export type { ServerState } from './server-state.ts';
export { type DesiredServer, planServerChanges, planServerUse, SLOT_PREFIX } from './servers.ts';
