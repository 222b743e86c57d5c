import type { IncomingHttpHeaders } from 'node:http';
import type { Readable } from 'node:stream';

/** What of undici's `Dispatcher` carries a request; anything else with this method may stand in for one. */
export interface Transport {
  /** Sends one GET and gives the answer as soon as its headers are there; rejects when `signal` is aborted. */
  readonly request: (options: {
    readonly origin: string;
    readonly path: string;
    readonly method: 'GET';
    readonly headers: Readonly<Record<string, string>>;
    readonly signal: AbortSignal;
  }) => Promise<{
    readonly statusCode: number;
    readonly headers: IncomingHttpHeaders;
    readonly body: Readable;
  }>;
}
