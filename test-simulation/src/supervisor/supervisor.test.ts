import { expect, it } from 'vitest';
import { createRandom } from '../kernel/random.ts';
import { createScheduler } from '../kernel/scheduler.ts';
import { createSupervisorModel } from './supervisor.ts';

/** supervisord with one program that takes `stopsAfterMs` to end after SIGTERM. */
function aSupervisor(options: { readonly restarts: boolean; readonly stopsAfterMs: number }) {
  const scheduler = createScheduler(createRandom(1).next);
  let pid = 0;
  let exits: (status: number) => void = () => undefined;
  const model = createSupervisorModel({
    scheduler,
    nextPid: () => {
      pid += 1;
      return pid;
    },
    wallMs: scheduler.nowMs,
    told: () => undefined,
    programs: [
      {
        name: 'etcd',
        restarts: options.restarts,
        stopWaitMs: 3000,
        spawn: (exited) => {
          exits = exited;
          return {
            terminate: () => scheduler.at(scheduler.nowMs() + options.stopsAfterMs, () => exited(0)),
            kill: () => undefined,
          };
        },
      },
    ],
  });
  const port = model.portFor(async (_name, apply) => apply());
  const state = async () => (await port.processes())[0];
  const run = (ms: number) => scheduler.runUntil(scheduler.nowMs() + ms, () => true);
  return { model, port, state, run, exits: (status: number) => exits(status) };
}

it('stops a program that ends in time, and kills one that does not', async () => {
  const quick = aSupervisor({ restarts: false, stopsAfterMs: 100 });
  await quick.port.start('etcd');
  expect(await quick.state()).toMatchObject({ state: 'running', pid: 1 });
  await quick.port.stop('etcd');
  expect(await quick.state()).toMatchObject({ state: 'stopping' });
  await quick.run(200);
  expect(await quick.state()).toMatchObject({ state: 'stopped', pid: null, exitStatus: 0 });

  const slow = aSupervisor({ restarts: false, stopsAfterMs: 60_000 });
  await slow.port.start('etcd');
  await slow.port.stop('etcd');
  await slow.run(2999);
  expect(await slow.state()).toMatchObject({ state: 'stopping' });
  await slow.run(1);
  expect(await slow.state()).toMatchObject({ state: 'stopped', exitStatus: 137 });
});

it('ignores a start while the program is still stopping', async () => {
  const { port, state } = aSupervisor({ restarts: false, stopsAfterMs: 1000 });
  await port.start('etcd');
  await port.stop('etcd');
  await port.start('etcd');
  expect(await state()).toMatchObject({ state: 'stopping', pid: 1 });
});

it('restarts only what is configured so', async () => {
  for (const restarts of [true, false]) {
    const { state, run, exits, port } = aSupervisor({ restarts, stopsAfterMs: 0 });
    await port.start('etcd');
    exits(1);
    expect(await state()).toMatchObject({ state: 'exited', exitStatus: 1 });
    await run(2000);
    expect((await state())?.state).toBe(restarts ? 'running' : 'exited');
  }
});
