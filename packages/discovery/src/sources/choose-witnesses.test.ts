import fc from 'fast-check';
import { describe, expect, test } from 'vitest';
import { type FluxNode, parseNodeAddress } from '../index.ts';
import { chooseWitnesses } from './choose-witnesses.ts';

function aNode(index: number, ip: string): FluxNode {
  const parsed = parseNodeAddress(ip);
  if (!parsed.ok) throw new Error(parsed.reason);
  return { id: `${index.toString(16).padStart(64, '0')}0`, address: parsed.address, tier: 'CUMULUS' };
}

/** Nodes of many providers. */
function network(size: number): readonly FluxNode[] {
  return Array.from({ length: size }, (_, index) =>
    aNode(index, `${20 + (index % 60)}.${index % 250}.${index >> 8}.7`),
  );
}

const ids = (nodes: readonly FluxNode[]) => nodes.map(({ id }) => id).sort();

describe('witnesses', () => {
  test('are nine, of nine providers, and the same for everybody with the same list and seed', () => {
    const nodes = network(500);
    const chosen = chooseWitnesses(nodes, { seed: 'myapp' });
    expect(chosen).toHaveLength(9);
    expect(new Set(chosen.map(({ address }) => address.ip.split('.').slice(0, 2).join('.'))).size).toBe(9);
    expect(ids(chooseWitnesses([...nodes].reverse(), { seed: 'myapp' }))).toEqual(ids(chosen));
    expect(ids(chooseWitnesses(nodes, { seed: 'other' }))).not.toEqual(ids(chosen));
  });

  test('change little when the network does: a node that leaves is replaced, the others stay', () => {
    const nodes = network(500);
    const chosen = chooseWitnesses(nodes, { seed: 'myapp' });
    const without = nodes.filter((node) => node !== chosen[3]);
    const next = chooseWitnesses(without, { seed: 'myapp', keep: chosen });
    const [gone] = ids(chosen).filter((id) => !ids(next).includes(id));
    expect(gone).toBe(chosen[3]?.id);
    expect(next).toHaveLength(9);
  });

  test('are never nodes that host the app, also when they were chosen before', () => {
    const nodes = network(30);
    const before = chooseWitnesses(nodes, { seed: 'myapp' });
    const hosts = before.slice(0, 2).map(({ address }) => address);
    const next = chooseWitnesses(nodes, { seed: 'myapp', keep: before, exclude: hosts });
    for (const { ip } of hosts) expect(next.map(({ address }) => address.ip)).not.toContain(ip);
    expect(next).toHaveLength(9);
  });

  test('that were kept have the address that the list has now', () => {
    const [first, ...rest] = network(20);
    if (first === undefined) throw new Error('no nodes');
    const moved = { ...first, address: { ...first.address, ip: '99.1.1.1' } };
    const chosen = chooseWitnesses([moved, ...rest], { seed: 's', keep: [first] });
    expect(chosen[0]).toBe(moved);
  });

  test('share a provider only where there are not enough', () => {
    const nodes = Array.from({ length: 12 }, (_, index) => aNode(index, `20.1.1.${index + 1}`));
    expect(chooseWitnesses(nodes, { seed: 's' })).toHaveLength(9);
    expect(chooseWitnesses(nodes.slice(0, 4), { seed: 's' })).toHaveLength(4);
  });

  test('are never two nodes behind one address, however the list is', () => {
    const hosts = fc.array(fc.tuple(fc.integer({ min: 20, max: 23 }), fc.integer({ min: 1, max: 9 })), {
      maxLength: 40,
    });
    fc.assert(
      fc.property(hosts, fc.string(), (given, seed) => {
        const nodes = given.map(([provider, host], index) => aNode(index, `${provider}.1.1.${host}`));
        const chosen = chooseWitnesses(nodes, { seed });
        const distinct = new Set(nodes.map(({ address }) => address.ip)).size;
        expect(new Set(chosen.map(({ address }) => address.ip)).size).toBe(chosen.length);
        expect(chosen).toHaveLength(Math.min(9, distinct));
      }),
    );
  });
});
