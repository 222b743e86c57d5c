import {
  DiscoveryError,
  type Location,
  parseNodeAddress,
  type SourceAnswer,
  type Trust,
} from '../src/index.ts';

/** The time at which answers arrive unless a test says otherwise. */
export const NOW_MS = Date.parse('2026-07-01T12:00:00Z');

/** One listed instance; a test states only what differs. */
export function aLocation(ip: string, differences: Partial<Location> = {}): Location {
  const parsed = parseNodeAddress(ip, { allowPrivateAddresses: true });
  if (!parsed.ok) throw new Error(`${ip}: ${parsed.reason}`);
  return {
    address: parsed.address,
    name: 'myapp',
    hash: 'c0ffee',
    broadcastedAt: new Date(NOW_MS - 10 * 60_000),
    ...differences,
  };
}

/** What a test may say of an answer. */
export interface AnswerDifferences {
  readonly kind?: string;
  readonly trust?: Trust;
  readonly answeredBy?: string;
  readonly receivedAtMs?: number;
}

/** A source's good answer. */
export function anAnswer(
  name: string,
  locations: readonly (Location | string)[],
  { kind = 'api', trust = 'authenticated', receivedAtMs = NOW_MS, answeredBy }: AnswerDifferences = {},
): SourceAnswer {
  return {
    source: { name, kind, trust },
    answer: {
      ok: true,
      listing: {
        locations: locations.map((location) =>
          typeof location === 'string' ? aLocation(location) : location,
        ),
        rejected: [],
        receivedAtMs,
        ...(answeredBy === undefined ? {} : { answeredBy }),
      },
    },
  };
}

/** A source that did not answer. */
export function aFailure(name: string, kind = 'api'): SourceAnswer {
  const error = new DiscoveryError('timeout', 'no answer within 10 ms', { url: `https://${name}` });
  return { source: { name, kind, trust: 'authenticated' }, answer: { ok: false, error } };
}
