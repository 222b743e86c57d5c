import fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import type { ServerState } from './server-state.ts';
import { type DesiredServer, planServerChanges } from './servers.ts';

function slot(number: number, changes: Partial<ServerState> = {}): ServerState {
  return {
    backend: 'read_write',
    name: `slot${number}`,
    address: '127.0.0.1',
    port: 1,
    checkPort: 1,
    inMaintenance: true,
    operation: 'stopped',
    ...changes,
  };
}

function freshSlots(count: number): readonly ServerState[] {
  return Array.from({ length: count }, (_, index) => slot(index + 1));
}

function node(number: number, changes: Partial<DesiredServer> = {}): DesiredServer {
  return { key: `node-${number}`, address: `10.0.0.${number}`, port: 5432, checkPort: 8008, ...changes };
}

function running(number: number, server: DesiredServer): ServerState {
  const { address, port, checkPort } = server;
  return slot(number, { address, port, checkPort, inMaintenance: false, operation: 'running' });
}

/** HAProxy as far as the commands reach: what it would report after them. */
function applied(servers: readonly ServerState[], lines: readonly string[]): readonly ServerState[] {
  let state = servers;
  for (const command of lines.flatMap((line) => line.split(';'))) {
    const [verb, , ...rest] = command.split(' ');
    if (verb === 'shutdown') continue;
    const [path, what, ...values] = rest;
    state = state.map((server) => {
      if (`${server.backend}/${server.name}` !== path) return server;
      if (what === 'addr') return { ...server, address: values[0] ?? '', port: Number(values[2]) };
      if (what === 'check-port') return { ...server, checkPort: Number(values[0]) };
      if (what === 'state') return { ...server, inMaintenance: values[0] === 'maint', operation: 'starting' };
      if (what === 'health') return { ...server, operation: 'stopped' };
      throw new Error(`unknown command ${command}`);
    });
  }
  return state;
}

function enabled(servers: readonly ServerState[]): readonly string[] {
  return servers
    .filter(({ inMaintenance }) => !inMaintenance)
    .map(({ address, port, checkPort }) => `${address}:${port}/${checkPort}`)
    .sort();
}

describe('planServerChanges', () => {
  it('sets a free slot while it is in maintenance and lets the first check bring it up', () => {
    expect(planServerChanges(freshSlots(2), { read_write: [node(7)] })).toEqual([
      'set server read_write/slot1 addr 10.0.0.7 port 5432',
      'set server read_write/slot1 check-port 8008',
      'set server read_write/slot1 state ready;set server read_write/slot1 health down',
    ]);
  });

  it('asks for nothing when nothing differs', () => {
    expect(planServerChanges([running(1, node(1)), slot(2)], { read_write: [node(1)] })).toEqual([]);
  });

  it('puts a leaving server into maintenance and ends its sessions', () => {
    expect(planServerChanges([running(1, node(1)), running(2, node(2))], { read_write: [node(2)] })).toEqual([
      'set server read_write/slot1 state maint;shutdown sessions server read_write/slot1',
    ]);
  });

  it('gives a node with a new address another slot and retires the old one first', () => {
    const moved = node(1, { address: '10.0.9.9' });
    const plan = planServerChanges([running(1, node(1)), slot(2)], { read_write: [moved] });
    expect(plan[0]).toBe('set server read_write/slot1 state maint;shutdown sessions server read_write/slot1');
    expect(plan[1]).toBe('set server read_write/slot2 addr 10.0.9.9 port 5432');
  });

  it('reuses a slot that it has just retired when no other is left', () => {
    expect(planServerChanges([running(1, node(1))], { read_write: [node(2)] })).toEqual([
      'set server read_write/slot1 state maint;shutdown sessions server read_write/slot1',
      'set server read_write/slot1 addr 10.0.0.2 port 5432',
      'set server read_write/slot1 state ready;set server read_write/slot1 health down',
    ]);
  });

  it('gives a node that returns its old slot back', () => {
    const current = [slot(1), slot(2, { ...running(2, node(2)), inMaintenance: true })];
    expect(planServerChanges(current, { read_write: [node(2)] })).toEqual([
      'set server read_write/slot2 state ready;set server read_write/slot2 health down',
    ]);
  });

  it('moves only the check when only its port has changed', () => {
    const plan = planServerChanges([running(1, node(1))], { read_write: [node(1, { checkPort: 9009 })] });
    expect(plan).toEqual(['set server read_write/slot1 check-port 9009']);
  });

  it('leaves other servers and other backends alone', () => {
    const current = [
      running(1, node(1)),
      slot(2, { name: 'local', inMaintenance: false }),
      slot(1, { backend: 'etcd', inMaintenance: false }),
    ];
    expect(planServerChanges(current, { read_write: [node(1)] })).toEqual([]);
  });

  it('orders slots by number, so that slot2 is filled before slot10', () => {
    const current = [slot(10), slot(2)];
    expect(planServerChanges(current, { read_write: [node(1)] })[0]).toContain('read_write/slot2 addr');
  });

  it('uses the given slot names', () => {
    const current = [slot(1, { name: 'peer1' })];
    expect(planServerChanges(current, { read_write: [node(1)] }, 'peer')[0]).toContain(
      'read_write/peer1 addr',
    );
  });

  it('leaves the last ones out when there are more servers than slots', () => {
    const state = applied(
      [running(1, node(3)), running(2, node(2))],
      planServerChanges([running(1, node(3)), running(2, node(2))], {
        read_write: [node(1), node(2), node(3)],
      }),
    );
    expect(enabled(state)).toEqual(['10.0.0.1:5432/8008', '10.0.0.2:5432/8008']);
  });

  it.each([
    node(1, { address: '10.0.0.1 port 1;shutdown' }),
    node(1, { address: 'localhost' }),
    node(1, { port: 70_000 }),
    node(1, { port: 0 }),
    node(1, { checkPort: 80.5 }),
  ])('refuses a server that no command may carry: %o', (server) => {
    expect(() => planServerChanges(freshSlots(1), { read_write: [server] })).toThrow(
      expect.objectContaining({ code: 'invalid' }),
    );
  });

  it('refuses a backend that has no slots', () => {
    expect(() => planServerChanges(freshSlots(1), { replicas: [] })).toThrow(
      expect.objectContaining({ code: 'invalid' }),
    );
  });
});

describe('planServerChanges, whatever the membership', () => {
  const membership = fc.uniqueArray(fc.integer({ min: 1, max: 9 }), { maxLength: 8 });

  it('reaches the desired servers, keeps every staying node in its slot, and then rests', () => {
    fc.assert(
      fc.property(fc.array(membership, { minLength: 1, maxLength: 6 }), (memberships) => {
        let state = freshSlots(6);
        for (const numbers of memberships) {
          const desired = numbers.map((number) => node(number));
          const plan = planServerChanges(state, { read_write: desired });
          const next = applied(state, plan);
          const wanted = desired.slice(0, 6);
          expect(enabled(next)).toEqual(
            wanted.map(({ address, port, checkPort }) => `${address}:${port}/${checkPort}`).sort(),
          );
          const staying = state.filter(
            (server) => !server.inMaintenance && wanted.some(({ address }) => address === server.address),
          );
          expect(next).toEqual(expect.arrayContaining([...staying]));
          for (const { name } of staying) expect(plan.join('\n')).not.toContain(`read_write/${name} `);
          expect(planServerChanges(next, { read_write: desired })).toEqual([]);
          state = next;
        }
      }),
    );
  });

  it('never touches the address of a slot that takes traffic', () => {
    fc.assert(
      fc.property(membership, membership, (before, after) => {
        const state = applied(
          freshSlots(6),
          planServerChanges(freshSlots(6), { read_write: before.map((number) => node(number)) }),
        );
        const plan = planServerChanges(state, { read_write: after.map((number) => node(number)) });
        for (const [index, line] of plan.entries()) {
          const name = /^set server (\S+) addr /.exec(line)?.[1];
          if (name === undefined) continue;
          const found = applied(state, plan.slice(0, index)).find(
            (server) => `${server.backend}/${server.name}` === name,
          );
          expect(found?.inMaintenance).toBe(true);
        }
      }),
    );
  });
});
