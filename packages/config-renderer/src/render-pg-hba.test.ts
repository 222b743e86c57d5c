import fc from 'fast-check';
import { expect, test } from 'vitest';
import { aPgHbaModel } from './model-builders.ts';
import { RenderError } from './render-error.ts';
import { renderPgHba } from './render-pg-hba.ts';

interface Token {
  readonly text: string;
  readonly quoted: boolean;
}

/** How PostgreSQL reads a line (`next_token` of its `hba.c`): a quote starts or ends a part, a doubled one is itself. */
function tokenize(line: string): readonly Token[] {
  const tokens: Token[] = [];
  let current: { text: string; quoted: boolean } | null = null;
  let inQuote = false;
  let afterQuote = false;
  for (const character of line) {
    if (!inQuote && /[\s,#]/.test(character)) {
      if (current !== null) tokens.push(current);
      current = null;
      if (character === '#') return tokens;
      continue;
    }
    current ??= { text: '', quoted: false };
    if (character !== '"' || afterQuote) current.text += character;
    afterQuote = inQuote && character === '"' && !afterQuote;
    if (character === '"') {
      inQuote = !inQuote;
      if (current.text === '') current.quoted = true;
    }
  }
  return current === null ? tokens : [...tokens, current];
}

const texts = (line: string) => tokenize(line).map(({ text }) => text);

const carried = fc
  .string({ unit: 'binary', minLength: 1, maxLength: 15 })
  .filter((name) => !name.startsWith('/') && !/\p{Cc}/u.test(name));
const troublesome = fc.constantFrom(
  'all',
  'replication',
  '+group',
  '@file',
  '"',
  'a"b',
  'a,b',
  '# x',
  'a b',
  '\\',
);
const name = fc.oneof(carried, troublesome);
const address = fc.oneof(fc.ipV4(), fc.constantFrom('::1', '2001:db8::7'));

test('replication and rewind are admitted from members only, everyone else by password', () => {
  expect(renderPgHba(aPgHbaModel())).toEqual([
    'local all all scram-sha-256',
    'local replication "replicator" scram-sha-256',
    'host replication "replicator" 10.0.0.1/32 scram-sha-256',
    'host all "replicator" 10.0.0.1/32 scram-sha-256',
    'host all "rewind_user" 10.0.0.1/32 scram-sha-256',
    'host replication "replicator" 10.0.0.2/32 scram-sha-256',
    'host all "replicator" 10.0.0.2/32 scram-sha-256',
    'host all "rewind_user" 10.0.0.2/32 scram-sha-256',
    'host all "replicator" all reject',
    'host all "rewind_user" all reject',
    'host all all 0.0.0.0/0 scram-sha-256',
    'host all all ::/0 scram-sha-256',
  ]);
});

test('a node that knows no member admits nobody to replication', () => {
  const lines = renderPgHba(aPgHbaModel({ memberAddresses: [] }));
  expect(lines.filter((line) => line.startsWith('host replication'))).toEqual([]);
});

test('whatever a role is called, PostgreSQL reads that name and no keyword', () => {
  fc.assert(
    fc.property(name, name, fc.array(address, { maxLength: 4 }), (replicationUser, rewindUser, addresses) => {
      const lines = renderPgHba({ replicationUser, rewindUser, memberAddresses: addresses });
      const members = [...new Set(addresses)].sort();
      const block = (member: string) => member + (member.includes(':') ? '/128' : '/32');
      const method = 'scram-sha-256';
      expect(lines.map(texts)).toEqual([
        ['local', 'all', 'all', method],
        ['local', 'replication', replicationUser, method],
        ...members.flatMap((member) => [
          ['host', 'replication', replicationUser, block(member), method],
          ['host', 'all', replicationUser, block(member), method],
          ['host', 'all', rewindUser, block(member), method],
        ]),
        ['host', 'all', replicationUser, 'all', 'reject'],
        ['host', 'all', rewindUser, 'all', 'reject'],
        ['host', 'all', 'all', '0.0.0.0/0', method],
        ['host', 'all', 'all', '::/0', method],
      ]);
      const users = lines.slice(1, -2).map((line) => tokenize(line)[2]);
      expect(users.every((token) => token?.quoted)).toBe(true);
    }),
  );
});

test('the order and repetition of addresses make no difference', () => {
  fc.assert(
    fc.property(fc.array(address), (addresses) => {
      const lines = renderPgHba(aPgHbaModel({ memberAddresses: addresses }));
      const again = renderPgHba(aPgHbaModel({ memberAddresses: [...addresses, ...addresses].reverse() }));
      expect(again).toEqual(lines);
    }),
  );
});

test.each(['', 'a\nb', 'a\rb', 'a\0', '\t', '/regular', 'x'.repeat(64), 'ü'.repeat(32), '\ud800'])(
  'the name %j is refused',
  (rewindUser) => {
    expect(() => renderPgHba(aPgHbaModel({ rewindUser }))).toThrow(RenderError);
  },
);

test.each([
  '',
  'all',
  'samenet',
  'db.example.org',
  '10.0.0.0/8',
  '10.0.0.1 trust',
  'fe80::1%eth0',
  '10.0.0.1\n',
])('the address %j is refused', (memberAddress) => {
  expect(() => renderPgHba(aPgHbaModel({ memberAddresses: [memberAddress] }))).toThrow(RenderError);
});
