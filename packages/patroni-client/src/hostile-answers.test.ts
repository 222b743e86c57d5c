import fc from 'fast-check';
import { afterAll, beforeAll, expect, test } from 'vitest';
import { aPrimary, CLUSTER_OF_4_1 } from '../testing/bodies.ts';
import { type LoopbackServer, loopbackServer } from '../testing/loopback-server.ts';
import { closingAfter, rawServer } from '../testing/raw-server.ts';
import { PatroniClient, PatroniError } from './index.ts';

const calls: readonly ((client: PatroniClient) => Promise<unknown>)[] = [
  (client) => client.status(),
  (client) => client.cluster(),
  (client) => client.config(),
  (client) => client.history(),
  (client) => client.patchConfig({ ttl: 30 }),
  (client) => client.switchover({ leader: 'a' }),
  (client) => client.failover({ candidate: 'a' }),
  (client) => client.restart(),
  (client) => client.reload(),
  (client) => client.reinitialize(),
  (client) => client.check('primary'),
];

const password = 'correct horse';
let next: { readonly status: number; readonly body: string } = { status: 200, body: '' };
let server: LoopbackServer;
let client: PatroniClient;

beforeAll(async () => {
  server = await loopbackServer((_request, response) => response.writeHead(next.status).end(next.body));
  client = new PatroniClient({
    baseUrl: server.url,
    requestTimeoutMs: 5000,
    auth: { username: 'u', password },
  });
});

afterAll(async () => {
  await client.close();
  await server[Symbol.asyncDispose]();
});

/** Fails unless every call gives a value or a PatroniError that is short, printable and without the password. */
async function expectAllToBehave(on: PatroniClient): Promise<void> {
  for (const call of calls) {
    const error = await call(on).then(
      () => null,
      (caught: unknown) => caught,
    );
    if (error === null) continue;
    expect(error).toBeInstanceOf(PatroniError);
    expect(String(error)).toMatch(/^[\x20-\x7e]{1,500}$/);
    expect(String(error)).not.toContain(password);
  }
}

/** Real documents with one value replaced at any depth. */
const nearlyRight = fc
  .tuple(fc.constantFrom<object>(aPrimary(), CLUSTER_OF_4_1, [[1, 2, 'x', 'y']]), fc.nat(), fc.jsonValue())
  .map(([document, place, value]) => {
    let count = 0;
    return JSON.stringify(document, (_key, old: unknown) => (count++ === place % 40 ? value : old));
  });

test('whatever an answer says, a call gives a value or a PatroniError', async () => {
  const body = fc.oneof(
    nearlyRight,
    fc.json(),
    fc.string({ unit: 'binary' }),
    fc.string().map((text) => `${text} ${password}`),
  );
  const status = fc.constantFrom(200, 202, 301, 400, 401, 403, 404, 409, 412, 418, 500, 502, 503, 599);
  await fc.assert(
    fc.asyncProperty(status, body, async (answerStatus, answerBody) => {
      next = { status: answerStatus, body: answerBody };
      await expectAllToBehave(client);
    }),
    { numRuns: 60 },
  );
}, 30_000);

test.each([
  ['deeply nested', `${'['.repeat(200_000)}${']'.repeat(200_000)}`],
  ['with a prototype', '{"__proto__":{"role":"primary"},"role":"replica","state":"running","constructor":1}'],
  ['with a number beyond all bounds', '{"role":"replica","state":"running","timeline":1e999}'],
])('JSON %s', async (_title, body) => {
  next = { status: 200, body };
  await expectAllToBehave(client);
});

test('whatever bytes come instead of HTTP, a call ends with a PatroniError', async () => {
  await fc.assert(
    fc.asyncProperty(fc.string({ unit: 'binary' }), async (bytes) => {
      await using raw = await rawServer(closingAfter(bytes));
      await using other = new PatroniClient({ baseUrl: raw.url, requestTimeoutMs: 2000 });
      await expectAllToBehave(other);
    }),
    { numRuns: 15 },
  );
}, 30_000);
