import { describe, expect, it } from 'vitest';
import { aMemberDocument, aMemberState, aMirror, aPeer, aRecord, THIRD } from '../loop/member-builder.ts';
import { aView, NODE, OTHER } from '../loop/view-builder.ts';
import { namedNodes, nameNodes } from './name-nodes.ts';

const nodes = [
  { nodeId: NODE, address: '10.0.0.1' },
  { nodeId: OTHER, address: '10.0.0.2' },
  { nodeId: '22223333-2222-4222-8222-222222222222', address: '2001:db8::2' },
  { nodeId: THIRD, address: null },
];

describe('a name', () => {
  it.each([
    ['an id', OTHER],
    ['an id in capitals, with blanks around it', ` ${OTHER.toUpperCase()} `],
    ['the beginning of an id', '22222'],
    ['an address', '10.0.0.2'],
  ])('may be %s', (_kind, name) => {
    expect(nameNodes([name], nodes)).toEqual({ ok: true, nodes: [nodes[1]] });
  });

  it('may be an IPv6 address however it is written', () => {
    expect(nameNodes(['2001:DB8:0:0::2'], nodes)).toEqual({ ok: true, nodes: [nodes[2]] });
  });

  it('names nobody where it is too short, unknown or empty', () => {
    const naming = nameNodes(['222', '10.0.0.9', '', 'ffffffff'], nodes);
    expect(naming).toMatchObject({ ok: false });
    expect(naming.ok ? [] : naming.problems).toHaveLength(4);
  });

  it('that two nodes have is refused with both of them', () => {
    const naming = nameNodes(['2222'], nodes);
    expect(naming.ok ? [] : naming.problems).toEqual([
      expect.stringMatching(/several.*22222222-.* at 10\.0\.0\.2, 22223333-.* at 2001:db8::2/),
    ]);
  });

  it('given twice names one node', () => {
    expect(nameNodes([OTHER, '10.0.0.2'], nodes)).toEqual({ ok: true, nodes: [nodes[1]] });
  });
});

describe('the nodes that can be named', () => {
  it('are the members, former voters, whoever answers, and this node', () => {
    const former = '44444444-4444-4444-8444-444444444444';
    const view = aView({
      state: aMemberState(),
      mirror: aMirror({ members: [aRecord(NODE, '10.0.0.1'), aRecord(OTHER)], formerVoters: [former] }),
      peers: [aPeer(aMemberDocument({ nodeId: THIRD, address: '10.0.0.3' }))],
    });
    expect(namedNodes(view)).toEqual([
      { nodeId: NODE, address: '10.0.0.1' },
      { nodeId: OTHER, address: '10.0.0.2' },
      { nodeId: THIRD, address: '10.0.0.3' },
      { nodeId: former, address: null },
    ]);
  });
});
