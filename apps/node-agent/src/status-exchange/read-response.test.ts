import fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import { callerNonce, cluster, flipHexBit } from './exchange-builders.ts';
import { challengeProof, responseMac } from './protocol.ts';
import { type Asked, readResponse } from './read-response.ts';

const serverNonce = '5'.repeat(32);
const nextNonce = '6'.repeat(32);

function asked(changes: Partial<Asked> = {}): Asked {
  return { ...cluster, callerNonce, serverNonce, maxDocumentBytes: 1000, ...changes };
}

function documentBody(document = '{"nodeId":"node-1"}') {
  const { statusKey, appName } = cluster;
  const mac = responseMac(statusKey, appName, { callerNonce, serverNonce, document, nextNonce });
  return { protocol: 1, document, nonce: nextNonce, mac };
}

function challengeBody() {
  const proof = challengeProof(cluster.statusKey, cluster.appName, { callerNonce, serverNonce });
  return { protocol: 1, nonce: serverNonce, proof };
}

function read(status: number, body: unknown, changes: Partial<Asked> = {}) {
  return readResponse(
    { status, body: typeof body === 'string' ? body : JSON.stringify(body) },
    asked(changes),
  );
}

function presentBecause(reason: string) {
  return { kind: 'other', answer: { kind: 'present', reason } };
}

describe('a signed document', () => {
  it('is read, with the nonce for the next question', () => {
    expect(read(200, documentBody())).toEqual({
      kind: 'document',
      document: { nodeId: 'node-1' },
      nextNonce,
    });
  });

  it.each([
    ['to a question without proof', { serverNonce: null }],
    ['to another question', { callerNonce: 'd'.repeat(32) }],
    ['to an older nonce', { serverNonce: '4'.repeat(32) }],
    ['signed with another key', { statusKey: Buffer.alloc(32, 8) }],
    ['of another app', { appName: 'blog' }],
  ])('is unverifiable as an answer %s', (_what, changes) => {
    expect(read(200, documentBody(), changes)).toMatchObject(presentBecause('unverifiable'));
  });

  it('is unverifiable when any bit of it is turned over', () => {
    fc.assert(
      fc.property(fc.constantFrom('document', 'nonce', 'mac'), fc.nat(), (name, position) => {
        const body = documentBody();
        const { document } = body;
        const index = position % document.length;
        const character = String.fromCharCode(document.charCodeAt(index) ^ (1 << (position % 7)));
        const changed =
          name === 'document'
            ? { ...body, document: document.slice(0, index) + character + document.slice(index + 1) }
            : name === 'nonce'
              ? { ...body, nonce: flipHexBit(body.nonce, position) }
              : { ...body, mac: flipHexBit(body.mac, position) };
        expect(read(200, changed)).toMatchObject(presentBecause('unverifiable'));
      }),
    );
  });

  it('is unreadable when it is larger than allowed or no JSON', () => {
    expect(read(200, documentBody(JSON.stringify('x'.repeat(1000))))).toMatchObject(
      presentBecause('unreadable'),
    );
    expect(read(200, documentBody('{"nodeId":'))).toMatchObject(presentBecause('unreadable'));
  });
});

describe('a challenge', () => {
  it('is taken from a peer that proves the key', () => {
    expect(read(401, challengeBody())).toEqual({ kind: 'challenge', serverNonce });
  });

  it('is unverifiable when any bit of its nonce or proof is turned over', () => {
    fc.assert(
      fc.property(fc.constantFrom('nonce', 'proof'), fc.nat(), (name, bit) => {
        const body = challengeBody();
        const changed = { ...body, [name]: flipHexBit(name === 'nonce' ? body.nonce : body.proof, bit) };
        expect(read(401, changed)).toMatchObject(presentBecause('unverifiable'));
      }),
    );
  });

  it('does not pass for a document, nor a document for a challenge', () => {
    const { statusKey, appName } = cluster;
    const mac = responseMac(statusKey, appName, { callerNonce, serverNonce, document: '', nextNonce: '' });
    expect(read(401, { ...challengeBody(), proof: mac })).toMatchObject(presentBecause('unverifiable'));
    expect(read(200, { ...documentBody(), mac: challengeBody().proof })).toMatchObject(
      presentBecause('unverifiable'),
    );
  });
});

describe('any other answer', () => {
  it.each([
    [200, '<html></html>', 'unreadable'],
    [200, '{}', 'unreadable'],
    [401, 'no access', 'unreadable'],
    [200, { ...documentBody(), protocol: 2 }, 'wrong-protocol'],
    [404, { protocol: 3 }, 'wrong-protocol'],
    [421, { protocol: 1, reason: 'misdirected' }, 'misdirected'],
    [421, { protocol: 1, reason: 'own-address-unknown' }, 'misdirected'],
    [503, 'no server is available', 'unavailable'],
    [302, '', 'unavailable'],
    [500, { protocol: 1, reason: 'too-large' }, 'unavailable'],
  ])('with status %i and body %j is present as %s', (status, body, reason) => {
    expect(read(status, body)).toMatchObject(presentBecause(reason));
  });

  it('never throws and never passes for a document or a challenge', () => {
    fc.assert(
      fc.property(fc.constantFrom(200, 401, 421, 500), fc.oneof(fc.string(), fc.json()), (status, body) => {
        expect(readResponse({ status, body }, asked())).toMatchObject({
          kind: 'other',
          answer: { kind: 'present' },
        });
      }),
    );
  });
});
