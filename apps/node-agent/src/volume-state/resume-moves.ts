import { lstat } from 'node:fs/promises';
import { dirname, join } from 'node:path';
import { errnoOf, type Journal, type JournalEntry, syncDirectory, VolumeError } from '../volume/index.ts';

/** How the steps are ended that need more than a look. */
export interface StepEnds {
  readonly adopt: () => Promise<unknown>;
  readonly release: (name: string) => Promise<void>;
}

async function isThere(path: string): Promise<boolean> {
  try {
    await lstat(path);
    return true;
  } catch (error) {
    if (errnoOf(error) === 'ENOENT') return false;
    throw error;
  }
}

/** One rename: it has happened or not. If not, whoever decided on it decides anew, by what is known now. */
async function endMoveAside(root: string, journal: Journal, entry: JournalEntry): Promise<void> {
  if (!(await isThere(join(root, entry.to)))) return journal.drop(entry);
  await syncDirectory(dirname(join(root, entry.to)));
  await syncDirectory(dirname(join(root, entry.from)));
  await journal.finish(entry);
}

/**
 * Ends what an earlier start began to move. An adoption that cannot go on stays under way and is told by the inspection.
 * @throws VolumeError `io` for a step that this version does not know: it cannot tell what is half moved
 */
export async function resumeMoves(root: string, journal: Journal, ends: StepEnds): Promise<void> {
  for (const entry of journal.unfinished()) {
    switch (entry.step) {
      case 'move-aside':
        await endMoveAside(root, journal, entry);
        break;
      case 'release':
        await ends.release(entry.from.replace(/^quarantine\//, ''));
        break;
      case 'adopt-root':
        // The node must come up to say what keeps it from going on.
        await ends.adopt().catch(() => undefined);
        break;
      default:
        throw new VolumeError('io', `the volume's state cannot be used: ${entry.step} is under way`);
    }
  }
}
