import { mkdtemp, rm, stat, writeFile } from 'node:fs/promises';
import { createServer } from 'node:net';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { afterEach, describe, expect, it } from 'vitest';
import { createControlHandler, readAgent } from './local-control.ts';
import { listenOnUnixSocket, type UnixServerOptions } from './unix-server.ts';

const cleanups: (() => Promise<unknown>)[] = [];

afterEach(async () => {
  for (const cleanup of cleanups.splice(0).reverse()) await cleanup();
});

async function socketPath(): Promise<string> {
  const directory = await mkdtemp(join(tmpdir(), 'control-'));
  cleanups.push(() => rm(directory, { recursive: true }));
  return join(directory, 'control.sock');
}

async function listening(path: string, changes: Partial<UnixServerOptions> = {}) {
  const errors: unknown[] = [];
  const server = await listenOnUnixSocket({
    path,
    mode: 0o600,
    handle: createControlHandler({ status: async () => ({ state: 'serving' }) }),
    onError: (error) => errors.push(error),
    ...changes,
  });
  cleanups.push(() => server.close());
  return { server, errors };
}

describe('the control socket', () => {
  it('gives the status to those who may connect, and only the owner may', async () => {
    const path = await socketPath();
    await listening(path);
    expect((await stat(path)).mode & 0o777).toBe(0o600);
    expect(await readAgent({ socketPath: path, path: '/v1/status?verbose' })).toEqual({ state: 'serving' });
  });

  it('takes the place of a socket that an earlier process left behind', async () => {
    const path = await socketPath();
    const dead = createServer();
    await new Promise<void>((resolve) => dead.listen(path, resolve));
    cleanups.push(() => new Promise((resolve) => dead.close(resolve)));
    await listening(path, { mode: 0o666 });
    expect((await stat(path)).mode & 0o777).toBe(0o666);
    expect(await readAgent({ socketPath: path, path: '/v1/status' })).toEqual({ state: 'serving' });
  });

  it('does not replace a file that is no socket', async () => {
    const path = await socketPath();
    await writeFile(path, 'precious');
    await expect(listening(path)).rejects.toMatchObject({ code: 'EADDRINUSE' });
  });

  it('answers a failing handler with an error and reports it', async () => {
    const path = await socketPath();
    const { errors } = await listening(path, {
      handle: () => {
        throw new Error('no view yet');
      },
    });
    await expect(readAgent({ socketPath: path, path: '/v1/status' })).rejects.toMatchObject({
      name: 'ControlError',
      code: 'protocol',
    });
    expect(errors).toEqual([new Error('no view yet')]);
  });

  it('knows one path', async () => {
    const path = await socketPath();
    await listening(path);
    await expect(readAgent({ socketPath: path, path: '/v1/secrets' })).rejects.toMatchObject({
      code: 'protocol',
      message: expect.stringContaining('404'),
    });
  });

  it('is gone after close', async () => {
    const path = await socketPath();
    const { server } = await listening(path);
    await server.close();
    await expect(readAgent({ socketPath: path, path: '/v1/status' })).rejects.toMatchObject({
      code: 'unreachable',
    });
  });

  it('is not waited for longer than asked', async () => {
    const path = await socketPath();
    await listening(path, { handle: () => new Promise(() => {}) });
    const asked = readAgent({ socketPath: path, path: '/v1/status', timeoutMs: 100 });
    await expect(asked).rejects.toMatchObject({ code: 'timeout' });
  });
});
