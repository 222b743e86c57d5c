import { describe, expect, it } from 'vitest';
import { chooseLead } from './choose-lead.ts';
import type { Copy } from './copy.ts';
import { aCopy, lsnOf, nodeId } from './copy-builders.ts';

const nobody: ReadonlySet<string> = new Set();

function choose(
  copies: readonly Copy[],
  { gone = nobody, lastPrimary = null as number | null, wait = true, runningFirst = false } = {},
) {
  return chooseLead(copies, gone, {
    lastPrimary: lastPrimary === null ? null : nodeId(lastPrimary),
    passOverUnknown: !wait,
    runningFirst,
  });
}

describe('the lead', () => {
  it('is the furthest copy, whatever the ids and the last primary are', () => {
    const copies = [aCopy(1, { at: [1, 90] }), aCopy(2, { at: [1, 120] }), aCopy(3)];
    expect(choose(copies, { lastPrimary: 1 })).toEqual({
      nodeId: nodeId(2),
      blocked: null,
      blockedBy: [],
      tails: [],
    });
  });

  it('is a primary’s among equals, else that of the lowest node id, whoever is remembered as the last primary', () => {
    const standby = (n: number) => aCopy(n, { controlState: 'shut down in recovery' });
    for (const lastPrimary of [null, 1, 2, 3]) {
      expect(choose([standby(3), aCopy(2), standby(1)], { lastPrimary }).nodeId).toBe(nodeId(2));
      const crashed = aCopy(3, { controlState: 'in production' });
      expect(choose([crashed, standby(2), standby(1)], { lastPrimary }).nodeId).toBe(nodeId(3));
      expect(choose([standby(3), standby(2), standby(1)], { lastPrimary }).nodeId).toBe(nodeId(1));
      const serving = aCopy(3, { controlState: 'in production', running: ['primary', 1, 100] });
      const following = aCopy(2, { running: ['replica', 1, 100] });
      expect(choose([serving, following, standby(1)], { lastPrimary }).nodeId).toBe(nodeId(3));
      expect(choose([following, standby(1)], { lastPrimary }).nodeId).toBe(nodeId(1));
      const started = { lastPrimary, runningFirst: true };
      expect(choose([following, aCopy(1)], started).nodeId).toBe(nodeId(2));
      expect(choose([serving, { ...following, nodeId: nodeId(1) }], started).nodeId).toBe(nodeId(3));
    }
  });

  it('is on the branch that was promoted; the old primary’s unshipped rows are named as its tail', () => {
    const lead = choose([aCopy(1, { at: [1, 200] }), aCopy(2, { at: [2, 130], from: [[1, 120]] })], {
      lastPrimary: 1,
    });
    expect(lead.nodeId).toBe(nodeId(2));
    expect(lead.tails).toEqual([{ nodeId: nodeId(1), from: { timeline: 1, lsn: lsnOf(120) } }]);
  });

  it('is on the branch of the later promotion, even where that one began further back', () => {
    const older = aCopy(1, { at: [2, 200], from: [[1, 120]] });
    const later = aCopy(2, { at: [3, 110], from: [[1, 100]] });
    const stayed = aCopy(3, { at: [1, 250] });
    const lead = choose([older, later, stayed]);
    expect(lead.nodeId).toBe(nodeId(2));
    expect(lead.tails.map(({ nodeId: id, from }) => [id, from?.lsn])).toEqual([
      [nodeId(1), lsnOf(100)],
      [nodeId(3), lsnOf(100)],
    ]);
  });

  it('is on the last primary’s branch where two took the same number, else on the one that left further on', () => {
    const further = aCopy(1, { at: [2, 200], from: [[1, 120]] });
    const served = aCopy(2, { at: [2, 110], from: [[1, 100]] });
    expect(choose([further, served]).nodeId).toBe(nodeId(1));
    expect(choose([further, served], { lastPrimary: 2 }).nodeId).toBe(nodeId(2));
    const follower = aCopy(3, { at: [2, 115], from: [[1, 100]] });
    expect(choose([further, served, follower], { lastPrimary: 2 }).nodeId).toBe(nodeId(3));
  });

  it('is told by chains of promotions', () => {
    const chain = aCopy(1, {
      at: [4, 300],
      from: [
        [1, 100],
        [2, 150],
        [3, 200],
      ],
    });
    const left = aCopy(2, {
      at: [3, 210],
      from: [
        [1, 100],
        [2, 150],
      ],
    });
    const lead = choose([left, chain, aCopy(3, { at: [2, 140], from: [[1, 100]] })]);
    expect(lead).toMatchObject({
      nodeId: nodeId(1),
      tails: [{ nodeId: nodeId(2), from: { timeline: 3, lsn: lsnOf(200) } }],
    });
  });

  it('is looked for among those that are not gone', () => {
    const copies = [aCopy(1, { at: [1, 200] }), aCopy(2, { systemId: '7' }), aCopy(3)];
    expect(choose(copies, { gone: new Set([nodeId(1), nodeId(2)]) })).toMatchObject({
      nodeId: nodeId(3),
      tails: [],
    });
  });
});

describe('a copy that may not lead', () => {
  it('is none at all where a clone or an initdb was cut short', () => {
    expect(choose([aCopy(1, { unfinished: 'clone' }), aCopy(2, { unfinished: 'initdb' })]).blocked).toBe(
      'no-copy',
    );
    expect(choose([]).blocked).toBe('no-copy');
    expect(choose([aCopy(1, { unfinished: 'clone', systemId: '7', at: [1, 200] }), aCopy(2)])).toMatchObject({
      nodeId: nodeId(2),
      tails: [],
    });
  });

  it('is a cut rewind, however good it looks, and what it holds is kept', () => {
    const lead = choose([aCopy(1, { unfinished: 'rewind', at: [1, 200] }), aCopy(2)], { lastPrimary: 1 });
    expect(lead).toMatchObject({ nodeId: nodeId(2), tails: [{ nodeId: nodeId(1), from: null }] });
  });

  it('is a cut rewind with nothing, or only a restored volume, beside it', () => {
    const rewind = aCopy(1, { unfinished: 'rewind' });
    for (const copies of [[rewind], [rewind, aCopy(2, { restored: true })]]) {
      expect(choose(copies, { wait: false })).toMatchObject({
        nodeId: null,
        blocked: 'only-unfinished-rewind',
        blockedBy: [nodeId(1)],
      });
    }
  });

  it('is a restored one while there is any other', () => {
    const restored = aCopy(1, { restored: true, at: [1, 200] });
    expect(choose([restored, aCopy(2)], { lastPrimary: 1 })).toMatchObject({
      nodeId: nodeId(2),
      tails: [{ nodeId: nodeId(1) }],
    });
    expect(choose([restored, aCopy(2)], { gone: new Set([nodeId(2)]) }).nodeId).toBe(nodeId(1));
  });

  it('is one that cannot become consistent while there is one that can', () => {
    const broken = aCopy(1, { consistent: false, at: [1, 200] });
    expect(choose([broken, aCopy(2)])).toMatchObject({ nodeId: nodeId(2), tails: [{ nodeId: nodeId(1) }] });
    expect(choose([broken]).nodeId).toBe(nodeId(1));
  });

  it('is one of two systems: both block and both are named', () => {
    expect(choose([aCopy(2, { systemId: '7' }), aCopy(1)], { wait: false })).toMatchObject({
      nodeId: null,
      blocked: 'two-systems',
      blockedBy: [nodeId(1), nodeId(2)],
    });
    expect(choose([aCopy(2, { systemId: '7', unfinished: 'rewind' }), aCopy(1)]).blocked).toBe('two-systems');
  });

  it('is unknown: it may be the furthest and blocks until it was waited for, unless it is alone', () => {
    const copies = [aCopy(1, { at: null }), aCopy(2)];
    expect(choose(copies)).toMatchObject({ blocked: 'position-unknown', blockedBy: [nodeId(1)] });
    expect(choose(copies, { wait: false })).toMatchObject({
      nodeId: nodeId(2),
      tails: [{ nodeId: nodeId(1), from: null }],
    });
    expect(choose([aCopy(1, { at: null })]).nodeId).toBe(nodeId(1));
  });

  it('is unknown like all others: then the last primary’s leads, and without one nobody', () => {
    const copies = [aCopy(1, { at: null }), aCopy(2, { at: null })];
    expect(choose(copies, { lastPrimary: 2 }).blocked).toBe('position-unknown');
    expect(choose(copies, { wait: false, lastPrimary: 2 }).nodeId).toBe(nodeId(2));
    expect(choose(copies, { wait: false })).toMatchObject({ nodeId: null, blocked: 'position-unknown' });
  });
});
