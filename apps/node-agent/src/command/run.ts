import {
  foundRequestSchema,
  orderAnswerSchema,
  recloneRequestSchema,
  recoverRequestSchema,
} from '../operator/exchange.ts';
import { statusReportSchema } from '../status/report-schema.ts';
import { formatReport } from '../status/table.ts';
import { exitCode } from './exit-code.ts';
import { usage } from './usage.ts';

/** The agent of this container, and where the command writes. */
export interface CommandPorts {
  readonly readAgent: (path: string) => Promise<unknown>;
  readonly commandAgent: (path: string, order: unknown) => Promise<unknown>;
  readonly write: (text: string) => void;
  readonly writeError: (text: string) => void;
}

async function status(ports: CommandPorts, json: boolean): Promise<number> {
  const report = statusReportSchema.parse(await ports.readAgent('/v1/status'));
  ports.write(json ? JSON.stringify(report, null, 2) : formatReport(report));
  return exitCode.done;
}

/** A node that waits for others is well; one whose environment is unusable, or whose last action failed, is not. */
async function healthcheck(ports: CommandPorts): Promise<number> {
  const { node } = statusReportSchema.parse(await ports.readAgent('/v1/status'));
  const healthy = node.state !== 'misconfigured' && node.failure === null;
  ports.write(`${healthy ? 'healthy' : 'unhealthy'}: ${node.state}, ${node.reason}`);
  return healthy ? exitCode.done : exitCode.failed;
}

async function order(ports: CommandPorts, path: string, request: unknown): Promise<number> {
  const { outcome, lines } = orderAnswerSchema.parse(await ports.commandAgent(path, request));
  const text = lines.join('\n');
  if (outcome === 'refused') {
    ports.writeError(text);
    return exitCode.refused;
  }
  if (outcome === 'pending') {
    ports.writeError(text);
    return exitCode.failed;
  }
  ports.write(text);
  return exitCode.done;
}

function wrongCall(ports: CommandPorts): number {
  ports.writeError(usage);
  return exitCode.usage;
}

/** Orders take names and one option; anything that looks like another option is a mistake, not a name. */
async function takeOrder(
  ports: CommandPorts,
  command: 'recover' | 'found',
  options: readonly string[],
): Promise<number> {
  const names = options.filter((option) => option !== '--dry-run');
  if (names.some((name) => name.startsWith('-'))) return wrongCall(ports);
  const dryRun = names.length < options.length;
  const request =
    command === 'recover'
      ? recoverRequestSchema.safeParse({ nodeIds: names, dryRun })
      : foundRequestSchema.safeParse({ addresses: names, dryRun });
  return request.success ? order(ports, `/v1/${command}`, request.data) : wrongCall(ports);
}

/** Only the node itself gives up its copy, so that no name can be mistaken. */
async function reclone(ports: CommandPorts, options: readonly string[]): Promise<number> {
  if (options.some((option) => option !== '--dry-run')) return wrongCall(ports);
  return order(ports, '/v1/reclone', recloneRequestSchema.parse({ dryRun: options.length > 0 }));
}

/** Runs `flux-pg` with its arguments and returns how it ends. */
export async function runCommand(arguments_: readonly string[], ports: CommandPorts): Promise<number> {
  const [command, ...options] = arguments_;
  if (command === 'status' && options.every((option) => option === '--json')) {
    return status(ports, options.includes('--json'));
  }
  if (command === 'healthcheck' && options.length === 0) return healthcheck(ports);
  if (command === 'recover' || command === 'found') return takeOrder(ports, command, options);
  if (command === 'reclone') return reclone(ports, options);
  if (command !== '--help' && command !== 'help') return wrongCall(ports);
  ports.write(usage);
  return exitCode.done;
}
