import type { NodeAddress } from '../address/node-address.ts';
import type { Location, RejectedRow } from '../answers/locations.ts';
import type { DiscoveryError } from '../discovery-error.ts';
import type { Trust } from '../sources/listing-source.ts';

/** Who was asked. */
export interface SourceIdentity {
  /** Unique within a result, such as `node 8.8.4.4:16127`. */
  readonly name: string;
  /** `api`, `node`, `witness`, or that of a source of one's own. */
  readonly kind: string;
  /** How far its answers can be believed. */
  readonly trust: Trust;
}

/** What came of asking one source. */
export type SourceReport = SourceIdentity &
  (
    | {
        /** `empty` is no information: Flux answers so for unknown apps and from incomplete databases. */
        readonly outcome: 'listed' | 'empty';
        /** When the answer was complete, in Unix milliseconds. */
        readonly receivedAtMs: number;
        /** From the answer to the moment of the result. */
        readonly ageMs: number;
        /** The latest announcement among the rows: what the source's database can know of at most; null without any. */
        readonly newestAnnouncementMs: number | null;
        /** Usable rows. */
        readonly count: number;
        /** Rows that were left out. */
        readonly rejected: readonly RejectedRow[];
        /** The database that answered, where the source stands for several. */
        readonly answeredBy?: string;
      }
    | {
        readonly outcome: 'failed';
        /** Why there is no answer. */
        readonly error: DiscoveryError;
      }
  );

/** One source's word for one instance. */
export interface Evidence extends SourceIdentity {
  /** The row. */
  readonly location: Location;
  /** When the answer with it was complete, in Unix milliseconds. */
  readonly receivedAtMs: number;
  /** The database that answered, where the source stands for several. */
  readonly answeredBy?: string;
}

/** An instance that at least one source lists. */
export interface DiscoveredInstance {
  /** With the port of the row announced last. */
  readonly address: NodeAddress;
  /** The row that was announced last, among all sources. */
  readonly location: Location;
  /** At least one, in the order in which the sources were given. */
  readonly listedBy: readonly Evidence[];
  /** Sources whose answer lists others, but not this one. */
  readonly missingFrom: readonly string[];
  /** Whether no authenticated source lists it. */
  readonly hintOnly: boolean;
}

/**
 * Who gave a usable answer, with rows or without. `api`: the central API. `nodes`: it did not, but single nodes did, so the
 * outage is there and not here. `none`: nobody, so this caller is probably cut off itself; the errors in the reports tell
 * silence from answers that are no good.
 */
export type Contact = 'api' | 'nodes' | 'none';

/** What every result has, whether anything is known or not. */
export interface DiscoveryBasis {
  /** As it was asked for. */
  readonly app: string;
  /** When the answers were put together, in Unix milliseconds. */
  readonly takenAtMs: number;
  /** One for each source, in the order in which they were given. */
  readonly sources: readonly SourceReport[];
  /** Who could be reached. */
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
