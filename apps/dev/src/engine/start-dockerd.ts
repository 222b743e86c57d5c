import { spawn } from 'node:child_process';
import { existsSync, openSync, readFileSync, rmSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { setTimeout as sleep } from 'node:timers/promises';
import { lastLines, mustRun, run } from '../command/run.ts';
import { DevError } from '../dev-error.ts';
import { say } from '../output.ts';
import { TOOLCHAIN } from '../paths.ts';

/** Where a dockerd that was started here logs, and where its process id stands for whoever has to end it. */
export const DOCKERD_LOG = join(TOOLCHAIN, 'dockerd.log');
export const DOCKERD_PID = join(TOOLCHAIN, 'dockerd.pid');

const STEP = 'Docker engine';
const START_LIMIT_MS = 60_000;
const POLL_MS = 250;
const PID_FILES = [
  { path: '/var/run/docker.pid', program: 'dockerd' },
  { path: '/var/run/docker/containerd/containerd.pid', program: 'containerd' },
];

function programOf(pid: string): string | null {
  try {
    return readFileSync(`/proc/${pid}/comm`, 'utf8').trim();
  } catch {
    return null;
  }
}

/** After a kill the files stay, and once their numbers belong to other programs dockerd would not start. */
function dropStalePidFiles(): void {
  for (const { path, program } of PID_FILES) {
    if (existsSync(path) && programOf(readFileSync(path, 'utf8').trim()) !== program) rmSync(path);
  }
}

async function waitForEngine(hasEnded: () => boolean): Promise<boolean> {
  const deadline = performance.now() + START_LIMIT_MS;
  while (performance.now() < deadline && !hasEnded()) {
    if ((await run('docker', ['version'], { timeoutMs: 5_000 })).exitCode === 0) return true;
    await sleep(POLL_MS);
  }
  return false;
}

async function spawnDockerd(): Promise<void> {
  dropStalePidFiles();
  say(`starting dockerd (log: ${DOCKERD_LOG})`);
  const log = openSync(DOCKERD_LOG, 'w');
  const child = spawn('dockerd', [], {
    stdio: ['ignore', log, log],
    detached: true,
  });
  let ended = false;
  const end = () => {
    ended = true;
  };
  child.once('exit', end).once('error', end);
  child.unref();
  if (child.pid !== undefined) writeFileSync(DOCKERD_PID, `${child.pid}\n`);
  if (await waitForEngine(() => ended)) return;
  throw new DevError('engine', {
    step: STEP,
    cause: `dockerd ${ended ? 'ended' : 'does not answer'}: ${lastLines(readFileSync(DOCKERD_LOG, 'utf8'), 6)}`,
    mend: `read ${DOCKERD_LOG}; in a container dockerd needs --privileged`,
  });
}

/** Starts the installed engine: as a service where systemd runs, else as a process of its own that stays. */
export async function startEngine(): Promise<void> {
  if (!existsSync('/run/systemd/system')) return spawnDockerd();
  say('starting the service docker');
  await mustRun({ step: STEP, mend: 'see journalctl -u docker' }, 'systemctl', ['start', 'docker']);
  if (await waitForEngine(() => false)) return;
  throw new DevError('engine', {
    step: STEP,
    cause: 'the service docker runs, but does not answer',
    mend: 'see journalctl -u docker',
  });
}
