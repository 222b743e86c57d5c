import type { Listing } from '../answers/locations.ts';

/**
 * How far an answer can be believed. `authenticated`: the server proved its name (HTTPS with a verified certificate, or
 * whatever a source of one's own does). `hint`: anybody on the way, or the machine's owner, may have made it up.
 */
export type Trust = 'authenticated' | 'hint';

/** What a source says of an app at one moment. */
export interface SourceListing extends Listing {
  /** When the answer was complete, in Unix milliseconds. */
  readonly receivedAtMs: number;
  /** The database that answered, where the source stands for several; two names are two sources of evidence. */
  readonly answeredBy?: string;
}

/**
 * Something that can list an app's instances. Implement it to add a source of your own, such as a membership service; it
 * takes part in `discover` and `watch` like the built-in ones.
 *
 * @example
 * ```ts
 * const mesh: ListingSource = {
 *   name: 'mesh',
 *   kind: 'mesh',
 *   trust: 'authenticated',
 *   list: async (app, { signal }) => ({ locations: await readMesh(app, signal), rejected: [], receivedAtMs: Date.now() }),
 * };
 * ```
 */
export interface ListingSource {
  /** Shown in results; unique among the sources that are asked together. */
  readonly name: string;
  /** `api`, `node` and `witness` are built in. Others count as `node` where contact is judged. */
  readonly kind: string;
  /** How far its answers can be believed; nobody checks. */
  readonly trust: Trust;
  /** One answer, or an error; a `DiscoveryError` keeps its code. `signal` is aborted when nobody waits any longer. */
  readonly list: (app: string, options: { readonly signal: AbortSignal }) => Promise<SourceListing>;
}
