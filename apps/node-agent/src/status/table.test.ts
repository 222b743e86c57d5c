import { describe, expect, it } from 'vitest';
import type { MemberStatus, StatusReport } from './report-schema.ts';
import { formatBytes, formatReport, formatTable } from './table.ts';

function aMember(difference: Partial<MemberStatus> = {}): MemberStatus {
  return {
    nodeId: 'n1',
    address: '10.0.0.1',
    role: 'replica',
    state: 'streaming',
    timeline: 1,
    lagBytes: 0,
    etcd: 'voter',
    reachable: true,
    ...difference,
  };
}

function aReport(difference: Partial<StatusReport> = {}): StatusReport {
  return {
    node: {
      id: 'n1',
      address: '10.0.0.1',
      state: 'serving',
      role: 'primary',
      action: 'wait',
      reason: 'steady',
      detail: '',
      failure: null,
    },
    cluster: { id: 'c1', epoch: 1, expectedNodes: 3, formed: true },
    members: [],
    problems: [],
    ...difference,
  };
}

describe('bytes', () => {
  it.each([
    [0, '0 B'],
    [1023, '1023 B'],
    [1024, '1.0 kB'],
    [1_572_864, '1.5 MB'],
    [5 * 1024 ** 4, '5.0 TB'],
    [5 * 1024 ** 5, '5120.0 TB'],
  ])('%d are %s', (bytes, text) => {
    expect(formatBytes(bytes)).toBe(text);
  });
});

describe('a table', () => {
  it('has columns of equal width, and nothing behind the last one', () => {
    expect(
      formatTable([
        ['A', 'LONG'],
        ['abc', 'x'],
      ]),
    ).toBe('A    LONG\nabc  x');
  });

  it('of nothing is empty', () => {
    expect(formatTable([])).toBe('');
  });
});

describe('the report for people', () => {
  it('says what the node is, what the cluster is and what is being done', () => {
    expect(formatReport(aReport())).toBe(
      [
        'node     n1 at 10.0.0.1: serving as primary',
        'cluster  c1, epoch 1, 3 nodes expected, formed',
        'doing    wait (steady)',
      ].join('\n'),
    );
  });

  it('says what is not known yet', () => {
    const unknown = aReport({
      node: {
        id: null,
        address: null,
        state: 'waiting',
        role: null,
        action: 'wait',
        reason: 'peer-silent',
        detail: '10.0.0.2',
        failure: 'start-etcd: refused',
      },
      cluster: { id: null, epoch: null, expectedNodes: null, formed: false },
    });
    expect(formatReport(unknown)).toBe(
      [
        'node     (none yet) at (address unknown): waiting',
        'cluster  (none yet), unknown number of nodes expected, not complete',
        'doing    wait (peer-silent): 10.0.0.2',
        'meaning  a listed instance does not answer on `HOST_PATRONI_API_PORT`; it may hold the only data',
        'to do    if the instance is dead for good, `flux-pg found ADDRESS` on this node says so',
        'failed   start-etcd: refused',
      ].join('\n'),
    );
  });

  it('shows a reason that it does not know as it is', () => {
    const { node } = aReport();
    expect(
      formatReport(aReport({ node: { ...node, reason: 'of-a-later-version' } }))
        .split('\n')
        .slice(2),
    ).toEqual(['doing    wait (of-a-later-version)']);
  });

  it('says why a node serves nothing, what it has promised, and who lists it', () => {
    const node: StatusReport['node'] = {
      ...aReport().node,
      stale: { cause: 'fenced', since: '2026-01-02T03:04:05.000Z', reason: 'stale-waits', detail: 'n2' },
      intent: { epoch: 3, seederNodeId: 'n2', participants: ['n1', 'n2'] },
      witnesses: { total: 9, answering: 7, listing: 4 },
      declaredGone: ['n3'],
      permittedAddresses: ['10.0.0.4'],
    };
    const cluster = { ...aReport().cluster, epoch: 2, seededBy: 'n2' };
    expect(formatReport(aReport({ node, cluster })).split('\n').slice(1)).toEqual([
      'cluster  c1, epoch 2 seeded by n2, 3 nodes expected, formed',
      'doing    wait (steady)',
      'standing fenced, PostgreSQL is stopped, since 2026-01-02T03:04:05.000Z (stale-waits): n2',
      'intent   epoch 3, seeder n2, with n1, n2',
      'listed   by 4 of 9 witnesses, of which 7 answer',
      'declared gone: n3',
      'declared dead: 10.0.0.4',
    ]);
  });

  it('says that without witnesses nobody is ever gone', () => {
    const node = { ...aReport().node, witnesses: { total: 0, answering: 0, listing: 0 } };
    expect(formatReport(aReport({ node }))).toContain('nobody counts as gone, and nobody fences');
  });

  it('has a line for each member, the silent ones marked', () => {
    const members = [
      aMember({ role: 'primary', state: 'running', etcd: 'leader' }),
      aMember({ nodeId: 'n2', lagBytes: 2048, reachable: false }),
      aMember({ nodeId: 'n3', state: 'absent', timeline: null, lagBytes: null, address: null, etcd: 'none' }),
    ];
    const lines = formatReport(aReport({ members })).split('\n').slice(4);
    expect(lines).toEqual([
      'NODE  ADDRESS   ROLE     STATE               TL  LAG     ETCD',
      'n1    10.0.0.1  primary  running             1   0 B     leader',
      'n2    10.0.0.1  replica  streaming (silent)  1   2.0 kB  voter',
      'n3    -         replica  absent              -   -       -',
    ]);
  });
});
