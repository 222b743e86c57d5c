import { describe, expect, it } from 'vitest';
import { aMemberState, processesIn } from '../member-builder.ts';
import type { View } from '../view.ts';
import { aView } from '../view-builder.ts';
import { processState } from './process.ts';
import { runRouter, steerRouter } from './router.ts';

describe('the router', () => {
  it('is started whenever it does not run', () => {
    for (const router of ['stopped', 'exited', 'fatal', 'unknown'] as const) {
      expect(runRouter.apply(aView({ processes: processesIn({ router }) }))).toMatchObject({
        action: { kind: 'start-router' },
        reason: 'router-down',
      });
    }
    expect(runRouter.apply(aView())).toBeNull();
  });

  it('holds everything up while supervisord does not tell whether it runs', () => {
    expect(runRouter.apply(aView({ processes: { ok: false, error: 'timeout' } }))).toMatchObject({
      action: { kind: 'wait' },
      reason: 'supervisor-unreachable',
      detail: 'timeout',
    });
    const processes: View['processes'] = { ok: true, seenAtMs: 0, value: [] };
    expect(runRouter.apply(aView({ processes }))?.reason).toBe('supervisor-unreachable');
  });

  it('is told its servers once, and again when it was restarted or they changed', () => {
    const view = aView();
    const told = steerRouter.apply(view);
    if (told?.action.kind !== 'set-router-servers') throw new Error('the router is not told');
    const applied = { ...view.applied, routerServers: told.action.signature };
    expect(steerRouter.apply({ ...view, applied })).toBeNull();
    const processes: View['processes'] = view.processes.ok
      ? { ...view.processes, value: view.processes.value.map((info) => ({ ...info, pid: 99 })) }
      : view.processes;
    expect(steerRouter.apply({ ...view, applied, processes })?.reason).toBe('router-servers-differ');
    expect(steerRouter.apply({ ...view, applied, state: aMemberState() })).not.toBeNull();
  });
});

describe('the state of a program', () => {
  it.each([
    ['starting', true, true],
    ['running', true, true],
    ['stopping', true, false],
    ['backoff', true, false],
    ['stopped', false, false],
    ['exited', false, false],
    ['fatal', false, false],
    ['unknown', false, false],
  ] as const)('%s is alive: %s, running: %s', (state, alive, running) => {
    expect(processState({ processes: processesIn({ etcd: state }) }, 'etcd')).toMatchObject({
      alive,
      running,
    });
  });

  it('is unknown, not dead, while supervisord does not answer', () => {
    expect(processState({ processes: { ok: false, error: 'timeout' } }, 'etcd')).toBeNull();
  });
});
