import fc from 'fast-check';
import { documents, type Route, strangeValue } from './answer-arbitraries.ts';
import { wildDocument } from './document-mutations.ts';

/** One change of a body's bytes. */
interface ByteChange {
  readonly kind: 'truncate' | 'flip' | 'insert' | 'repeat';
  readonly place: number;
  readonly bytes: Uint8Array;
}

const notUtf8 = [[0xff], [0xc0, 0x80], [0xed, 0xa0, 0x80], [0xf4, 0x90, 0x80, 0x80], [0xe2, 0x82], [0x80]];
const byteOrderMark = [0xef, 0xbb, 0xbf];

const byteChange: fc.Arbitrary<ByteChange> = fc.record({
  kind: fc.constantFrom('truncate', 'flip', 'insert', 'repeat'),
  place: fc.nat({ max: 4000 }),
  bytes: fc.oneof(
    fc
      .constantFrom(...notUtf8, byteOrderMark, [0x00], [0x2c], [0x7d], [0x5b])
      .map((bytes) => new Uint8Array(bytes)),
    fc.uint8Array({ minLength: 1, maxLength: 4 }),
  ),
});

function changedBytes(body: Uint8Array, { kind, place, bytes }: ByteChange): Uint8Array {
  const at = body.length === 0 ? 0 : place % body.length;
  const [head, tail] = [body.subarray(0, at), body.subarray(at)];
  switch (kind) {
    case 'truncate':
      return head;
    case 'flip':
      return body.map((byte, index) => (index === at ? byte ^ (1 << (place % 8)) : byte));
    case 'insert':
      return Buffer.concat([head, bytes, tail]);
    case 'repeat':
      return Buffer.concat([head, tail, tail]);
  }
}

function envelopeOf(data: unknown): fc.Arbitrary<unknown> {
  return fc.oneof(
    { weight: 12, arbitrary: fc.constant({ status: 'success', data }) },
    { weight: 1, arbitrary: fc.constant({ status: 'error', data }) },
    { weight: 1, arbitrary: strangeValue.map((message) => ({ status: 'error', data: { message } })) },
    { weight: 1, arbitrary: fc.constant(data) },
  );
}

const nested = fc
  .tuple(fc.constantFrom('[', '{"a":', '{"__proto__":', '[{"ip":'), fc.constantFrom(50, 5000))
  .map(([open, depth]) => `{"status":"success","data":[${open.repeat(depth)}`);

function textOf(document: fc.Arbitrary<unknown>): fc.Arbitrary<string> {
  return fc.oneof(
    {
      weight: 30,
      arbitrary: wildDocument(document)
        .chain(envelopeOf)
        .map((envelope) => JSON.stringify(envelope)),
    },
    { weight: 1, arbitrary: nested },
    {
      weight: 1,
      arbitrary: fc.constantFrom('', ' ', '<html>Just a moment...</html>', 'NaN', '{"status":1e999}'),
    },
  );
}

/** A body of one of the routes, whole or damaged, in the pieces in which it arrives. */
export interface Body {
  readonly pieces: readonly Uint8Array[];
  /** Whether the connection breaks behind the last piece. */
  readonly breaks: boolean;
}

function inPieces(bytes: Uint8Array, sizes: readonly number[]): readonly Uint8Array[] {
  const pieces: Uint8Array[] = [];
  let from = 0;
  for (const size of sizes) {
    pieces.push(bytes.subarray(from, from + size));
    from = Math.min(bytes.length, from + size);
  }
  return [...pieces, bytes.subarray(from)];
}

/** Bodies of a route: most are JSON in an envelope, some of them with damaged bytes. */
export function bodies(route: Route): fc.Arbitrary<Body> {
  return fc
    .record({
      text: textOf(documents[route]),
      changes: fc.oneof(
        { weight: 2, arbitrary: fc.constant<ByteChange[]>([]) },
        { weight: 1, arbitrary: fc.array(byteChange, { minLength: 1, maxLength: 3 }) },
      ),
      sizes: fc.array(fc.nat({ max: 100 }), { maxLength: 3 }),
      breaks: fc.oneof(
        { weight: 30, arbitrary: fc.constant(false) },
        { weight: 1, arbitrary: fc.constant(true) },
      ),
    })
    .map(({ text, changes, sizes, breaks }) => {
      const bytes = changes.reduce<Uint8Array>(changedBytes, Buffer.from(text));
      return { pieces: inPieces(bytes, sizes), breaks };
    });
}
