import { startCluster } from '../cluster/cluster.ts';
import { benchRounds } from '../config.ts';
import { type Failover, loseAndReturn } from '../failover.ts';
import { lengthMs } from '../load/gaps.ts';
import { median, say, seconds } from './figures.ts';

interface Figures {
  readonly gapMs: number;
  readonly returnedMs: number;
}

/** The worse of what the writers saw. */
function figuresOf({ reports, returnedMs }: Failover<unknown>): Figures {
  return {
    gapMs: Math.max(...reports.map(({ longestGap }) => lengthMs(longestGap))),
    returnedMs,
  };
}

function line(title: string, { gapMs, returnedMs }: Figures): string {
  return `${title.padEnd(16)} write gap ${seconds(gapMs).padStart(7)}, streams again after ${seconds(returnedMs).padStart(7)}`;
}

function medianOf(figures: readonly Figures[]): Figures {
  return {
    gapMs: median(figures.map(({ gapMs }) => gapMs)),
    returnedMs: median(figures.map(({ returnedMs }) => returnedMs)),
  };
}

await using cluster = await startCluster();
await cluster.untilHealthy();
const terminated: Figures[] = [];
const killed: Figures[] = [];
for (let round = 1; round <= benchRounds; round += 1) {
  const stopped = await loseAndReturn(cluster, (node) => node.stop());
  terminated.push(figuresOf(stopped));
  say(`${line(`${round}. SIGTERM`, figuresOf(stopped))}, exit in ${seconds(stopped.loss.tookMs)}`);
  await cluster.untilEtcdLeaderIsElsewhere();
  const lost = await loseAndReturn(cluster, (node) => node.kill());
  killed.push(figuresOf(lost));
  say(line(`${round}. SIGKILL`, figuresOf(lost)));
}
say(line('median SIGTERM', medianOf(terminated)));
say(line('median SIGKILL', medianOf(killed)));
