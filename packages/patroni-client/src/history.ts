import { z } from 'zod';
import { present } from './wire.ts';

/** The end of one timeline. */
export interface TimelineSwitch {
  /** The timeline that ended. */
  readonly timeline: number;
  /** Where in the WAL it ended, in bytes from its beginning. */
  readonly lsn: number;
  readonly reason: string;
  /** When the new timeline was created, ISO 8601. */
  readonly at?: string;
  /** The member that was promoted. */
  readonly newLeader?: string;
}

const text = z.string().nullish();

/** What `GET /history` answers: rows that grew by a column now and then. */
export const historySchema = z.array(
  z
    .union([
      z.tuple([z.number(), z.number(), z.string(), text, text], z.unknown()),
      z.tuple([z.number(), z.number(), z.string(), text]),
      z.tuple([z.number(), z.number(), z.string()]),
    ])
    .transform(
      ([timeline, lsn, reason, at, newLeader]): TimelineSwitch => ({
        timeline,
        lsn,
        reason,
        ...present({ at, newLeader }),
      }),
    ),
);
