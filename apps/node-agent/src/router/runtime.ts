import { connect } from 'node:net';
import { RouterError } from './router-error.ts';
import { parseServerStates, type ServerState } from './server-state.ts';

/** HAProxy's runtime API. Every method throws {@link RouterError}. */
export interface RouterRuntime {
  /** All servers of all backends. */
  servers(): Promise<readonly ServerState[]>;
  /** Sends the lines one after the other and stops at the first that HAProxy refuses. */
  apply(commands: readonly string[]): Promise<void>;
}

/** Where HAProxy's runtime API listens (`stats socket`, level admin), and how long one command may take. */
export interface RouterRuntimeOptions {
  readonly socketPath: string;
  readonly timeoutMs: number;
}

/** The state of a few backends with 16 slots is some 10 kB; far more is not an answer of ours. */
const maxAnswerBytes = 4 * 1024 * 1024;

/**
 * What a changing command says when all is well; most say nothing. HAProxy's own severities do not help to tell: in
 * version 3.0 a changed and an invalid address both come as a warning.
 */
const acknowledgement = /^((IP|port) changed from '.*|nothing changed|no need to change .*)$/;

/** Keeps no connection: HAProxy ends it after each line anyway. */
export function createRouterRuntime(options: RouterRuntimeOptions): RouterRuntime {
  return {
    async servers() {
      const answer = await exchange(options, 'show servers state');
      // A list cut short at a line's end would pass for one with fewer slots.
      if (answer.endsWith('\n\n')) return parseServerStates(answer);
      throw new RouterError('protocol', 'HAProxy did not finish its list of servers');
    },
    async apply(commands) {
      for (const command of commands) {
        const answer = await exchange(options, command);
        const refusal = answer
          .split('\n')
          .find((line) => line.trim() !== '' && !acknowledgement.test(line.trim()));
        if (refusal !== undefined) throw new RouterError('refused', `${command}: ${refusal.trim()}`);
      }
    },
  };
}

function exchange({ socketPath, timeoutMs }: RouterRuntimeOptions, command: string): Promise<string> {
  if (/[\r\n]/.test(command)) throw new RouterError('invalid', 'a command is one line');
  return new Promise((resolve, reject) => {
    const chunks: Buffer[] = [];
    let sizeBytes = 0;
    const socket = connect(socketPath);
    const fail = (error: RouterError): void => {
      clearTimeout(timer);
      socket.destroy();
      reject(error);
    };
    const timer = setTimeout(
      () => fail(new RouterError('timeout', `no answer from HAProxy within ${timeoutMs} ms`)),
      timeoutMs,
    );
    socket.on('connect', () => socket.write(`${command}\n`));
    socket.on('data', (chunk: Buffer) => {
      sizeBytes += chunk.length;
      chunks.push(chunk);
      if (sizeBytes > maxAnswerBytes) fail(new RouterError('protocol', 'HAProxy answered without end'));
    });
    socket.on('error', (cause) =>
      fail(new RouterError('unreachable', `HAProxy cannot be reached at ${socketPath}`, cause)),
    );
    socket.on('end', () => {
      clearTimeout(timer);
      const answer = Buffer.concat(chunks).toString();
      // Every answer ends with a line break; without one the router went away while it spoke.
      if (answer.endsWith('\n')) resolve(answer);
      else fail(new RouterError('unreachable', 'HAProxy ended the connection within its answer'));
    });
  });
}
