import { exitCode } from './command/exit-code.ts';
import { runCommand } from './command/run.ts';
import { CONTROL_SOCKET } from './paths.ts';
import { commandAgent, readAgent } from './status-exchange/local-control.ts';

/** The agent waits up to 10 s for a new look, and as long again for the order to be on disk. */
const ORDER_TIMEOUT_MS = 25_000;

try {
  process.exitCode = await runCommand(process.argv.slice(2), {
    readAgent: (path) => readAgent({ socketPath: CONTROL_SOCKET, path }),
    commandAgent: (path, order) =>
      commandAgent({ socketPath: CONTROL_SOCKET, path, order, timeoutMs: ORDER_TIMEOUT_MS }),
    write: (text) => process.stdout.write(`${text}\n`),
    writeError: (text) => process.stderr.write(`${text}\n`),
  });
} catch (error) {
  const message = error instanceof Error ? error.message : String(error);
  process.stderr.write(`flux-pg: the agent does not answer: ${message}\n`);
  process.exitCode = exitCode.failed;
}
