import { z } from 'zod';
import { lastLines, run } from '../command/run.ts';
import { say } from '../output.ts';

/** An image on this machine. */
export interface LocalImage {
  readonly reference: string;
  readonly id: string;
}

/** A registry that cannot be reached may let connections hang. */
const FIRST_ANSWER_MS = 20_000;
const PULL_LIMIT_MS = 5 * 60_000;

const inspectedSchema = z.tuple([
  z.object({
    Id: z.string(),
    Config: z.object({ Labels: z.record(z.string(), z.string()).nullish() }).nullish(),
  }),
]);

/** Reads an image's id and labels; null when it is not on this machine. */
export async function inspectImage(
  reference: string,
): Promise<(LocalImage & { readonly labels: Readonly<Record<string, string>> }) | null> {
  const { exitCode, stdout } = await run('docker', ['image', 'inspect', reference], { timeoutMs: 30_000 });
  if (exitCode !== 0) return null;
  const [{ Id, Config }] = inspectedSchema.parse(JSON.parse(stdout));
  return { reference, id: Id, labels: Config?.Labels ?? {} };
}

/** Pulls an image; null when it cannot be had, and the reason is told. */
export async function tryPull(reference: string): Promise<LocalImage | null> {
  say(`pulling ${reference}`);
  const { exitCode, stderr } = await run('docker', ['pull', reference], {
    timeoutMs: PULL_LIMIT_MS,
    firstOutputMs: FIRST_ANSWER_MS,
  });
  if (exitCode !== 0) {
    say(`  not to be had: ${lastLines(stderr, 1)}`);
    return null;
  }
  return inspectImage(reference);
}
