import { hasProgram, lastLines, run } from '../command/run.ts';
import { DevError } from '../dev-error.ts';
import { canInstall, installPackages, offeredPackages } from './apt.ts';
import { type EngineFacts, planEngine } from './plan-engine.ts';
import { startEngine } from './start-dockerd.ts';

const STEP = 'Docker engine';
const ANSWER_LIMIT_MS = 20_000;

async function engineFacts(): Promise<EngineFacts> {
  const { exitCode, stdout, stderr } = await run('docker', ['version', '--format', '{{.Server.Version}}'], {
    timeoutMs: ANSWER_LIMIT_MS,
  });
  return {
    answers: exitCode === 0 && stdout.trim() !== '',
    complaint: lastLines(stderr, 2),
    dockerHost: process.env.DOCKER_HOST || undefined,
    hasClient: exitCode !== 127,
    hasDaemon: await hasProgram('dockerd'),
    isRoot: process.getuid?.() === 0,
    canInstall: await canInstall(),
  };
}

/** Newer distributions ship the client apart from the engine. */
async function installEngine(): Promise<void> {
  const client = await offeredPackages(['docker-cli']);
  await installPackages(STEP, ['docker.io', 'iptables', ...client]);
}

/** Makes sure that a Docker engine answers: uses the one there is, starts it, or installs it. Throws a `DevError`. */
export async function ensureEngine(): Promise<void> {
  const plan = planEngine(await engineFacts());
  if (plan.kind === 'use') return;
  if (plan.kind === 'refuse')
    throw new DevError('engine', {
      step: STEP,
      cause: plan.cause,
      mend: plan.mend,
    });
  if (plan.kind === 'install') {
    await installEngine();
    // Where systemd runs, the package has started its service.
    if ((await engineFacts()).answers) return;
  }
  await startEngine();
}

/** Fails unless an engine answers; nothing is installed or started. */
export async function requireEngine(): Promise<void> {
  const facts = await engineFacts();
  const plan = planEngine({ ...facts, canInstall: false, hasDaemon: false });
  if (plan.kind === 'refuse')
    throw new DevError('engine', {
      step: STEP,
      cause: plan.cause,
      mend: plan.mend,
    });
}
