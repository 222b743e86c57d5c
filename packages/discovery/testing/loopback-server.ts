import { createServer, type IncomingMessage, type RequestListener, type ServerResponse } from 'node:http';

/** A server on loopback with what was asked of it. */
export interface LoopbackServer extends AsyncDisposable {
  readonly url: string;
  readonly requests: readonly IncomingMessage[];
}

/** Starts a server on a free port of 127.0.0.1; disposing of it cuts every connection. */
export async function loopbackServer(listener: RequestListener): Promise<LoopbackServer> {
  const requests: IncomingMessage[] = [];
  const server = createServer((request, response) => {
    requests.push(request);
    listener(request, response);
  });
  await new Promise<void>((resolve) => server.listen(0, '127.0.0.1', resolve));
  const address = server.address();
  if (address === null || typeof address === 'string') throw new Error('the server has no port');
  return {
    url: `http://127.0.0.1:${address.port}`,
    requests,
    async [Symbol.asyncDispose]() {
      server.closeAllConnections();
      await new Promise((resolve) => server.close(resolve));
    },
  };
}

/** Answers every request with one JSON document. */
export function answering(
  document: unknown,
  headers: Readonly<Record<string, string>> = {},
): RequestListener {
  return (_request, response) => sendText(response, JSON.stringify(document), headers);
}

/** Answers with a text and status 200. */
export function sendText(
  response: ServerResponse,
  text: string,
  headers: Readonly<Record<string, string>> = {},
): void {
  response.writeHead(200, { 'content-type': 'application/json', ...headers }).end(text);
}
