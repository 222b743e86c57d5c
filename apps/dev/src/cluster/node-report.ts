import { type StatusReport, statusReportSchema } from '@flux-pg/node-agent';
import { lastLines, run } from '../command/run.ts';
import type { LocalNode } from './local-nodes.ts';

/** A node as it was last seen: its report, or why there is none. */
export interface SeenNode {
  readonly node: LocalNode;
  readonly report: StatusReport | null;
  readonly silence: string;
}

/** Asks one node. A container that is still starting gives no report, which is no failure yet. */
export async function readNode(node: LocalNode): Promise<SeenNode> {
  const { exitCode, stdout, stderr } = await run(
    'docker',
    ['exec', node.container, 'flux-pg', 'status', '--json'],
    { timeoutMs: 10_000 },
  );
  if (exitCode !== 0) return { node, report: null, silence: lastLines(stderr, 1) || 'no answer' };
  try {
    return {
      node,
      report: statusReportSchema.parse(JSON.parse(stdout)),
      silence: '',
    };
  } catch (error) {
    return {
      node,
      report: null,
      silence: `unreadable status: ${String(error).split('\n')[0]}`,
    };
  }
}

/** One line on what a node does or waits for. */
export function describeNode({ report, silence }: SeenNode): string {
  if (report === null) return `starting (${silence})`;
  const { state, role, reason, detail, failure } = report.node;
  if (report.problems.length > 0) {
    return `misconfigured: ${report.problems.map(({ variable, problem }) => `${variable} ${problem}`).join('; ')}`;
  }
  const doing = state === 'serving' && role !== null ? `serving as ${role}` : state;
  const why = detail === '' ? reason : `${reason}: ${detail}`;
  return failure === null ? `${doing}, ${why}` : `${doing}, ${why}; failed: ${failure}`;
}

/** Whether all nodes see the same complete cluster. */
export function isFormed(seen: readonly SeenNode[]): boolean {
  const ids = new Set(seen.map(({ report }) => (report?.cluster.formed ? report.cluster.id : null)));
  return ids.size === 1 && !ids.has(null);
}
