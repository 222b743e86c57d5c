import { once } from 'node:events';
import { createServer } from 'node:net';
import { expect, test } from 'vitest';
import { isPortFree, parseListener } from './ports.ts';

test('a port is taken while somebody listens on it, be it on all addresses, and free again afterwards', async () => {
  const server = createServer();
  server.listen(0, '0.0.0.0');
  await once(server, 'listening');
  const address = server.address();
  const port = typeof address === 'object' && address !== null ? address.port : 0;
  expect(await isPortFree(port)).toBe(false);
  server.close();
  await once(server, 'close');
  expect(await isPortFree(port)).toBe(true);
});

test('the listener is named as far as the system tells', () => {
  const line = 'LISTEN 0 200 127.0.0.1:5432 0.0.0.0:* users:(("postgres",pid=812,fd=6))\n';
  expect(parseListener(line)).toBe('postgres (process 812)');
  expect(parseListener('LISTEN 0 200 127.0.0.1:5432 0.0.0.0:*\n')).toBe(null);
  expect(parseListener('')).toBe(null);
});
