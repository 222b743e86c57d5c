export {
  createSupervisor,
  type ProcessInfo,
  type ProcessState,
  type Supervisor,
  type SupervisorOptions,
} from './supervisor.ts';
export { SupervisorError, type SupervisorErrorCode } from './supervisor-error.ts';
export { POSTMASTER, type PostmasterPorts, withPostmaster } from './with-postmaster.ts';
