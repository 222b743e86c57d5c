import { image, readConfig } from './config.ts';
import { createLog, logProblems, tickLogger } from './log.ts';
import { runLoop } from './loop/loop.ts';
import { openNode } from './node.ts';
import { processClock } from './node-ports.ts';
import { serveMisconfigured } from './status/misconfigured.ts';

const log = createLog();

/**
 * A container that ended would be started again and again, ever later; so a node that cannot work stays up and says
 * why, in its log once and to `flux-pg status` at any time.
 */
async function stayAndTell(problems: readonly { variable: string; problem: string }[]): Promise<void> {
  logProblems(log, 'error', problems);
  const server = await serveMisconfigured(problems);
  process.once('SIGTERM', () => {
    void server.close().finally(() => process.exit(0));
  });
}

async function run(): Promise<void> {
  const parsed = readConfig();
  if (!parsed.ok) return stayAndTell(parsed.problems);
  logProblems(log, 'warn', parsed.warnings);
  const opened = await openNode(parsed.config, log);
  if (!opened.ok) return stayAndTell([opened.problem]);
  const { node } = opened;
  const loop = runLoop(node.ports, parsed.config, tickLogger(log, processClock.nowMs));
  await node.serve(loop);
  log.info({ version: image.version, nodeId: node.ports.volume.state().nodeId }, 'agent started');
  process.once('SIGTERM', () => {
    void node
      .shutDown(loop)
      .catch((error: unknown) => log.error({ error: String(error) }, 'shutdown failed'))
      .finally(() => process.exit(0));
  });
}

try {
  await run();
} catch (error) {
  // supervisord starts the agent again; what it had begun is on disk, and the other programs serve on.
  log.fatal({ error: error instanceof Error ? (error.stack ?? error.message) : String(error) }, 'agent ends');
  process.exitCode = 1;
}
