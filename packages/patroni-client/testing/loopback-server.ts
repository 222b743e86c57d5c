import { createServer, type IncomingMessage, type RequestListener } from 'node:http';
import { createServer as createTlsServer, type ServerOptions } from 'node:https';
import { text } from 'node:stream/consumers';

/** What was asked of a server. */
export interface Asked {
  readonly method: string | undefined;
  readonly url: string | undefined;
  readonly headers: IncomingMessage['headers'];
  readonly body: string;
}

/** A server on loopback with what was asked of it. */
export interface LoopbackServer extends AsyncDisposable {
  readonly url: string;
  readonly requests: readonly Asked[];
}

/** Starts a server on a free port of 127.0.0.1, with TLS if given; disposing of it cuts every connection. */
export async function loopbackServer(
  listener: RequestListener,
  tls?: ServerOptions,
): Promise<LoopbackServer> {
  const requests: Asked[] = [];
  const handle: RequestListener = async (request, response) => {
    const { method, url, headers } = request;
    requests.push({ method, url, headers, body: await text(request) });
    listener(request, response);
  };
  const server = tls === undefined ? createServer(handle) : createTlsServer(tls, handle);
  await new Promise<void>((resolve) => server.listen(0, '127.0.0.1', resolve));
  const address = server.address();
  if (address === null || typeof address === 'string') throw new Error('the server has no port');
  return {
    url: `${tls === undefined ? 'http' : 'https'}://127.0.0.1:${address.port}`,
    requests,
    async [Symbol.asyncDispose]() {
      server.closeAllConnections();
      await new Promise((resolve) => server.close(resolve));
    },
  };
}

/** Answers every request with one JSON document. */
export function answering(document: unknown, status = 200): RequestListener {
  return saying(JSON.stringify(document), status, 'application/json');
}

/** Answers every request with one text; Patroni calls its plain text HTML. */
export function saying(body: string, status = 200, type = 'text/html'): RequestListener {
  return (_request, response) => response.writeHead(status, { 'content-type': type }).end(body);
}
