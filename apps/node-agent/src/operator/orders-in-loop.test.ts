import { mkdtemp, rm } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { afterEach, describe, expect, it } from 'vitest';
import { runCommand } from '../command/run.ts';
import type { NodeState } from '../identity/node-state.ts';
import { runLoop } from '../loop/loop.ts';
import { aMemberState, aMirror, aRecord, THIRD } from '../loop/member-builder.ts';
import { realSleep, somePorts } from '../loop/ports-builder.ts';
import { aConfig, aView, NODE, OTHER } from '../loop/view-builder.ts';
import { commandAgent, controlCommand, createControlHandler } from '../status-exchange/local-control.ts';
import { listenOnUnixSocket } from '../status-exchange/unix-server.ts';
import { foundRequestSchema, recoverRequestSchema } from './exchange.ts';
import { createOrderDesk } from './order-desk.ts';
import { createOperatorQueue } from './orders.ts';

const cleanups: (() => Promise<unknown>)[] = [];
afterEach(async () => {
  for (const cleanup of cleanups.splice(0).reverse()) await cleanup();
});

/** A node with its real loop and socket, whose peers are all silent. */
async function aNode(before: NodeState) {
  let state = before;
  const clock = { nowMs: () => performance.now(), wallMs: () => aView().wallMs, sleep: realSleep };
  const operator = createOperatorQueue(() => loop.wake());
  const ports = somePorts([]);
  const volume = {
    ...ports.volume,
    state: () => state,
    writeState: async (written: NodeState) => {
      state = written;
    },
    mirror: () =>
      aMirror({
        members: [aRecord(NODE, '10.0.0.1'), aRecord(OTHER), aRecord(THIRD, '10.0.0.3')],
        voters: [],
      }),
  };
  const loop = runLoop({ ...ports, clock, operator, volume }, aConfig(), () => undefined);
  cleanups.push(() => loop.stop());
  const directory = await mkdtemp(join(tmpdir(), 'orders-'));
  cleanups.push(() => rm(directory, { recursive: true }));
  const socketPath = join(directory, 'control.sock');
  const desk = createOrderDesk({ loop, clock, give: operator.give });
  const handle = createControlHandler({
    status: () => ({}),
    commands: {
      '/v1/recover': controlCommand(recoverRequestSchema, desk.recover),
      '/v1/found': controlCommand(foundRequestSchema, desk.found),
    },
  });
  const server = await listenOnUnixSocket({
    path: socketPath,
    mode: 0o600,
    handle,
    onError: () => undefined,
  });
  cleanups.push(() => server.close());
  const run = (...arguments_: string[]) =>
    runCommand(arguments_, {
      readAgent: async () => ({}),
      commandAgent: (path, order) => commandAgent({ socketPath, path, order }),
      write: () => undefined,
      writeError: () => undefined,
    });
  return { run, state: () => state };
}

describe('the word of a person', () => {
  it('is on disk once the command ends, and a dry run or a refusal leaves nothing there', async () => {
    const { run, state } = await aNode(aMemberState());
    expect(await run('recover', OTHER, '--dry-run')).toBe(0);
    expect(await run('recover', NODE)).toBe(3);
    expect(state().declaredGone).toEqual([]);
    expect(await run('recover', '10.0.0.2')).toBe(0);
    expect(state().declaredGone).toEqual([OTHER]);
    expect(await run('recover', THIRD)).toBe(0);
    expect(state().declaredGone).toEqual([OTHER, THIRD]);
    expect(await run('found')).toBe(0);
    expect(state()).toMatchObject({ permitsNewData: false, permittedAddresses: [] });
  });
});
