import { mkdtemp, rm } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { afterEach, describe, expect, it } from 'vitest';
import { z } from 'zod';
import { commandAgent, controlCommand, createControlHandler, readAgent } from './local-control.ts';
import { listenOnUnixSocket } from './unix-server.ts';

const cleanups: (() => Promise<unknown>)[] = [];

afterEach(async () => {
  for (const cleanup of cleanups.splice(0).reverse()) await cleanup();
});

const schema = z.object({ names: z.array(z.string().max(64)).max(50) });

async function serving(answer: (request: z.infer<typeof schema>) => Promise<unknown>) {
  const directory = await mkdtemp(join(tmpdir(), 'control-'));
  cleanups.push(() => rm(directory, { recursive: true }));
  const socketPath = join(directory, 'control.sock');
  const handle = createControlHandler({
    status: () => ({ state: 'serving' }),
    commands: { '/v1/name': controlCommand(schema, answer) },
  });
  const server = await listenOnUnixSocket({
    path: socketPath,
    mode: 0o600,
    handle,
    onError: () => undefined,
  });
  cleanups.push(() => server.close());
  return socketPath;
}

describe('a command to the agent', () => {
  it('arrives as it was given, whatever characters it has and however many names', async () => {
    const socketPath = await serving(async (request) => request);
    const order = { names: ['ü "quoted"\n\u007f', '', ...Array(48).fill('x'.repeat(64))] };
    expect(await commandAgent({ socketPath, path: '/v1/name', order })).toEqual(order);
  });

  it.each([
    ['names nothing', {}],
    ['is of the wrong kind', { names: 'one' }],
    ['names too many', { names: Array(51).fill('x') }],
    ['is nothing', null],
  ])('that %s is refused and not carried out', async (_name, order) => {
    const asked: unknown[] = [];
    const socketPath = await serving(async (request) => asked.push(request));
    await expect(commandAgent({ socketPath, path: '/v1/name', order })).rejects.toMatchObject({
      code: 'protocol',
      message: expect.stringContaining('400'),
    });
    expect(asked).toEqual([]);
  });

  it('is not carried out by who only reads, and reading is no command', async () => {
    const asked: unknown[] = [];
    const socketPath = await serving(async (request) => asked.push(request));
    await expect(readAgent({ socketPath, path: '/v1/name' })).rejects.toThrow('405');
    await expect(commandAgent({ socketPath, path: '/v1/status', order: {} })).rejects.toThrow('405');
    expect(asked).toEqual([]);
    expect(await readAgent({ socketPath, path: '/v1/status' })).toEqual({ state: 'serving' });
  });

  it('is unknown where the agent takes none', async () => {
    const handle = createControlHandler({ status: () => ({}) });
    expect(await handle({ method: 'POST', path: '/v1/recover', headers: {} })).toMatchObject({ status: 404 });
  });

  it('without anything sent is refused', async () => {
    const handle = createControlHandler({
      status: () => ({}),
      commands: { '/v1/name': controlCommand(schema, async () => 'done') },
    });
    expect(await handle({ method: 'POST', path: '/v1/name', headers: {} })).toMatchObject({ status: 400 });
  });

  it('is not waited for longer than asked', async () => {
    const socketPath = await serving(() => new Promise(() => {}));
    const asked = commandAgent({ socketPath, path: '/v1/name', order: { names: [] }, timeoutMs: 100 });
    await expect(asked).rejects.toMatchObject({ code: 'timeout' });
  });
});
