import { createServer, type Socket } from 'node:net';

/** A server that speaks bytes, for answers that node's own HTTP server cannot give. */
export interface RawServer extends AsyncDisposable {
  readonly url: string;
  /** How many connections it has had. */
  readonly connections: () => number;
}

/** Starts a server on a free port of 127.0.0.1 that handles each connection as given. */
export async function rawServer(handle: (socket: Socket) => void): Promise<RawServer> {
  const sockets: Socket[] = [];
  const server = createServer((socket) => {
    sockets.push(socket);
    socket.on('error', () => undefined);
    handle(socket);
  });
  await new Promise<void>((resolve) => server.listen(0, '127.0.0.1', resolve));
  const address = server.address();
  if (address === null || typeof address === 'string') throw new Error('the server has no port');
  return {
    url: `http://127.0.0.1:${address.port}`,
    connections: () => sockets.length,
    async [Symbol.asyncDispose]() {
      for (const socket of sockets) socket.destroy();
      await new Promise((resolve) => server.close(resolve));
    },
  };
}

/** Waits for a request and answers it with these bytes, then closes, as Patroni does with HTTP/1.0. */
export function closingAfter(bytes: string): (socket: Socket) => void {
  return (socket) => {
    socket.once('data', () => socket.end(bytes));
  };
}
