import { describe, expect, it } from 'vitest';
import type { OrderAnswer } from '../operator/exchange.ts';
import type { StatusReport } from '../status/report-schema.ts';
import { runCommand } from './run.ts';

const report: StatusReport = {
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
};

async function run(arguments_: string[], agent: { report?: unknown; answer?: OrderAnswer } = {}) {
  const out: string[] = [];
  const err: string[] = [];
  const orders: unknown[] = [];
  const exitCode = await runCommand(arguments_, {
    readAgent: async () => agent.report ?? report,
    commandAgent: async (path, order) => {
      orders.push([path, order]);
      return agent.answer ?? { outcome: 'done', lines: ['line'] };
    },
    write: (text) => out.push(text),
    writeError: (text) => err.push(text),
  });
  return { exitCode, out: out.join('\n'), err: err.join('\n'), orders };
}

describe('flux-pg', () => {
  it('shows the status, for people and for programs', async () => {
    expect(await run(['status'])).toMatchObject({
      exitCode: 0,
      out: expect.stringContaining('serving as primary'),
    });
    expect(JSON.parse((await run(['status', '--json'])).out)).toEqual(report);
  });

  it('is healthy unless something failed or the environment is unusable', async () => {
    const failed = { ...report, node: { ...report.node, failure: 'start-etcd: refused' } };
    expect(await run(['healthcheck'])).toMatchObject({ exitCode: 0, out: 'healthy: serving, steady' });
    expect(await run(['healthcheck'], { report: failed })).toMatchObject({ exitCode: 1 });
  });

  it.each<[string[], string, unknown]>([
    [['recover'], '/v1/recover', { nodeIds: [], dryRun: false }],
    [['recover', 'a', 'b', '--dry-run'], '/v1/recover', { nodeIds: ['a', 'b'], dryRun: true }],
    [['recover', '--dry-run'], '/v1/recover', { nodeIds: [], dryRun: true }],
    [['found'], '/v1/found', { addresses: [], dryRun: false }],
    [['found', '--dry-run', '10.0.0.9'], '/v1/found', { addresses: ['10.0.0.9'], dryRun: true }],
    [['reclone'], '/v1/reclone', { dryRun: false }],
    [['reclone', '--dry-run'], '/v1/reclone', { dryRun: true }],
  ])('%j asks the agent once', async (arguments_, path, order) => {
    expect(await run(arguments_)).toMatchObject({ exitCode: 0, out: 'line', orders: [[path, order]] });
  });

  it.each<[OrderAnswer['outcome'], number]>([
    ['done', 0],
    ['explained', 0],
    ['pending', 1],
    ['refused', 3],
  ])('an order that was %s ends with %d', async (outcome, exitCode) => {
    const { out, err, ...rest } = await run(['recover'], { answer: { outcome, lines: ['a', 'b'] } });
    expect(rest.exitCode).toBe(exitCode);
    expect([out, err]).toEqual(exitCode === 0 ? ['a\nb', ''] : ['', 'a\nb']);
  });

  it.each<[string[]]>([
    [[]],
    [['unknown']],
    [['status', '--yaml']],
    [['healthcheck', 'now']],
    [['recover', '--dryrun', 'a']],
    [['recover', '-n', 'a']],
    [['found', '']],
    [['reclone', 'a']],
    [['reclone', '--dryrun']],
    [['recover', ...Array(51).fill('a')]],
  ])('%j is a wrong call, and nothing is ordered', async (arguments_) => {
    expect(await run(arguments_)).toMatchObject({
      exitCode: 2,
      err: expect.stringContaining('flux-pg recover NODE'),
      orders: [],
    });
  });

  it('explains itself', async () => {
    expect(await run(['--help'])).toMatchObject({ exitCode: 0, out: expect.stringContaining('--dry-run') });
  });
});
