import fc from 'fast-check';
import { expect, test } from 'vitest';
import { aFailure, aLocation, anAnswer, NOW_MS } from '../../testing/answer-builder.ts';
import { combine } from './combine.ts';
import { knownNodes, learnNodes } from './known-nodes.ts';

const address = (ip: string) => aLocation(ip).address;
const found = (...ips: readonly string[]) => combine('myapp', [anAnswer('a', ips)], NOW_MS);
const lost = combine('myapp', [aFailure('a')], NOW_MS);
const order = (known: { readonly order: readonly { readonly ip: string }[] }) =>
  known.order.map(({ ip }) => ip);

test('nodes that answered come first, those that failed last, new ones between', () => {
  const before = knownNodes(['8.8.4.1', '8.8.4.2', '8.8.4.3'].map(address));
  const outcomes = new Map([
    ['8.8.4.1:16127', false],
    ['8.8.4.3:16127', true],
  ]);
  const after = learnNodes(before, found('8.8.4.1', '8.8.4.2', '8.8.4.3', '8.8.4.4'), outcomes);
  expect(order(after)).toEqual(['8.8.4.3', '8.8.4.2', '8.8.4.4', '8.8.4.1']);
});

test('nodes that nobody lists any longer go behind the others, but before those that failed', () => {
  const before = knownNodes(['8.8.4.1', '8.8.4.2', '8.8.4.3', '8.8.4.4'].map(address));
  const outcomes = new Map([
    ['8.8.4.2:16127', true],
    ['8.8.4.4:16127', false],
  ]);
  const after = learnNodes(before, found('8.8.4.3', '8.8.4.4', '8.8.4.5'), outcomes);
  expect(order(after)).toEqual(['8.8.4.3', '8.8.4.5', '8.8.4.2', '8.8.4.1', '8.8.4.4']);
});

test('a result that knows nothing only puts those last that failed', () => {
  const before = knownNodes(['8.8.4.1', '8.8.4.2'].map(address));
  expect(order(learnNodes(before, lost, new Map([['8.8.4.1:16127', false]])))).toEqual([
    '8.8.4.2',
    '8.8.4.1',
  ]);
});

test('a node with another port is called there from now on', () => {
  const after = learnNodes(knownNodes([address('8.8.4.1')]), found('8.8.4.1:16147'), new Map());
  expect(after.order).toMatchObject([{ apiPort: 16_147 }]);
});

test('no node is known twice, every listed one is, and there is an end', () => {
  const hosts = fc.uniqueArray(fc.integer({ min: 1, max: 200 }), { minLength: 1, maxLength: 200 });
  fc.assert(
    fc.property(hosts, hosts, (first, second) => {
      const ips = (numbers: readonly number[]) => numbers.map((number) => `8.8.4.${number}`);
      const after = learnNodes(knownNodes(ips(first).map(address)), found(...ips(second)), new Map());
      expect(new Set(order(after)).size).toBe(after.order.length);
      expect(after.order.length).toBe(Math.min(110, new Set([...first, ...second]).size));
      const listed = ips(second).slice(0, 110);
      if (second.length <= 110) expect(order(after)).toEqual(expect.arrayContaining(listed));
    }),
    { numRuns: 30 },
  );
});
