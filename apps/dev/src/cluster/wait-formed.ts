import { setTimeout as sleep } from 'node:timers/promises';
import { lastLines, run } from '../command/run.ts';
import { DevError } from '../dev-error.ts';
import { formatDuration, say } from '../output.ts';
import { localNodes } from './local-nodes.ts';
import { describeNode, isFormed, readNode, type SeenNode } from './node-report.ts';

const FORM_LIMIT_MS = 4 * 60_000;
const POLL_MS = 500;
const STEP = 'forming of the local cluster';

async function requireRunning(): Promise<void> {
  for (const { container } of localNodes) {
    const { stdout } = await run('docker', ['inspect', '--format', '{{.State.Status}}', container]);
    if (stdout.trim() === 'running') continue;
    const logs = await run('docker', ['logs', '--tail', '15', container]);
    throw new DevError('not-formed', {
      step: STEP,
      cause: `${container} does not run (${stdout.trim() || 'absent'}): ${lastLines(logs.stdout + logs.stderr)}`,
      mend: `see docker logs ${container}; npm run down and npm run up start afresh`,
    });
  }
}

/** Tells each change of what a node does, and no more than the changes. */
function progressTeller(startedMs: number): (seen: readonly SeenNode[]) => void {
  const told = new Map<string, string>();
  return (seen) => {
    for (const one of seen) {
      const text = describeNode(one);
      if (told.get(one.node.service) === text) continue;
      told.set(one.node.service, text);
      say(`  ${formatDuration(performance.now() - startedMs).padStart(7)}  ${one.node.service}  ${text}`);
    }
  };
}

/** Watches the nodes until they see one complete cluster. Throws a `DevError` with what each waits for. */
export async function waitUntilFormed(): Promise<readonly SeenNode[]> {
  const startedMs = performance.now();
  const tell = progressTeller(startedMs);
  let seen: readonly SeenNode[] = [];
  while (performance.now() - startedMs < FORM_LIMIT_MS) {
    seen = await Promise.all(localNodes.map(readNode));
    tell(seen);
    if (isFormed(seen)) return seen;
    if (seen.some(({ report }) => report === null)) await requireRunning();
    await sleep(POLL_MS);
  }
  throw new DevError('not-formed', {
    step: STEP,
    cause: [
      `not complete after ${formatDuration(FORM_LIMIT_MS)}`,
      ...seen.map((one) => `${one.node.service}: ${describeNode(one)}`),
    ].join('\n'),
    mend: 'docker logs flux-pg-node1 tells more, and README.md, Troubleshooting, explains the reasons; `npm run down -- --volumes` and `npm run up` start afresh',
  });
}
