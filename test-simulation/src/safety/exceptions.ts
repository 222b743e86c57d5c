import type { Volume } from '../disk/volume.ts';
import type { World } from '../world/world.ts';
import { type Absences, instanceOf, LOOK_SLACK_MS } from './absences.ts';
import type { AcknowledgedRow } from './rows.ts';

/** Whether a row may be given up that volumes still hold. */
export interface Exceptions {
  /** `kept` are the volumes that hold it, `successor` begins to take writes without it. */
  readonly isExcused: (row: AcknowledgedRow, successor: string, kept: readonly Volume[]) => boolean;
  /** The same without a successor: it is too late to have been shipped, whoever leads. */
  readonly isLate: (row: AcknowledgedRow) => boolean;
  /** To be called when a node begins to take writes, after what it lacks was judged. */
  readonly took: (successor: string) => void;
}

/** A cold start waits so long for the last primary, for other silent members, and for nobody who is gone: design.md 9. */
const COLD_START_WAIT_MS = 300_000;
const SILENT_WAIT_MS = 60_000;
/** Two loops of Patroni: after that, whoever runs is registered and asked. */
const KNOWN_TO_RACE_MS = 10_000;
/** From the epoch, before which everybody is accounted for, to the first row: etcd starts, then Patroni, which promotes. */
const SEEDING_MS = 30_000;

/**
 * What design.md 11 excepts: the unshipped tail of an asynchronous primary that was replaced while it was unreachable for
 * longer than its lease; and what 4 and 9 say of a cold start or a recovery, which wait for everybody who may come back,
 * but not for ever, and never follow a copy that was put back or half rewound.
 */
export function createExceptions(world: World, absences: Absences): Exceptions {
  const { ttlSeconds, loopWaitSeconds, synchronousMode } = world.config.patroni;
  // The lease was renewed for the last time up to a loop before the node was cut off, and the client looks every 2 s.
  const leaseMs = 1000 * (ttlSeconds - loopWaitSeconds) - LOOK_SLACK_MS;
  let lastPrimary = '';

  const lasted = (sinceMs: number | null, forMs: number) =>
    sinceMs !== null && world.scheduler.nowMs() - sinceMs >= forMs - LOOK_SLACK_MS;

  /** A primary that stood still, or was cut off, for longer than its lease takes writes until it notices. */
  const isLate = ({ leased }: AcknowledgedRow) => !leased && synchronousMode === 'off';

  function wasWaitedFor(volume: Volume, successor: string): boolean {
    const { state, pgdata } = volume.content;
    if (state?.restored === true || pgdata?.unfinished === 'rewind') return true;
    const key = instanceOf(volume);
    const waitMs = key === lastPrimary ? COLD_START_WAIT_MS : SILENT_WAIT_MS;
    if (lasted(absences.silentSinceMs(key, successor), waitMs)) return true;
    // Flux may list it again while the epoch that left it out begins; it is not there as long as it does not answer.
    const goneAtMs = absences.goneAtMs(key, successor);
    const wasGone = goneAtMs !== null && world.scheduler.nowMs() - goneAtMs <= SEEDING_MS;
    return wasGone && absences.silentSinceMs(key, successor) !== null;
  }

  /** Whether its rows could have been had: by Patroni's race, or because a primary that stops in order ships them. */
  function wasWithinReach({ content, ...volume }: Volume, successor: string): boolean {
    const key = instanceOf({ content, ...volume });
    if (lasted(absences.competesSinceMs(key, successor), KNOWN_TO_RACE_MS + LOOK_SLACK_MS)) return true;
    const stoppedInOrder = content.pgdata?.controlState === 'shut down';
    return (
      stoppedInOrder && lasted(absences.answersSinceMs(key, successor), KNOWN_TO_RACE_MS + LOOK_SLACK_MS)
    );
  }

  return {
    isLate,
    took: (successor) => {
      lastPrimary = successor;
    },
    isExcused: (row, successor, kept) => {
      if (synchronousMode !== 'off') return false;
      if (isLate(row)) return true;
      if (absences.allDownAtMs() > row.atMs) return kept.every((volume) => wasWaitedFor(volume, successor));
      if (!lasted(absences.awaySinceMs(row.writer, successor), leaseMs + LOOK_SLACK_MS)) return false;
      return kept.every((volume) => !wasWithinReach(volume, successor));
    },
  };
}
