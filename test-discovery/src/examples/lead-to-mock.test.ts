import { execFile } from 'node:child_process';
import { once } from 'node:events';
import { createServer } from 'node:http';
import type { AddressInfo } from 'node:net';
import { expect, test } from 'vitest';

const preload = new URL('../../testing/lead-to-mock.mjs', import.meta.url).href;

/**
 * What a program says that runs with the preload, against a server that answers with the `Host` it was asked for. The
 * programs of these tests name loopback addresses only, so that a broken preload does no harm.
 */
async function led(program: string, environment: Readonly<Record<string, string>> = {}): Promise<string> {
  const server = createServer((request, response) => response.end(`led ${request.headers.host}`));
  server.listen(0, '127.0.0.1');
  await once(server, 'listening');
  const { port } = server.address() as AddressInfo;
  const env = { LEAD_TO_MOCK_PORT: String(port), ...environment };
  const words = [`--import=${preload}`, '--input-type=module', '--eval', program];
  const said = await new Promise<string>((resolve) => {
    execFile(process.execPath, words, { env }, (_error, stdout, stderr) => resolve(stdout + stderr));
  });
  server.close();
  server.closeAllConnections();
  return said.trim();
}

function connecting(words: string): string {
  return `import net from 'node:net';
    const socket = ${words};
    socket.on('connect', () => { console.log(socket.remoteAddress, socket.remotePort !== 1); socket.destroy(); });
    socket.on('error', ({ code }) => console.log(code));`;
}

test.each([
  "net.connect({ host: '127.0.0.2', port: 1 })",
  "net.connect(1, '127.0.0.2')",
  'net.connect(1)',
  "new net.Socket().connect(1, '127.0.0.2')",
  "net.createConnection({ host: 'name.test', port: '1', autoSelectFamily: true })",
])('%s leads to the mock', async (words) => {
  expect(await led(connecting(words))).toBe('127.0.0.1 true');
});

test.each([
  "http.get('http://127.0.0.2:81', (answer) => answer.pipe(process.stdout))",
  "fetch('http://127.0.0.2:81').then((answer) => answer.text()).then(console.log)",
])('%s leads to the mock and keeps its Host', async (words) => {
  expect(await led(`import http from 'node:http'; ${words}`)).toBe('led 127.0.0.2:81');
});

test.each(['127.0.0.2:1', '127.0.0.9:2,127.0.0.2:1'])(
  'with %s refused, a connection fails',
  async (refused) => {
    const program = connecting("net.connect(1, '127.0.0.2')");
    expect(await led(program, { LEAD_TO_MOCK_REFUSED: refused })).toBe('ECONNREFUSED');
  },
);

test('TLS is refused, since the mock speaks plain HTTP', async () => {
  const program = "fetch('https://127.0.0.2:81').catch(({ cause }) => console.log(cause.code))";
  expect(await led(program)).toBe('ECONNREFUSED');
});

test.each([
  "import { connect } from 'node:net'; connect('/nowhere.sock')",
  "import { lookup } from 'node:dns'; lookup('localhost', console.log)",
  "import { lookup } from 'node:dns/promises'; await lookup('localhost')",
  "import { Resolver } from 'node:dns'; new Resolver(); Resolver.prototype.resolve4('localhost', console.log)",
  "import { createSocket } from 'node:dgram'; createSocket('udp4').send('', 9, '127.0.0.1')",
  "import { spawn } from 'node:child_process'; spawn('true')",
])('%s is an error', async (program) => {
  expect(await led(program)).toContain('this process may open TCP connections only');
});

test('without the port of a mock nothing runs', async () => {
  const said = await led('console.log("runs")', { LEAD_TO_MOCK_PORT: '' });
  expect(said).toContain('LEAD_TO_MOCK_PORT must be a port number');
  expect(said).not.toMatch(/^runs$/m);
});
