import { chmod, chown, lstat, unlink } from 'node:fs/promises';
import type { IncomingHttpHeaders, ServerResponse } from 'node:http';
import { http } from '../http/node-http.ts';

/** A request as far as the handlers need it: none of them takes a body. */
export interface HttpQuestion {
  readonly method: string;
  /** Without the query. */
  readonly path: string;
  readonly headers: IncomingHttpHeaders;
}

/** An answer; the body is sent as JSON. */
export interface HttpAnswer {
  readonly status: number;
  readonly body: unknown;
}

/** Where to listen, and what answers. */
export interface UnixServerOptions {
  readonly path: string;
  /** Who may connect: writing to the socket is what connecting needs. `0o600` for the owner alone. */
  readonly mode: number;
  /** Left as it is where not given. */
  readonly owner?: { readonly uid: number; readonly gid: number };
  readonly handle: (question: HttpQuestion) => HttpAnswer | Promise<HttpAnswer>;
  /** A handler that threw: the request was answered with status 500. */
  readonly onError: (error: unknown) => void;
}

/** A listening server. */
export interface UnixServer {
  /** Ends open connections and removes the socket. */
  readonly close: () => Promise<void>;
}

/** A request without a body arrives at once or never; the socket is local. */
const REQUEST_TIMEOUT_MS = 5000;
const MAX_CONNECTIONS = 128;

/**
 * Serves HTTP on a Unix socket. A socket left behind by an earlier process is replaced; any other file at its path is an
 * error, and so is a directory that does not exist.
 */
export async function listenOnUnixSocket(options: UnixServerOptions): Promise<UnixServer> {
  await removeSocket(options.path);
  const server = http.createServer(
    { requestTimeout: REQUEST_TIMEOUT_MS, headersTimeout: REQUEST_TIMEOUT_MS },
    (request, response) => {
      const { method = '', url = '', headers } = request;
      const path = url.split('?')[0] ?? '';
      void answer({ method, path, headers }, response, options);
    },
  );
  server.maxConnections = MAX_CONNECTIONS;
  await new Promise<void>((resolve, reject) => {
    server.once('error', reject);
    server.listen(options.path, resolve);
  });
  // Until here the umask ruled, and with the usual one nobody but the owner may connect.
  if (options.owner !== undefined) await chown(options.path, options.owner.uid, options.owner.gid);
  await chmod(options.path, options.mode);
  return {
    close: () =>
      new Promise((resolve) => {
        server.close(() => resolve());
        server.closeAllConnections();
      }),
  };
}

async function answer(
  question: HttpQuestion,
  response: ServerResponse,
  { handle, onError }: UnixServerOptions,
): Promise<void> {
  let sent: HttpAnswer;
  try {
    sent = await handle(question);
  } catch (error) {
    onError(error);
    sent = { status: 500, body: { reason: 'failed' } };
  }
  const body = JSON.stringify(sent.body);
  response.writeHead(sent.status, {
    'content-type': 'application/json',
    'content-length': Buffer.byteLength(body),
    'cache-control': 'no-store',
    // Local connections are cheap, and an idle one could be closed just when the router uses it again.
    connection: 'close',
  });
  response.end(body);
}

async function removeSocket(path: string): Promise<void> {
  const existing = await lstat(path).catch(() => null);
  if (existing?.isSocket()) await unlink(path);
}
