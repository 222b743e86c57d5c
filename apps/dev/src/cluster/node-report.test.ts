import type { StatusReport } from '@flux-pg/node-agent';
import { expect, test } from 'vitest';
import { localNodes } from './local-nodes.ts';
import { describeNode, isFormed, type SeenNode } from './node-report.ts';
import { connectionTable, memberTable } from './overview.ts';

function report(changes: Partial<StatusReport['node']> = {}, formed = true): StatusReport {
  return {
    node: {
      id: 'a',
      address: '10.0.0.1',
      state: 'serving',
      role: 'primary',
      action: 'wait',
      reason: 'steady',
      detail: '',
      failure: null,
      ...changes,
    },
    cluster: { id: 'c1', epoch: 1, expectedNodes: 3, formed },
    members: [],
    problems: [],
  };
}

function seen(index: number, what: StatusReport | null): SeenNode {
  const node = localNodes[index];
  if (node === undefined) throw new RangeError(`there is no node ${index}`);
  return { node, report: what, silence: what === null ? 'no answer' : '' };
}

test('a cluster is formed when all nodes see the same one complete', () => {
  const other = { ...report(), cluster: { ...report().cluster, id: 'c2' } };
  expect(isFormed([seen(0, report()), seen(1, report())])).toBe(true);
  expect(isFormed([seen(0, report()), seen(1, report({}, false))])).toBe(false);
  expect(isFormed([seen(0, report()), seen(1, null)])).toBe(false);
  expect(isFormed([seen(0, report()), seen(1, other)])).toBe(false);
  expect(isFormed([seen(0, null), seen(1, null)])).toBe(false);
});

test.each([
  [report(), 'serving as primary, steady'],
  [report({ state: 'waiting', reason: 'peer-silent', detail: '10.0.0.2' }), 'waiting, peer-silent: 10.0.0.2'],
  [report({ failure: 'start-etcd: no' }), 'serving as primary, steady; failed: start-etcd: no'],
  [
    { ...report({ state: 'misconfigured' }), problems: [{ variable: 'NODE_IP', problem: 'is none' }] },
    'misconfigured: NODE_IP is none',
  ],
  [null, 'starting (no answer)'],
])('a node is described in one line: %#', (what, line) => {
  expect(describeNode(seen(0, what))).toBe(line);
});

test('members appear under the names of their containers, in order', () => {
  const member = {
    address: null,
    state: 'streaming',
    timeline: 1,
    lagBytes: 2048,
    etcd: 'voter' as const,
    reachable: true,
  };
  const primary: StatusReport = {
    ...report({ id: 'b' }),
    members: [
      { ...member, nodeId: 'b', role: 'primary', state: 'running', lagBytes: 0, etcd: 'leader' },
      { ...member, nodeId: 'a', role: 'replica' },
      {
        ...member,
        nodeId: 'gone',
        role: 'replica',
        state: 'absent',
        timeline: null,
        lagBytes: null,
        etcd: 'none',
      },
    ],
  };
  const table = memberTable([seen(0, report({ id: 'a', role: 'replica' })), seen(1, primary)]);
  expect(table.split('\n')).toEqual([
    'NODE           ROLE     STATE      TIMELINE  LAG     ETCD',
    'flux-pg-node1  replica  streaming  1         2.0 kB  voter',
    'flux-pg-node2  primary  running    1         0 B     leader',
    'gone           replica  absent     -         -       -',
  ]);
});

test('credentials in a connection string are escaped', () => {
  const table = connectionTable({ user: 'a@b', password: 'p:/?#', database: 'my db' });
  expect(table).toContain('postgresql://a%40b:p%3A%2F%3F%23@localhost:6432/my%20db');
});
