import type { ConfigProblem } from '../config.ts';
import { CONTROL_SOCKET } from '../paths.ts';
import { createControlHandler, listenOnUnixSocket, type UnixServer } from '../status-exchange/index.ts';
import type { StatusReport } from './report-schema.ts';

/** The status of a node that has not even begun. */
export function misconfiguredReport(problems: readonly ConfigProblem[]): StatusReport {
  return {
    node: {
      id: null,
      address: null,
      state: 'misconfigured',
      role: null,
      action: 'wait',
      reason: 'misconfigured',
      detail: `${problems.length} to mend`,
      failure: null,
    },
    cluster: { id: null, epoch: null, expectedNodes: null, formed: false },
    members: [],
    problems: [...problems],
  };
}

/** Answers `flux-pg status` with the problems; nothing else of the node is touched. */
export function serveMisconfigured(problems: readonly ConfigProblem[]): Promise<UnixServer> {
  const report = misconfiguredReport(problems);
  return listenOnUnixSocket({
    path: CONTROL_SOCKET,
    mode: 0o600,
    handle: createControlHandler({ status: () => report }),
    onError: () => undefined,
  });
}
