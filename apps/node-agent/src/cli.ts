import { CONTROL_SOCKET } from './paths.ts';
import { statusReportSchema } from './status/report-schema.ts';
import { formatReport } from './status/table.ts';
import { readAgent } from './status-exchange/index.ts';

const usage = `flux-pg: the state of this node and its cluster

  flux-pg status           what this node does, what it waits for, and the members
  flux-pg status --json    the same for programs
  flux-pg healthcheck      ends with 0 while the agent answers and this node does what it should
  flux-pg --help           this text`;

async function report() {
  return statusReportSchema.parse(await readAgent({ socketPath: CONTROL_SOCKET, path: '/v1/status' }));
}

async function status(json: boolean): Promise<number> {
  const current = await report();
  process.stdout.write(`${json ? JSON.stringify(current, null, 2) : formatReport(current)}\n`);
  return 0;
}

/** A node that waits for others is well; one whose environment is unusable, or whose last action failed, is not. */
async function healthcheck(): Promise<number> {
  const { node } = await report();
  const healthy = node.state !== 'misconfigured' && node.failure === null;
  process.stdout.write(`${healthy ? 'healthy' : 'unhealthy'}: ${node.state}, ${node.reason}\n`);
  return healthy ? 0 : 1;
}

async function run(arguments_: readonly string[]): Promise<number> {
  const [command, ...options] = arguments_;
  if (command === 'status' && options.every((option) => option === '--json')) {
    return status(options.includes('--json'));
  }
  if (command === 'healthcheck' && options.length === 0) return healthcheck();
  const asked = command === '--help' || command === 'help';
  process[asked ? 'stdout' : 'stderr'].write(`${usage}\n`);
  return asked ? 0 : 2;
}

try {
  process.exitCode = await run(process.argv.slice(2));
} catch (error) {
  const message = error instanceof Error ? error.message : String(error);
  process.stderr.write(`flux-pg: the agent does not answer: ${message}\n`);
  process.exitCode = 1;
}
