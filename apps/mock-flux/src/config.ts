import { z } from 'zod';

const environmentSchema = z.object({
  PORT: z.coerce.number().int().min(0).max(65_535).default(8080),
  HOST: z.string().min(1).default('0.0.0.0'),
  FIXTURE: z.string().min(1).optional(),
});

/** How the mock runs as a program. */
export interface Config {
  readonly port: number;
  readonly host: string;
  /** A fixture file; without it the mock knows no app. */
  readonly fixturePath: string | undefined;
}

/** Reads the environment. Throws a `TypeError` that names every wrong variable. */
export function parseConfig(environment: Readonly<Record<string, string | undefined>> = process.env): Config {
  const parsed = environmentSchema.safeParse(environment);
  if (!parsed.success) throw new TypeError(z.prettifyError(parsed.error));
  const { PORT, HOST, FIXTURE } = parsed.data;
  return { port: PORT, host: HOST, fixturePath: FIXTURE };
}
