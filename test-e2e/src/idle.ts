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

/** Measures a minute of a node that has nothing to do. Throws when its agent was started anew in between. */
export async function measureIdle(node: ClusterNode): Promise<IdleFigures> {
  await until(`${node.name} is steady`, { timeoutMs: 150_000, intervalMs: 3000 }, async () => {
    return (await node.status()).node.reason === 'steady' ? true : undefined;
  });
  await delay(SETTLING_MS);
  const before = await read(node);
  const startedMs = performance.now();
  await delay(MINUTE_MS);
  const after = await read(node);
  const tookMs = performance.now() - startedMs;
  if (after.pid !== before.pid)
    throw new Error(`${node.name}: the agent was restarted while it was measured`);
  return {
    residentBytes: after.residentKilobytes * 1024,
    coreShare: (after.ticks - before.ticks) / TICKS_PER_SECOND / (tookMs / 1000),
    logBytesPerMinute: ((after.logBytes - before.logBytes) * MINUTE_MS) / tookMs,
  };
}
