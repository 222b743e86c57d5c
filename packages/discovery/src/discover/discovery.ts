import type { NodeAddress } from '../address/node-address.ts';
import type { Location, RejectedRow } from '../answers/locations.ts';
import type { DiscoveryError } from '../discovery-error.ts';
import type { Trust } from '../sources/listing-source.ts';

/** Who was asked. */
export interface SourceIdentity {
  readonly name: string;
  readonly kind: string;
  readonly trust: Trust;
}

/** What came of asking one source. */
export type SourceReport = SourceIdentity &
  (
    | {
        /** `empty` is no information: Flux answers so for unknown apps and from incomplete databases. */
        readonly outcome: 'listed' | 'empty';
        readonly receivedAtMs: number;
        /** From the answer to the moment of the result. */
        readonly ageMs: number;
        /** The latest announcement among the rows: what the source's database can know of at most; null without any. */
        readonly newestAnnouncementMs: number | null;
        readonly count: number;
        readonly rejected: readonly RejectedRow[];
        readonly answeredBy?: string;
      }
    | { readonly outcome: 'failed'; readonly error: DiscoveryError }
  );

/** One source's word for one instance. */
export interface Evidence extends SourceIdentity {
  readonly location: Location;
  readonly receivedAtMs: number;
  readonly answeredBy?: string;
}

/** An instance that at least one source lists. */
export interface DiscoveredInstance {
  readonly address: NodeAddress;
  /** The row that was announced last, among all sources. */
  readonly location: Location;
  readonly listedBy: readonly Evidence[];
  /** Sources whose answer lists others, but not this one. */
  readonly missingFrom: readonly string[];
  /** Whether no authenticated source lists it. */
  readonly hintOnly: boolean;
}

/**
 * Who could be reached. `api`: the central API. `nodes`: it could not, but single nodes answered, so the outage is there
 * and not here. `none`: nobody, so this caller is probably cut off itself.
 */
export type Contact = 'api' | 'nodes' | 'none';

interface DiscoveryBasis {
  readonly app: string;
  readonly takenAtMs: number;
  /** One for each source, in the order in which they were given. */
  readonly sources: readonly SourceReport[];
  readonly contact: Contact;
}

/**
 * All sources' answers as one result. Where nothing is known there is no list to be mistaken for an empty app:
 * `known` is false, and `why` says whether all failed or those that answered had no row.
 */
export type Discovery = DiscoveryBasis &
  (
    | {
        readonly known: true;
        /** At least one, in the order of their addresses. */
        readonly instances: readonly [DiscoveredInstance, ...DiscoveredInstance[]];
      }
    | { readonly known: false; readonly why: 'failed' | 'empty' }
  );
