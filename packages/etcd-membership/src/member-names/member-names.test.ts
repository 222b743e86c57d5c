import fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import { memberHosts } from './member-hosts.ts';
import { memberName, parseMemberName, peerHost, peerUrl } from './member-name.ts';

const NODE = '11111111-1111-4111-8111-111111111111';
const NAME = `${NODE}-0123abcd.fluxpg`;

describe('the name of a member', () => {
  it('holds the node and the incarnation of its etcd directory', () => {
    expect(memberName(NODE, '0123abcd')).toBe(NAME);
    expect(parseMemberName(NAME)).toEqual({ nodeId: NODE, incarnation: '0123abcd' });
  });

  it.each([
    '',
    'fluxpg',
    `${NODE}.fluxpg`,
    `x${NAME}`,
    `${NAME}.com`,
    `${NODE}-0123ABCD.fluxpg`,
    `${NAME}\n`,
  ])('is not %j', (name) => {
    expect(parseMemberName(name)).toBeNull();
  });

  it('comes back out of any uuid and incarnation', () => {
    const incarnation = fc.stringMatching(/^[0-9a-f]{8}$/);
    fc.assert(
      fc.property(fc.uuid(), incarnation, (nodeId, id) => {
        expect(parseMemberName(memberName(nodeId, id))).toEqual({ nodeId, incarnation: id });
        expect(peerHost(peerUrl(memberName(nodeId, id), 2380))).toBe(memberName(nodeId, id));
      }),
    );
  });
});

describe('the host of a peer URL', () => {
  it.each([
    [`https://${NAME}:2380`, NAME],
    ['http://10.0.0.1:2380', '10.0.0.1'],
    ['https://[2001:db8::1]:2380', '2001:db8::1'],
    ['https://node', 'node'],
    ['no url', 'no url'],
    ['https://', 'https://'],
    ['', ''],
  ])('of %j is %j', (url, host) => {
    expect(peerHost(url)).toBe(host);
  });

  it('never throws', () => {
    fc.assert(fc.property(fc.string(), (url) => typeof peerHost(url) === 'string'));
  });
});

describe('the hosts of members', () => {
  const hosts = (names: readonly string[], known: Readonly<Record<string, string>>) =>
    new Map(
      memberHosts({ names, own: 'own.fluxpg', addresses: new Map(Object.entries(known)) }).map(
        ({ name, address }) => [name, address],
      ),
    );

  it('are this node on the loopback, known ones at their address and all others nowhere', () => {
    const all = hosts(['a.fluxpg', 'own.fluxpg', 'b.fluxpg'], {
      'a.fluxpg': '10.0.0.2',
      'own.fluxpg': '10.0.0.1',
    });
    expect([...all.keys()]).toEqual(['a.fluxpg', 'b.fluxpg', 'own.fluxpg']);
    expect(all.get('own.fluxpg')).toBe('127.0.0.1');
    expect(all.get('a.fluxpg')).toBe('10.0.0.2');
    expect(all.get('b.fluxpg')).toMatch(/^127\.0\.53\.\d+$/);
  });

  it('give an address that two claim to the one that is named first', () => {
    const all = hosts(['a.fluxpg', 'b.fluxpg'], { 'b.fluxpg': '10.0.0.2', 'a.fluxpg': '10.0.0.2' });
    expect(all.get('b.fluxpg')).toBe('10.0.0.2');
    expect(all.get('a.fluxpg')).toMatch(/^127\.0\.53\./);
  });

  it('leave out what would not be a line of its own', () => {
    expect([...hosts(['x.fluxpg\n10.0.0.9 evil', 'localhost', ''], {}).keys()]).toEqual(['own.fluxpg']);
  });

  const name = fc.stringMatching(/^[0-9a-f]{1,6}$/).map((text) => `${text}.fluxpg`);
  const address = fc.integer({ min: 1, max: 6 }).map((n) => (n === 1 ? '127.0.0.1' : `127.0.53.${n}`));
  const cases = fc.record({
    names: fc.array(name, { maxLength: 400 }),
    known: fc.array(fc.tuple(name, address), { maxLength: 10 }),
    own: name,
  });

  it('are every name once, no two at one address, in an order that does not depend on the input', () => {
    fc.assert(
      fc.property(cases, ({ names, known, own }) => {
        const addresses = new Map(known);
        const entries = memberHosts({ names, own, addresses });
        expect(new Set(entries.map((entry) => entry.name))).toEqual(new Set([own, ...names]));
        expect(new Set(entries.map((entry) => entry.address)).size).toBe(entries.length);
        expect(memberHosts({ names: [...names].reverse(), own, addresses })).toEqual(entries);
      }),
    );
  });

  it('keep most of their places when a name comes or goes', () => {
    const names = ['a', 'b', 'c', 'd', 'e'].map((letter) => `${letter}.fluxpg`);
    const before = hosts(names, {});
    const after = hosts(names.slice(1), {});
    for (const left of names.slice(1)) expect(after.get(left)).toBe(before.get(left));
  });
});
