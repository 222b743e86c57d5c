import { describe, expect, it } from 'vitest';
import { misconfiguredReport } from './misconfigured.ts';
import { statusReportSchema } from './report-schema.ts';
import { formatReport } from './table.ts';

const problems = [
  { variable: 'NODE_IP', problem: 'is no address' },
  { variable: 'PATRONI_TTL', problem: 'is too low' },
];

describe('the status of a node with a wrong environment', () => {
  it('names every problem, for programs', () => {
    const report = misconfiguredReport(problems);
    expect(statusReportSchema.parse(JSON.parse(JSON.stringify(report)))).toEqual(report);
    expect(report).toMatchObject({
      node: { state: 'misconfigured', reason: 'misconfigured', detail: '2 to mend' },
      cluster: { formed: false },
      problems,
    });
  });

  it('and for people', () => {
    const text = formatReport(misconfiguredReport(problems));
    expect(text).toContain('problem  NODE_IP is no address');
    expect(text).toContain('problem  PATRONI_TTL is too low');
    expect(text).toContain('misconfigured');
  });
});
