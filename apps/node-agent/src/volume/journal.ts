import { z } from 'zod';
import { loadDocument, saveDocument } from './json-document.ts';
import { VolumeError } from './volume-error.ts';

const entrySchema = z.object({
  /** What is done: `move-aside`, `adopt-root`, `release`, `mark-contained`; another one comes from another version. */
  step: z.string(),
  /** Paths below the volume's root, so that they hold wherever it is mounted. */
  from: z.string(),
  to: z.string(),
  startedAtWallMs: z.int(),
  doneAtWallMs: z.int().nullable(),
  /** Of a copy that was moved aside: a streaming leader's history was seen to contain it. */
  contained: z.boolean().default(false),
});

const journalSchema = z.object({ version: z.literal(1), entries: z.array(entrySchema) });

/** One step that moves data. It is on the disk as begun before anything moves, and as done after all has moved. */
export type JournalEntry = z.infer<typeof entrySchema>;

/** The steps that move data, oldest first. */
export interface Journal {
  readonly entries: () => readonly JournalEntry[];
  readonly unfinished: () => readonly JournalEntry[];
  readonly begin: (step: string, from: string, to: string) => Promise<JournalEntry>;
  readonly finish: (entry: JournalEntry) => Promise<void>;
  /** Forgets a step that was found not to have moved anything. */
  readonly drop: (entry: JournalEntry) => Promise<void>;
  /** Remembers that what was moved to this place is contained in a leader's history. */
  readonly markContained: (to: string) => Promise<void>;
}

const ENTRIES_KEPT = 100;

/** Forgets the oldest finished entries beyond the bound; unfinished ones stay, however many. */
function bounded(entries: readonly JournalEntry[]): readonly JournalEntry[] {
  let surplus = entries.length - ENTRIES_KEPT;
  return entries.filter(({ doneAtWallMs }) => doneAtWallMs === null || surplus-- <= 0);
}

/**
 * Opens `flux-pg/journal.json`.
 * @throws VolumeError `io` where it is there and cannot be read: half-moved data could be behind it
 */
export async function openJournal(path: string, wallMs: () => number): Promise<Journal> {
  const loaded = await loadDocument(path, journalSchema);
  if (loaded.kind === 'corrupt') {
    throw new VolumeError('io', `the volume's state cannot be used: ${loaded.detail}`);
  }
  let entries: readonly JournalEntry[] = loaded.kind === 'loaded' ? loaded.value.entries : [];
  let last: Promise<void> = Promise.resolve();
  /** One change after the other: each is made of what the one before has left. */
  const change = (make: (before: readonly JournalEntry[]) => readonly JournalEntry[]): Promise<void> => {
    const saved = last
      .catch(() => undefined)
      .then(async () => {
        const kept = bounded(make(entries));
        await saveDocument(path, { version: 1, entries: kept }, { mode: 0o600 });
        entries = kept;
      });
    last = saved;
    return saved;
  };
  return {
    entries: () => entries,
    unfinished: () => entries.filter(({ doneAtWallMs }) => doneAtWallMs === null),
    begin: async (step, from, to) => {
      const entry = { step, from, to, startedAtWallMs: wallMs(), doneAtWallMs: null, contained: false };
      await change((before) => [...before, entry]);
      return entry;
    },
    finish: (entry) =>
      change((before) => before.map((each) => (each === entry ? { ...each, doneAtWallMs: wallMs() } : each))),
    drop: (entry) => change((before) => before.filter((each) => each !== entry)),
    markContained: (to) => {
      const now = wallMs();
      // What an earlier version moved aside has no entry of its own.
      const mark = { step: 'mark-contained', from: to, to, startedAtWallMs: now, doneAtWallMs: now };
      return change((before) =>
        before.some((entry) => entry.to === to)
          ? before.map((entry) => (entry.to === to ? { ...entry, contained: true } : entry))
          : [...before, { ...mark, contained: true }],
      );
    },
  };
}
