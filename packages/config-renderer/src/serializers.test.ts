import fc from 'fast-check';
import { expect, test } from 'vitest';
import { parse } from 'yaml';
import { RenderError, type RenderErrorCode } from './render-error.ts';
import { type SerializerName, serializers } from './serializers.ts';

const scalar = fc.oneof(
  fc.string({ unit: 'binary' }),
  fc.string({ unit: 'grapheme' }),
  fc.boolean(),
  fc.integer(),
  fc.double({ noDefaultInfinity: true, noNaN: true }).filter((value) => !String(value).includes('e')),
);

test.each(['1.1', '1.2'] as const)('YAML %s reads a scalar back with its type', (version) => {
  fc.assert(
    fc.property(scalar, (value) => {
      const rendered = serializers.yaml(value);
      // -0 is written as 0, which no configuration tells apart.
      const expected = value === 0 ? 0 : value;
      expect(parse(rendered, { version })).toBe(expected);
      expect(parse(`- [${rendered}]\n- {${rendered}: ${rendered}}`, { version })).toEqual([
        [expected],
        { [String(expected)]: expected },
      ]);
    }),
  );
});

test('a YAML scalar is one line of printable ASCII', () => {
  fc.assert(
    fc.property(fc.string({ unit: 'binary' }), (value) => {
      expect(serializers.yaml(value)).toMatch(/^"[ -~]*"$/);
    }),
  );
});

const haproxyWords: readonly (readonly [value: string | number, word: string])[] = [
  ['/run/flux-pg/router.sock', '/run/flux-pg/router.sock'],
  [0, '0'],
  ['two words', "'two words'"],
  ["it's", "'it'\\''s'"],
  ['$HOME', "'$HOME'"],
  ['ü', "'ü'"],
];

test.each(haproxyWords)('HAProxy gets %j as %s', (value, word) => {
  expect(serializers.haproxy(value)).toBe(word);
});

const refusals: readonly (readonly [SerializerName, unknown, RenderErrorCode])[] = [
  ...(['yaml', 'haproxy', 'hbaName', 'hbaAddress'] as const).flatMap(
    (name): readonly (readonly [SerializerName, unknown, RenderErrorCode])[] => [
      [name, undefined, 'missing_value'],
      [name, null, 'missing_value'],
      [name, {}, 'unsupported_value'],
      [name, ['a'], 'unsupported_value'],
      [name, 10n, 'unsupported_value'],
      [name, () => 'x', 'unsupported_value'],
      [name, '\ud800', 'unsafe_text'],
    ],
  ),
  ['yaml', Number.NaN, 'unsupported_value'],
  ['yaml', Number.POSITIVE_INFINITY, 'unsupported_value'],
  ['yaml', 1e21, 'unsupported_value'],
  ['haproxy', -1, 'unsupported_value'],
  ['haproxy', 1.5, 'unsupported_value'],
  ['haproxy', true, 'unsupported_value'],
  ['hbaName', 7, 'unsupported_value'],
];

test.each(refusals)('%s refuses %s as %s', (name, value, code) => {
  expect(() => serializers[name](value)).toThrow(expect.objectContaining({ name: 'RenderError', code }));
});

test('a refusal never repeats the text', () => {
  fc.assert(
    fc.property(fc.constantFrom(...Object.values(serializers)), (serialize) => {
      try {
        serialize('hunter2\n\ud800');
        expect.unreachable();
      } catch (error) {
        expect(error).toBeInstanceOf(RenderError);
        expect(String(error)).not.toContain('hunter2');
      }
    }),
  );
});
