import { z } from 'zod';
import { callerIpSchema } from './instance.ts';

/** The ways in which an answer can be wrong, late or missing. */
export const faultKinds = [
  'delay',
  'http-status',
  'error-envelope',
  'empty',
  'halved',
  'stale',
  'html',
  'truncated',
  'data-null',
  'wrong-types',
  'huge',
  'many-entries',
  'deep-nesting',
  'hang',
  'reset',
] as const;

/** One fault: what happens, to whom, on which routes, how often. */
export const faultSchema = z
  .strictObject({
    kind: z.enum(faultKinds),
    /** Source addresses; without it everybody is hit. */
    callers: z.array(callerIpSchema).nonempty().optional(),
    /** Beginnings of paths; without it every route of the Flux API is hit. */
    paths: z.array(z.string().startsWith('/')).nonempty().optional(),
    /** Nodes by `IP:PORT`, whether asked themselves or behind the public endpoint; without it all and the endpoint. */
    nodes: z.array(z.string()).nonempty().optional(),
    /** How many more answers it hits; without it there is no end. */
    remaining: z.int().positive().optional(),
    /** Waited before the answer, whatever the kind. */
    delayMs: z.int().min(0).max(600_000).optional(),
    /** For `http-status`; 503 unless given. */
    status: z.int().min(300).max(599).optional(),
  })
  .refine(({ kind, delayMs }) => kind !== 'delay' || delayMs !== undefined, {
    path: ['delayMs'],
    error: 'needed for delay',
  })
  .refine(({ kind, status }) => kind === 'http-status' || status === undefined, {
    path: ['status'],
    error: 'only for http-status',
  });

/** One fault or several; of those that fit a request, the first hits it. */
export const faultsSchema = z.preprocess(
  (input) => (Array.isArray(input) ? input : [input]),
  z.array(faultSchema).max(100),
);

/** What goes wrong. */
export type FaultKind = (typeof faultKinds)[number];

/** One fault. */
export type Fault = z.infer<typeof faultSchema>;

/** The fault that hits a request, if any, and the faults that are left afterwards. */
export function takeFault<T extends Fault>(
  faults: readonly T[],
  { caller, path, node }: { readonly caller: string; readonly path: string; readonly node?: string | null },
): { readonly hit: T | null; readonly left: readonly T[] } {
  const hit = faults.find(
    ({ callers, paths, nodes }) =>
      (nodes === undefined || (typeof node === 'string' && nodes.includes(node))) &&
      (callers === undefined || callers.includes(caller)) &&
      (paths === undefined ||
        paths.some((beginning) => path.toLowerCase().startsWith(beginning.toLowerCase()))),
  );
  if (hit === undefined) return { hit: null, left: faults };
  if (hit.remaining === undefined) return { hit, left: faults };
  const worn = { ...hit, remaining: hit.remaining - 1 };
  const left = faults.map((fault) => (fault === hit ? worn : fault));
  return { hit, left: left.filter(({ remaining }) => remaining !== 0) };
}
