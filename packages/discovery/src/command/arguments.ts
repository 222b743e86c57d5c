import { parseArgs } from 'node:util';
import { z } from 'zod';

/** What the user asked for. */
export interface Arguments {
  readonly command: 'locations' | 'spec' | 'watch' | 'doctor';
  readonly app: string;
  readonly json: boolean;
  readonly baseUrls: readonly string[] | undefined;
  readonly timeoutMs: number;
  readonly nodes: number;
  readonly allowPrivateAddresses: boolean;
  readonly fresh: boolean;
  readonly intervalMs: number;
  /** How many changes a watch reports before it ends; infinite unless given. */
  readonly changes: number;
}

/** Either of them, help, the version, or what is wrong. */
export type ParsedArguments =
  | { readonly kind: 'run'; readonly arguments: Arguments }
  | { readonly kind: 'help' }
  | { readonly kind: 'version' }
  | { readonly kind: 'wrong'; readonly problems: readonly string[] };

export const HELP = `Finds where the instances of a Flux app run.

Usage: flux-discovery COMMAND APP [OPTION]...

Commands:
  locations APP   the instances, who lists each of them, and what every source said
  spec APP        what the app's owner has ordered
  watch APP       instances as they are added, changed and removed, until interrupted
  doctor APP      checks the API, the listing and every listed node

Options:
  --json               one JSON document, for watch one per line
  --api URL            ask this API instead of the public one; may be given more than once
  --timeout SECONDS    for each request (10)
  --nodes N            ask so many listed nodes at their own API as well (3)
  --fresh              ask nodes to pass over their 30 s cache
  --allow-private      accept private addresses, for a Flux of your own
  --interval SECONDS   watch: between two rounds (60)
  --changes N          watch: end after so many changes
  --help, --version

Exit status: 0 answered, 1 no usable answer or something broken, 2 wrong usage,
3 answered, but nothing is known of the app, 130 interrupted.
`;

const seconds = z.coerce.number().positive().max(86_400);

const schema = z.object({
  command: z.enum(['locations', 'spec', 'watch', 'doctor'], {
    error: 'COMMAND is one of locations, spec, watch, doctor',
  }),
  app: z
    .string({ error: 'APP is missing' })
    .regex(/^[A-Za-z0-9][A-Za-z0-9_-]*$/, { error: 'APP consists of letters, digits, "-" and "_"' }),
  json: z.boolean().default(false),
  api: z.array(z.url({ protocol: /^https?$/, error: '--api is a URL with http or https' })).optional(),
  timeout: seconds.default(10),
  nodes: z.coerce.number().int().min(0).max(100).default(3),
  fresh: z.boolean().default(false),
  'allow-private': z.boolean().default(false),
  interval: seconds.default(60),
  changes: z.coerce.number().int().positive().optional(),
});

const options = {
  json: { type: 'boolean' },
  api: { type: 'string', multiple: true },
  timeout: { type: 'string' },
  nodes: { type: 'string' },
  fresh: { type: 'boolean' },
  'allow-private': { type: 'boolean' },
  interval: { type: 'string' },
  changes: { type: 'string' },
  help: { type: 'boolean', short: 'h' },
  version: { type: 'boolean' },
} as const;

function wrong(...problems: readonly string[]): ParsedArguments {
  return { kind: 'wrong', problems };
}

function explain({ path, message }: z.core.$ZodIssue): string {
  const [option] = path;
  const isOption = typeof option === 'string' && option !== 'command' && option !== 'app' && option !== 'api';
  return isOption ? `--${option}: ${message}` : message;
}

/** Reads the command line; every problem is told at once. */
export function readArguments(words: readonly string[]): ParsedArguments {
  let parsed: ReturnType<typeof parseArgs<{ options: typeof options; allowPositionals: true }>>;
  try {
    parsed = parseArgs({ args: [...words], options, allowPositionals: true });
  } catch (error) {
    return wrong(error instanceof Error ? error.message : String(error));
  }
  const { values, positionals } = parsed;
  if (values.help === true) return { kind: 'help' };
  if (values.version === true) return { kind: 'version' };
  const [command, app, ...rest] = positionals;
  if (rest.length > 0) return wrong(`too many arguments: ${rest.join(' ')}`);
  const checked = schema.safeParse({ ...values, command, app });
  if (!checked.success) return wrong(...checked.error.issues.map(explain));
  const { data } = checked;
  return {
    kind: 'run',
    arguments: {
      command: data.command,
      app: data.app,
      json: data.json,
      baseUrls: data.api,
      timeoutMs: Math.ceil(data.timeout * 1000),
      nodes: data.nodes,
      allowPrivateAddresses: data['allow-private'],
      fresh: data.fresh,
      intervalMs: data.interval * 1000,
      changes: data.changes ?? Number.POSITIVE_INFINITY,
    },
  };
}
