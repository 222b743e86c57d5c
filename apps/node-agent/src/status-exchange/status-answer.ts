/**
 * Why an answer proves nothing.
 * `unverifiable`: the peer does not hold our key, or refuses ours; `unreadable`: not HTTP, or not an answer of this protocol;
 * `wrong-protocol`: another protocol version; `misdirected`: the peer says that the dialled address is not its own, or that
 * it does not know its own yet; `unavailable`: any other HTTP status, such as 503 of a router whose agent is down;
 * `unfinished`: the answer began and did not end in time.
 */
export type PresentReason =
  | 'unverifiable'
  | 'unreadable'
  | 'wrong-protocol'
  | 'misdirected'
  | 'unavailable'
  | 'unfinished';

/**
 * Why nothing was heard.
 * `refused`: the address refuses connections; `closed`: the connection was closed or reset before the first byte, as a
 * port mapping does whose container is down; `timeout`: nothing within the time; `unreachable`: no way there.
 */
export type SilentReason = 'refused' | 'closed' | 'timeout' | 'unreachable';

/**
 * What was heard at an address. A single byte makes it `present`: something answers there. Only an `authenticated`
 * document comes from a holder of the key at that address, made for this question. What a document is, is the matter of who asks.
 */
export type StatusAnswer<Document = unknown> =
  | { readonly kind: 'authenticated'; readonly document: Document; readonly roundTripMs: number }
  | { readonly kind: 'present'; readonly reason: PresentReason; readonly detail: string }
  | { readonly kind: 'silent'; readonly reason: SilentReason; readonly detail: string };

export function present(reason: PresentReason, detail: string): StatusAnswer<never> {
  return { kind: 'present', reason, detail };
}

export function silent(reason: SilentReason, detail: string): StatusAnswer<never> {
  return { kind: 'silent', reason, detail };
}
