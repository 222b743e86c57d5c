import { once } from 'node:events';
import { connect, createServer, type TLSSocket } from 'node:tls';
import type { IssuedCertificate } from '../src/index.ts';

/** One end of a connection: whom it trusts and what it shows. */
export interface End {
  readonly caPem: string;
  readonly shows?: IssuedCertificate;
}

function material({ caPem, shows }: End) {
  return {
    ca: caPem,
    minVersion: 'TLSv1.3' as const,
    ...(shows === undefined ? {} : { cert: shows.certificatePem, key: shows.privateKeyPem }),
  };
}

async function greeting(socket: TLSSocket): Promise<string> {
  const parts: Buffer[] = [];
  for await (const part of socket) parts.push(part);
  // A server that refuses without an alert just closes, which is no error to the reader.
  if (parts.length === 0) throw new Error('the server refused');
  return Buffer.concat(parts).toString('utf8');
}

/**
 * Connects two ends that both ask for a certificate, and returns what the server says: the name it read in the client's.
 * Rejects if either refuses the other; a refused client learns that only when it reads.
 */
export async function handshake(ends: {
  readonly server: End;
  readonly client: End;
  readonly serverName?: string;
}): Promise<string> {
  const server = createServer(
    { ...material(ends.server), requestCert: true, rejectUnauthorized: true },
    (socket) => socket.end(`hello ${String(socket.getPeerCertificate().subject.CN)}`),
  );
  server.listen(0, '127.0.0.1');
  await once(server, 'listening');
  const address = server.address();
  if (address === null || typeof address === 'string') throw new Error('the server has no port');
  const client = connect({
    host: '127.0.0.1',
    port: address.port,
    ...material(ends.client),
    ...(ends.serverName === undefined ? {} : { servername: ends.serverName }),
  });
  try {
    await once(client, 'secureConnect');
    return await greeting(client);
  } finally {
    client.destroy();
    server.close();
  }
}
