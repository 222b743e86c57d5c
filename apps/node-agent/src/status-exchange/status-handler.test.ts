import fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import {
  announcement,
  aProvenQuestion,
  aQuestion,
  aServer,
  callerNonce,
  cluster,
  field,
  flipHexBit,
} from './exchange-builders.ts';
import { MAX_USES, NONCE_LIFETIME_MS } from './nonce-book.ts';
import { challengeProof, decodeCredentials, encodeCredentials, NONCE_HEADER } from './protocol.ts';

describe('a question without proof', () => {
  it('is answered with a nonce and the proof that this node holds the key', () => {
    const answer = aServer().handle(aQuestion());
    const serverNonce = field(answer, 'nonce');
    expect(answer).toEqual({
      status: 401,
      body: {
        protocol: 1,
        nonce: serverNonce,
        proof: challengeProof(cluster.statusKey, cluster.appName, { callerNonce, serverNonce }),
      },
    });
  });

  it.each([
    ['another path', aQuestion({ path: '/flux-pg/v2/node' }), 404],
    ['another method', aQuestion({ method: 'POST' }), 405],
    ['no nonce', aQuestion({ headers: {} }), 400],
    ['a short nonce', aQuestion({ headers: { [NONCE_HEADER]: 'abc' } }), 400],
  ])('gets no proof with %s', (_what, question, status) => {
    const answer = aServer().handle(question);
    expect(answer.status).toBe(status);
    expect(answer.body).not.toHaveProperty('proof');
  });

  it('does not use up memory: everybody gets the same nonce for a while', () => {
    const { handle, clock } = aServer();
    const first = field(handle(aQuestion()), 'nonce');
    expect(field(handle(aQuestion()), 'nonce')).toBe(first);
    clock.nowMs = NONCE_LIFETIME_MS / 2;
    expect(field(handle(aQuestion()), 'nonce')).not.toBe(first);
  });
});

describe('a question with proof', () => {
  it('gets the document, and the caller is announced', () => {
    const { handle, heard } = aServer();
    const answer = handle(aProvenQuestion(field(handle(aQuestion()), 'nonce')));
    expect(answer.status).toBe(200);
    expect(JSON.parse(field(answer, 'document'))).toEqual({ nodeId: 'node-1' });
    expect(heard).toEqual([{ announcement, contact: { dialledHost: '10.0.0.1', served: true } }]);
  });

  it('is accepted once only', () => {
    const { handle, heard } = aServer();
    const question = aProvenQuestion(field(handle(aQuestion()), 'nonce'));
    expect(handle(question).status).toBe(200);
    expect(handle(question).status).toBe(401);
    expect(heard).toHaveLength(1);
  });

  it('is accepted until the nonce is a minute old, and never again afterwards', () => {
    const { handle, clock } = aServer();
    const serverNonce = field(handle(aQuestion()), 'nonce');
    const question = aProvenQuestion(serverNonce);
    clock.nowMs = NONCE_LIFETIME_MS - 1;
    expect(handle(question).status).toBe(200);
    clock.nowMs = NONCE_LIFETIME_MS;
    expect(handle(question).status).toBe(401);
    expect(handle(aProvenQuestion(serverNonce, { callerNonce: 'd'.repeat(32) })).status).toBe(401);
  });

  it('stays unrepeatable when a nonce has had all its uses', () => {
    const { handle } = aServer();
    const serverNonce = field(handle(aQuestion()), 'nonce');
    const uses = Array.from({ length: MAX_USES }, (_, index) => index.toString(16).padStart(32, '0'));
    for (const nonce of uses) {
      expect(handle(aProvenQuestion(serverNonce, { callerNonce: nonce })).status).toBe(200);
    }
    const refused = handle(aProvenQuestion(serverNonce, { callerNonce: 'e'.repeat(32) }));
    expect(refused.status).toBe(401);
    expect(field(refused, 'nonce')).not.toBe(serverNonce);
    expect(handle(aProvenQuestion(serverNonce, { callerNonce: uses[0] ?? '' })).status).toBe(401);
  });

  it.each([
    ['meant for another node', ['10.0.0.1'], '10.0.0.9:8008', 'misdirected'],
    ['that names no host', ['10.0.0.1'], 'nonsense', 'misdirected'],
    ['while the own address is unknown', null, '10.0.0.1:8008', 'own-address-unknown'],
    ['while there is no own address', [], '10.0.0.1:8008', 'own-address-unknown'],
  ])('gets no document %s, but its caller is announced', (_what, ownAddresses, dialled, reason) => {
    const { handle, heard } = aServer({ ownAddresses });
    const answer = handle(aProvenQuestion(field(handle(aQuestion()), 'nonce'), { dialled }));
    expect(answer).toEqual({ status: 421, body: { protocol: 1, reason } });
    expect(heard).toMatchObject([{ announcement, contact: { served: false } }]);
  });

  it('is served at an IPv6 address in any spelling', () => {
    const { handle } = aServer({ ownAddresses: ['2001:db8::1'] });
    const serverNonce = field(handle(aQuestion()), 'nonce');
    const dialled = '[2001:DB8:0::1]:8008';
    expect(handle(aProvenQuestion(serverNonce, { dialled })).status).toBe(200);
  });

  it('is refused with an announcement of another shape', () => {
    const { handle, heard } = aServer();
    const serverNonce = field(handle(aQuestion()), 'nonce');
    expect(handle(aProvenQuestion(serverNonce, { caller: '{"nodeId":1}' })).status).toBe(400);
    expect(heard).toEqual([]);
  });

  it('gets no document that is too large', () => {
    const { handle } = aServer({ document: () => 'x'.repeat(64 * 1024) });
    const answer = handle(aProvenQuestion(field(handle(aQuestion()), 'nonce')));
    expect(answer).toEqual({ status: 500, body: { protocol: 1, reason: 'too-large' } });
  });

  it('proves nothing to a server with another key or another app', () => {
    for (const other of [{ statusKey: Buffer.alloc(32, 8) }, { appName: 'blog' }]) {
      const { handle, heard } = aServer(other);
      expect(handle(aProvenQuestion(field(handle(aQuestion()), 'nonce'))).status).toBe(401);
      expect(heard).toEqual([]);
    }
  });

  it('is refused when any bit of it is turned over, and costs the good one nothing', () => {
    const fields = ['callerNonce', 'serverNonce', 'mac', 'dialled', 'caller'] as const;
    fc.assert(
      fc.property(fc.constantFrom(...fields), fc.nat(), fc.nat(6), (name, position, bit) => {
        const { handle, heard } = aServer();
        const good = aProvenQuestion(field(handle(aQuestion()), 'nonce'));
        const credentials = decodeCredentials(good.headers.authorization ?? '');
        if (credentials === null) throw new Error('the question carries no credentials');
        const text = credentials[name];
        const bytes = Buffer.from(text);
        const index = position % bytes.length;
        bytes.writeUInt8(bytes.readUInt8(index) ^ (1 << bit), index);
        const changed =
          name === 'dialled' || name === 'caller' ? bytes.toString('latin1') : flipHexBit(text, position);
        const authorization = encodeCredentials({ ...credentials, [name]: changed });
        const question = aQuestion({ headers: { ...good.headers, authorization } });
        expect(handle(question).status).toBe(401);
        expect(heard).toEqual([]);
        expect(handle(good).status).toBe(200);
      }),
    );
  });

  it('survives any authorization header', () => {
    const { handle } = aServer();
    const header = fc.oneof(
      fc.string(),
      fc.string().map((text) => `FluxPG-HMAC ${Buffer.from(text).toString('base64url')}`),
      fc.json().map((text) => `FluxPG-HMAC ${Buffer.from(text).toString('base64url')}`),
    );
    fc.assert(
      fc.property(header, (authorization) => {
        const answer = handle(aQuestion({ headers: { [NONCE_HEADER]: callerNonce, authorization } }));
        expect(answer.status).toBe(401);
      }),
    );
  });
});

it('refuses a key that is too short to be one', () => {
  expect(() => aServer({ statusKey: Buffer.alloc(8) })).toThrow(TypeError);
});
