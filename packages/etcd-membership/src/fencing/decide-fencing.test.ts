import { describe, expect, it } from 'vitest';
import { decideFencing } from './decide-fencing.ts';
import { aFencingEvidence, aFencingMember, listing, MINUTE_MS, NOW_MS, WALL_MS } from './fencing-builders.ts';
import {
  assuredWallMs,
  type FencingEvidence,
  type FencingMemory,
  noteHandOver,
  rememberFencing,
  startFencing,
} from './fencing-memory.ts';

/** A memory by which the node was last listed and heard by all so many minutes ago. */
function assuredAgo(minutes: number, difference: Partial<FencingMemory> = {}): FencingMemory {
  const atMs = NOW_MS - minutes * MINUTE_MS;
  return {
    assuredAtMs: atMs,
    listedAtMs: atMs,
    overdue: false,
    witnessTotal: 9,
    handedOver: false,
    ...difference,
  };
}

function decideAfter(memory: FencingMemory, difference: Partial<FencingEvidence> = {}) {
  const evidence = aFencingEvidence(difference);
  return decideFencing(rememberFencing(memory, evidence), evidence);
}

const silent = aFencingMember(3, { heardAtMs: NOW_MS - MINUTE_MS * 6 });
const cutOff = { members: [aFencingMember(2), silent] };

describe('a node that the witnesses do not list and a member does not answer', () => {
  it('fences after five minutes, not before', () => {
    expect(decideAfter(assuredAgo(4.9), cutOff)).toEqual({
      action: { kind: 'none' },
      reason: 'fencing-pending',
      detail: 'in 6 s, silent: node-3',
    });
    expect(decideAfter(assuredAgo(5), cutOff)).toEqual({
      action: { kind: 'fence', flag: { cause: 'fenced', sinceWallMs: WALL_MS - 5 * MINUTE_MS } },
      reason: 'delisted-and-cut-off',
      detail: 'node-3',
    });
  });

  it.each<[string, Partial<FencingEvidence>]>([
    ['four of nine list it', { witnesses: listing(4, [1, 2, 3]) }],
    ['nothing tells of the agreed witnesses any more', { witnesses: { total: 0, answers: [] } }],
    ['the witnesses cannot be reached', { witnesses: { total: 9, answers: [] } }],
    ['the quorum that lists it is too old', { witnesses: listing(9, [1], NOW_MS - 5 * MINUTE_MS) }],
    ['its address is not known', { witnesses: listing(9, [1]), ownAddress: null }],
    ['the member was never heard', { members: [aFencingMember(3, { heardAtMs: null })] }],
    ['it is not known who belongs', { members: null }],
  ])('fences also when %s', (_, difference) => {
    expect(decideAfter(assuredAgo(5), { ...cutOff, ...difference }).action.kind).toBe('fence');
  });

  it('fences although it is listed again, or hears all again, once the time was over before', () => {
    expect(decideAfter(assuredAgo(5), { witnesses: listing(5, [1]) }).action.kind).toBe('fence');
    expect(decideAfter(assuredAgo(5)).action.kind).toBe('fence');
    expect(decideAfter(assuredAgo(1, { overdue: true })).action.kind).toBe('fence');
  });

  it('fences though different members were silent at different times', () => {
    let memory = assuredAgo(5);
    for (let nowMs = NOW_MS - 5 * MINUTE_MS; nowMs <= NOW_MS; nowMs += 5000) {
      const heard = Math.floor(nowMs / (6 * MINUTE_MS)) % 2;
      const members = [2, 3].map((n, i) => aFencingMember(n, { heardAtMs: i === heard ? nowMs : 0 }));
      memory = rememberFencing(memory, aFencingEvidence({ nowMs, members }));
    }
    expect(memory.overdue).toBe(true);
  });
});

describe('a node does not fence', () => {
  it('while five of nine list it', () => {
    expect(decideAfter(assuredAgo(4), { ...cutOff, witnesses: listing(5, [1]) })).toMatchObject({
      action: { kind: 'none' },
      reason: 'listed-by-witnesses',
    });
  });

  it('when it is stale already', () => {
    expect(decideAfter(assuredAgo(60), { ...cutOff, stale: true })).toMatchObject({
      action: { kind: 'none' },
      reason: 'stale-already',
    });
  });

  it('where there are no witnesses', () => {
    const witnesses = { total: 0, answers: [] };
    expect(decideAfter(assuredAgo(4, { witnessTotal: 0 }), { ...cutOff, witnesses })).toMatchObject({
      action: { kind: 'none' },
      reason: 'no-witnesses',
    });
  });

  it('in contact with all, however long it has been delisted', () => {
    let memory = assuredAgo(60);
    for (let nowMs = NOW_MS - 60 * MINUTE_MS; nowMs <= NOW_MS; nowMs += 5000) {
      const members = [aFencingMember(2, { heardAtMs: nowMs }), aFencingMember(3, { heardAtMs: nowMs })];
      memory = rememberFencing(
        memory,
        aFencingEvidence({ nowMs, members, witnesses: listing(9, [2], nowMs) }),
      );
    }
    expect(decideAfter(memory, { isPrimary: false })).toMatchObject({
      action: { kind: 'none' },
      reason: 'delisted-in-contact',
    });
  });

  it('as the only member', () => {
    expect(decideAfter(assuredAgo(4), { members: [] }).reason).toBe('delisted-in-contact');
  });

  it('for the time before it was released', () => {
    const stale = rememberFencing(assuredAgo(60), aFencingEvidence({ stale: true }));
    expect(decideAfter(stale).action.kind).not.toBe('fence');
  });
});

describe('a delisted primary that hears everybody', () => {
  const delisted = assuredAgo(0, { listedAtMs: NOW_MS - 5 * MINUTE_MS });

  it('hands leadership over to listed members, once', () => {
    expect(decideAfter(delisted)).toEqual({
      action: { kind: 'hand-over-leadership', candidates: ['node-2', 'node-3'] },
      reason: 'delisted-hands-over',
      detail: 'node-2, node-3',
    });
    expect(decideAfter(noteHandOver(delisted)).reason).toBe('delisted-in-contact');
  });

  it('does so again when it was listed in between', () => {
    const witnesses = listing(9, [1, 2, 3]);
    expect(rememberFencing(noteHandOver(delisted), aFencingEvidence({ witnesses })).handedOver).toBe(false);
  });

  it.each<[string, Partial<FencingEvidence>, FencingMemory?]>([
    ['it has just been delisted', {}, assuredAgo(0)],
    ['no other member is listed', { witnesses: listing(9, [8]) }],
    ['no other member is healthy', { members: [aFencingMember(2, { healthy: false })] }],
    ['it leads nothing', { isPrimary: false }],
  ])('serves on while %s', (_, difference, memory = delisted) => {
    expect(decideAfter(memory, difference)).toMatchObject({
      action: { kind: 'none' },
      reason: 'delisted-in-contact',
    });
  });
});

describe('a restart', () => {
  const at = { nowMs: 1000, wallMs: WALL_MS, fenceAfterMs: 5 * MINUTE_MS, witnessTotal: 9 };

  it('goes on counting from the last assurance', () => {
    const before = startFencing({ assuredWallMs: WALL_MS - 4 * MINUTE_MS }, at);
    expect(before.assuredAtMs).toBe(1000 - 4 * MINUTE_MS);
    expect(assuredWallMs(before, at)).toBe(WALL_MS - 4 * MINUTE_MS);
  });

  it('begins anew only in a node that never was assured', () => {
    expect(startFencing(null, at).assuredAtMs).toBe(1000);
  });

  it('fences when the clock went back, since nobody knows for how long it was away', () => {
    const memory = startFencing({ assuredWallMs: WALL_MS + 1 }, at);
    const evidence = aFencingEvidence({ nowMs: 1000 });
    expect(decideFencing(rememberFencing(memory, evidence), evidence).action.kind).toBe('fence');
  });
});
