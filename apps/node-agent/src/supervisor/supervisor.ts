import { z } from 'zod';
import { errorCode, exchange } from '../http/send.ts';
import { SupervisorError } from './supervisor-error.ts';
import { decodeAnswer, encodeCall, type XmlRpcParameter, type XmlRpcValue } from './xml-rpc.ts';

/** A program's state in supervisord's terms; `backoff` waits to be started again, `fatal` was given up. */
export type ProcessState =
  | 'stopped'
  | 'starting'
  | 'running'
  | 'backoff'
  | 'stopping'
  | 'exited'
  | 'fatal'
  | 'unknown';

/** What supervisord knows about one program. */
export interface ProcessInfo {
  readonly name: string;
  readonly state: ProcessState;
  /** Null while no process runs. */
  readonly pid: number | null;
  /** Wall clock, milliseconds, to the second; null when it never ran. */
  readonly startedAtMs: number | null;
  /** Of the last run that ended; 0 when none has. */
  readonly exitStatus: number;
}

/** supervisord's control socket. Every method throws {@link SupervisorError}. */
export interface Supervisor {
  processes(): Promise<readonly ProcessInfo[]>;
  /**
   * Asks for a start and does not wait for it. An already started program is no error. supervisord ignores a start
   * while the program is still `stopping`, so the state has to be read again.
   */
  start(name: string): Promise<void>;
  /** Asks for a stop and does not wait for it. A program that does not run is no error. */
  stop(name: string): Promise<void>;
  /** Sends a signal by its name without SIG, such as `HUP`. A program that does not run is a `fault`. */
  signal(name: string, signal: string): Promise<void>;
}

/** Where supervisord listens, and how long one call may take in all. */
export interface SupervisorOptions {
  readonly socketPath: string;
  readonly requestTimeoutMs: number;
}

/** Fault numbers from supervisor's `xmlrpc.py`. */
const faults = { shutdownState: 6, badName: 10, alreadyStarted: 60, notRunning: 70 } as const;

/** State numbers from supervisor's `states.py`. */
const states = new Map<number, ProcessState>([
  [0, 'stopped'],
  [10, 'starting'],
  [20, 'running'],
  [30, 'backoff'],
  [40, 'stopping'],
  [100, 'exited'],
  [200, 'fatal'],
]);

/** The list of our few programs has some 5 kB. */
const MAX_ANSWER_BYTES = 1024 * 1024;

const processListSchema = z.array(
  z.object({ name: z.string(), state: z.int(), pid: z.int(), start: z.int(), exitstatus: z.int() }),
);

/**
 * What changes with every second that passes. Without it an idle node's answers are equal, and reading one that is known
 * already would be a sixth of all that its agent does.
 */
const TICKING_MEMBERS = /<member>\s*<name>(?:now|description)<\/name>.*?<\/member>/gs;

function readProcesses(list: XmlRpcValue): readonly ProcessInfo[] {
  const parsed = processListSchema.safeParse(list);
  if (!parsed.success) {
    throw new SupervisorError('protocol', 'supervisord listed processes in an unknown form', {
      cause: parsed.error,
    });
  }
  return parsed.data.map(({ name, state, pid, start, exitstatus }) => ({
    name,
    state: states.get(state) ?? 'unknown',
    pid: pid === 0 ? null : pid,
    startedAtMs: start === 0 ? null : start * 1000,
    exitStatus: exitstatus,
  }));
}

/** Connects lazily: creating it touches nothing. */
export function createSupervisor(options: SupervisorOptions): Supervisor {
  let last: { readonly lasting: string; readonly processes: readonly ProcessInfo[] } | null = null;

  async function call(
    method: string,
    parameters: readonly XmlRpcParameter[],
    harmlessFault?: number,
  ): Promise<void> {
    answeredValue(method, await post(encodeCall(method, parameters), options), harmlessFault);
  }

  return {
    async processes() {
      const method = 'supervisor.getAllProcessInfo';
      const text = await post(encodeCall(method, []), options);
      const lasting = text.replace(TICKING_MEMBERS, '');
      if (lasting !== last?.lasting) {
        last = { lasting, processes: readProcesses(answeredValue(method, text)) };
      }
      return last.processes;
    },
    async start(name) {
      await call('supervisor.startProcess', [name, false], faults.alreadyStarted);
    },
    async stop(name) {
      await call('supervisor.stopProcess', [name, false], faults.notRunning);
    },
    async signal(name, signal) {
      await call('supervisor.signalProcess', [name, signal]);
    },
  };
}

function answeredValue(method: string, text: string, harmlessFault?: number): XmlRpcValue {
  const answer = decodeAnswer(text);
  if (answer.kind === 'value') return answer.value;
  if (answer.faultCode === harmlessFault) return true;
  throw faultError(method, answer.faultCode, answer.faultString);
}

async function post(body: string, options: SupervisorOptions): Promise<string> {
  const { socketPath, requestTimeoutMs } = options;
  const signal = AbortSignal.timeout(requestTimeoutMs);
  const headers = { 'content-type': 'text/xml' };
  try {
    const answer = await exchange(
      // A fresh connection costs nothing on a Unix socket, and none can have gone stale between two calls.
      { agent: false, socketPath, method: 'POST', path: '/RPC2', headers, signal },
      { body, maxBodyBytes: MAX_ANSWER_BYTES },
    );
    if (answer.status === 200) return answer.body;
    throw new SupervisorError('protocol', `supervisord answered with HTTP status ${answer.status}`);
  } catch (cause) {
    throw cause instanceof SupervisorError ? cause : transportError(cause, options);
  }
}

function transportError(
  cause: unknown,
  { socketPath, requestTimeoutMs }: SupervisorOptions,
): SupervisorError {
  if (cause instanceof Error && cause.name === 'TimeoutError') {
    return new SupervisorError('timeout', `no answer from supervisord within ${requestTimeoutMs} ms`, {
      cause,
    });
  }
  if (cause instanceof RangeError || errorCode(cause).startsWith('HPE_')) {
    return new SupervisorError('protocol', 'supervisord answered something that is not HTTP', { cause });
  }
  return new SupervisorError('unreachable', `supervisord cannot be reached at ${socketPath}`, { cause });
}

function faultError(method: string, faultCode: number, faultString: string): SupervisorError {
  const code =
    faultCode === faults.shutdownState ? 'shutdown' : faultCode === faults.badName ? 'bad-name' : 'fault';
  return new SupervisorError(code, `${method}: ${faultString}`, { faultCode });
}
