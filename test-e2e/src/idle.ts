import { setTimeout as delay } from 'node:timers/promises';
import type { ClusterNode } from './cluster/node.ts';
import { until } from './waiting.ts';

/** What a node costs while nothing happens. */
export interface IdleFigures {
  /** The agent's resident memory. */
  readonly residentBytes: number;
  /** The agent's processor time, as a share of one core. */
  readonly coreShare: number;
  /** What all programs together wrote to their logs. */
  readonly logBytesPerMinute: number;
}

const MINUTE_MS = 60_000;
/** After any change the agent looks often for a while. */
const SETTLING_MS = 25_000;
/** How often is looked whether the minute is still a quiet one. */
const LOOKING_MS = 5000;
/** The kernel counts processor time in hundredths of a second. */
const TICKS_PER_SECOND = 100;

interface Reading {
  readonly pid: number;
  readonly ticks: number;
  readonly residentKilobytes: number;
  readonly logBytes: number;
}

const script = `
  pid=$(supervisorctl -c /etc/flux-pg/supervisord.conf pid updater)
  echo "$pid"
  cut -d ' ' -f 14,15 /proc/$pid/stat
  sed -n 's/^VmRSS:[^0-9]*\\([0-9]*\\) kB/\\1/p' /proc/$pid/status
  cat /var/log/supervisor/*.log* | wc -c`;

async function read(node: ClusterNode): Promise<Reading> {
  const lines = (await node.exec(['sh', '-c', script])).trim().split('\n');
  const [pid = '', times = '', resident = '', bytes = ''] = lines;
  const ticks = times.split(' ').reduce((sum, part) => sum + Number(part), 0);
  return {
    pid: Number(pid),
    ticks,
    residentKilobytes: Number(resident),
    logBytes: Number(bytes),
  };
}

/** How long ago the agent last wrote to its log, which it does with every change of what it does. */
async function quietForMs(node: ClusterNode): Promise<number> {
  const age = 'echo $(( $(date +%s) - $(stat -c %Y /var/log/supervisor/updater.out.log) ))';
  return Number(await node.exec(['sh', '-c', age])) * 1000;
}

/** Figures of a minute, or null when the agent had something to do or was started anew in it. */
async function measureMinute(node: ClusterNode): Promise<IdleFigures | null> {
  const before = await read(node);
  const startedMs = performance.now();
  while (performance.now() - startedMs < MINUTE_MS) {
    await delay(LOOKING_MS);
    if ((await quietForMs(node)) < SETTLING_MS) return null;
  }
  const after = await read(node);
  const tookMs = performance.now() - startedMs;
  if (after.pid !== before.pid) return null;
  return {
    residentBytes: after.residentKilobytes * 1024,
    coreShare: (after.ticks - before.ticks) / TICKS_PER_SECOND / (tookMs / 1000),
    logBytesPerMinute: ((after.logBytes - before.logBytes) * MINUTE_MS) / tookMs,
  };
}

/**
 * Measures the first minute in which a node has nothing to do; in the first minutes after its founding, agents still move
 * etcd's leader and give the founder's etcd its lasting times. Throws `timeout` when there is no such minute.
 */
export async function measureIdle(node: ClusterNode): Promise<IdleFigures> {
  return until(`${node.name} is idle for a minute`, { timeoutMs: 280_000, intervalMs: 1000 }, async () => {
    if ((await node.status()).node.reason !== 'steady') return undefined;
    if ((await quietForMs(node)) < SETTLING_MS) return undefined;
    return (await measureMinute(node)) ?? undefined;
  });
}
