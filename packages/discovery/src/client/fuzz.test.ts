import { setFlagsFromString } from 'node:v8';
import { runInNewContext } from 'node:vm';
import fc from 'fast-check';
import { afterAll, beforeAll, describe, expect, test } from 'vitest';
import { APP, type Route } from '../../testing/answer-arbitraries.ts';
import { answerFaults, reasonFaults } from '../../testing/answer-checks.ts';
import { type Body, bodies } from '../../testing/body-arbitraries.ts';
import { aRow, success } from '../../testing/row-builder.ts';
import { DiscoveryError, type DiscoveryErrorCode, type Fetch, FluxClient, type Origin } from '../index.ts';

/** Answers that go through a client here, body and all; `src/answers/fuzz.test.ts` has the others. */
const RUNS = Number(process.env.FUZZ_RUNS ?? 30_000);
const SEED = Number(process.env.FUZZ_SEED ?? 20_260_701);

const NODE = '8.8.4.1:16137';
const MAX_ENTRIES = 6;
const MAX_BODY_BYTES = 4000;
const ORIGIN_FIELDS = new Set(['source', 'answeredBy', 'receivedAtMs']);

const calls: Readonly<Record<Route, (client: FluxClient) => Promise<Origin>>> = {
  location: (client) => client.locations(APP),
  specification: (client) => client.specification(APP),
  hostInfo: (client) => client.hostInfo(),
  runningApps: (client) => client.runningApps(NODE),
  version: (client) => client.version(NODE),
  fluxNodes: (client) => client.fluxNodes(),
};

interface Answer {
  readonly status: number;
  readonly headers: Iterable<readonly [string, string]>;
  readonly body: AsyncIterable<Uint8Array> | null;
}

async function* arriving({ pieces, breaks }: Body): AsyncGenerator<Uint8Array> {
  yield* pieces;
  if (breaks) throw new Error('the connection broke\u001b[2J');
}

const answering = (answer: Answer): Fetch => {
  return () => Promise.resolve(answer);
};

function withoutOrigin(value: object): object {
  return Object.fromEntries(Object.entries(value).filter(([key]) => !ORIGIN_FIELDS.has(key)));
}

/** The codes of an answer that arrived with this status, whole or cut. */
function codesOf(status: number, breaks: boolean): readonly DiscoveryErrorCode[] {
  if (status < 200 || status > 299) return ['http'];
  return breaks ? ['network', 'too-large'] : ['schema', 'envelope', 'too-large'];
}

function errorFaults(error: unknown, codes: readonly DiscoveryErrorCode[]): readonly string[] {
  if (!(error instanceof DiscoveryError)) return [`not a DiscoveryError but ${String(error)}`];
  const { code, reason, message, url } = error;
  return [
    ...reasonFaults(reason),
    ...(codes.includes(code) ? [] : [`the code ${code}`]),
    ...(message === `${url}: ${reason}` ? [] : [`a message ${message}`]),
  ];
}

const statuses = fc.oneof(
  { weight: 20, arbitrary: fc.constant(200) },
  { weight: 1, arbitrary: fc.constantFrom(201, 204, 299, 301, 304, 404, 429, 500, 503, 999, 0, -1) },
);
const headerTexts = fc.constantFrom(
  'application/json',
  'text/html',
  '8.8.4.1:16127',
  '\u001b[2J',
  'x'.repeat(999),
  '',
);
const headers = fc.array(
  fc.tuple(
    fc.constantFrom('content-type', 'fluxnode', '__proto__', 'content-length', 'set-cookie'),
    headerTexts,
  ),
  { maxLength: 3 },
);

describe('whatever arrives is read soundly or is a DiscoveryError', () => {
  const unhandled: unknown[] = [];
  const note = (reason: unknown) => unhandled.push(reason);
  beforeAll(() => void process.on('unhandledRejection', note));
  afterAll(() => void process.off('unhandledRejection', note));

  test.each(Object.keys(calls))('%s', { timeout: 60_000 + RUNS }, async (name) => {
    const route = name as Route;
    const counts = { read: 0, refused: 0 };
    const answers = fc.record({ body: bodies(route), status: statuses, headers, isPrivate: fc.boolean() });
    const outcome = async (
      client: FluxClient,
      allowPrivateAddresses: boolean,
      codes: readonly DiscoveryErrorCode[],
    ) => {
      try {
        const value = await calls[route](client);
        counts.read += 1;
        const limits = { maxEntries: route === 'fluxNodes' ? 30_000 : MAX_ENTRIES, allowPrivateAddresses };
        const answeredBy = reasonFaults(`answered by ${value.answeredBy}`);
        return [...answeredBy, ...answerFaults(route, withoutOrigin(value), limits)];
      } catch (error) {
        counts.refused += 1;
        return errorFaults(error, codes);
      }
    };
    await fc.assert(
      fc.asyncProperty(answers, async ({ body, status, headers: given, isPrivate }) => {
        const client = new FluxClient({
          baseUrls: ['http://127.0.0.1:9'],
          fetch: answering({ status, headers: given, body: arriving(body) }),
          maxEntries: MAX_ENTRIES,
          maxBodyBytes: MAX_BODY_BYTES,
          allowPrivateAddresses: isPrivate,
        });
        const faults = await outcome(client, isPrivate, codesOf(status, body.breaks));
        if (faults.length > 0) throw new Error(faults.join('; '));
      }),
      { seed: SEED, numRuns: Math.ceil(RUNS / Object.keys(calls).length) },
    );
    await new Promise((resolve) => setImmediate(resolve));
    expect(unhandled).toEqual([]);
    // A fuzz run shows nothing where all answers come to the same end.
    expect(Math.min(counts.read, counts.refused) / (counts.read + counts.refused)).toBeGreaterThan(0.05);
  });
});

function heapAfterCollection(): number {
  setFlagsFromString('--expose-gc');
  const collect: () => void = runInNewContext('gc');
  collect();
  return process.memoryUsage().heapUsed;
}

describe('the memory of a client', () => {
  test('is the same after thousands of answers as before', { timeout: 60_000 }, async () => {
    const sampled = fc.sample(bodies('location'), { seed: SEED, numRuns: 300 });
    const askAll = async () => {
      for (const body of sampled) {
        const fetch = answering({ status: 200, headers: [], body: arriving(body) });
        await new FluxClient({ fetch }).locations(APP).catch(() => undefined);
      }
    };
    await askAll();
    const before = heapAfterCollection();
    for (let round = 0; round < 10; round += 1) await askAll();
    expect(heapAfterCollection() - before).toBeLessThan(8_000_000);
  });

  test('does not hold more of an endless body than its limit', async () => {
    const pieceBytes = 16_384;
    const maxBodyBytes = 100_000;
    let pulledBytes = 0;
    let isClosed = false;
    async function* endless(): AsyncGenerator<Uint8Array> {
      try {
        for (;;) {
          pulledBytes += pieceBytes;
          yield new Uint8Array(pieceBytes).fill(0x20);
        }
      } finally {
        isClosed = true;
      }
    }
    const fetch = answering({ status: 200, headers: [], body: endless() });
    const client = new FluxClient({ baseUrls: ['http://127.0.0.1:9'], fetch, maxBodyBytes });
    await expect(client.locations(APP)).rejects.toMatchObject({ code: 'too-large' });
    // The piece that goes beyond the limit, and what the stream fetches in advance.
    expect(pulledBytes).toBeLessThanOrEqual(maxBodyBytes + 3 * pieceBytes);
    expect(isClosed).toBe(true);
  });

  test('grows with the bytes of a body and not with its pieces', { timeout: 60_000 }, async () => {
    const sizeBytes = 1_000_000;
    const end = Buffer.from(JSON.stringify(success([aRow({ name: APP })])));
    const spaces = new Uint8Array(65_536).fill(0x20);
    const before = heapAfterCollection();
    let grownBytes = 0;
    async function* inCrumbs(): AsyncGenerator<Uint8Array> {
      for (let sent = 0; sent < sizeBytes; sent += 1) {
        // From a network, pieces come over many turns of the event loop.
        if (sent % 1000 === 0) await new Promise((resolve) => setImmediate(resolve));
        yield spaces.subarray(sent % 65_536, (sent % 65_536) + 1);
      }
      grownBytes = heapAfterCollection() - before;
      yield end;
    }
    const fetch = answering({ status: 200, headers: [], body: inCrumbs() });
    const client = new FluxClient({ baseUrls: ['http://127.0.0.1:9'], fetch });
    await expect(client.locations(APP)).resolves.toMatchObject({ locations: [{}] });
    expect(grownBytes).toBeLessThan(20 * sizeBytes);
  });
});
