import { describe, expect, it } from 'vitest';
import { type AbsenceMemory, rememberAbsence } from './absence.ts';
import type { AbsenceEvidence } from './absence-evidence.ts';
import { absenceOf, endDeclarations, goneForRecovery, isGone, recoveryGrace } from './gone.ts';
import { isListedByQuorum, listedByQuorumAtMs, type WitnessAnswer, witnessQuorum } from './witnesses.ts';

const MINUTE_MS = 60_000;
const OWN = '10.0.0.1';
const DEAD = '10.0.0.3';
const alive = [OWN, '10.0.0.2'];
const all = [...alive, DEAD];
const query = { graceMs: 5 * MINUTE_MS, maxAnswerGapMs: 4 * MINUTE_MS };

/** Answers of witnesses 1 to `count`, each given at that minute; some may answer otherwise, null for not at all. */
function answersAt(
  minute: number,
  count: number,
  addresses: readonly string[],
  others: Readonly<Record<number, readonly string[] | null>> = {},
): readonly WitnessAnswer[] {
  return Array.from({ length: count }, (_, i) => i + 1).flatMap((n) => {
    const said = others[n] === undefined ? addresses : others[n];
    return said === null ? [] : [{ witness: `w${n}`, addresses: said, atMs: minute * MINUTE_MS }];
  });
}

type Told = (minute: number) => readonly WitnessAnswer[];

function tick(minute: number, answers: readonly WitnessAnswer[], total = 9): AbsenceEvidence {
  return {
    nowMs: minute * MINUTE_MS,
    witnesses: { total, answers },
    ownAddress: OWN,
    answering: [{ address: '10.0.0.2', nodeId: 'alive' }],
    watched: [{ nodeId: 'dead', address: DEAD, aliveAtMs: null }],
    maxAnswerGapMs: query.maxAnswerGapMs,
  };
}

function after(minutes: number, told: Told, total = 9): AbsenceMemory | null {
  let memory: AbsenceMemory | null = null;
  for (let m = 0; m <= minutes; m += 1) memory = rememberAbsence(memory, tick(m, told(m), total));
  return memory;
}

const goneAt = (minutes: number, told: Told, total = 9, graceMs = query.graceMs) =>
  isGone(after(minutes, told, total), 'dead', { ...query, graceMs, nowMs: minutes * MINUTE_MS });

describe('with nine witnesses', () => {
  it('five that answer throughout are enough, for either grace', () => {
    const told: Told = (m) => answersAt(m, 5, alive);
    expect(goneAt(4, told)).toBe(false);
    expect(goneAt(5, told)).toBe(true);
    const graceMs = recoveryGrace({ fenceAfterMs: 5 * MINUTE_MS, absenceGraceMs: 5 * MINUTE_MS });
    expect(goneAt(9, told, 9, graceMs)).toBe(false);
    expect(goneAt(10, told, 9, graceMs)).toBe(true);
  });

  it.each<[string, Told, number?]>([
    ['four that answer', (m) => answersAt(m, 4, alive)],
    ['one of nine that lists it', (m) => answersAt(m, 9, alive, { 9: all })],
    ['one that lists it now and then', (m) => answersAt(m, 9, alive, { 9: m % 4 === 0 ? all : alive })],
    ['one that lists it and does not know this node', (m) => answersAt(m, 9, alive, { 9: [DEAD] })],
    ['five of which another two answer in turn', (m) => answersAt(m, 5, alive, { [(m % 2) + 1]: null })],
    ['five that do not list this node', (m) => answersAt(m, 9, ['10.0.0.2'], { 1: alive, 2: alive })],
    ['there are none', () => [], 0],
    ['there are none though something answers', (m) => answersAt(m, 1, alive), 0],
    ['one answers for many', (m) => answersAt(m, 9, alive).map((a) => ({ ...a, witness: 'w1' }))],
  ])('nobody is gone on %s', (_, told, total) => {
    expect(goneAt(30, told, total)).toBe(false);
  });

  it('one that fails and lists it in an old answer is no witness any more', () => {
    const told: Told = (m) => [...answersAt(m, 8, alive), { witness: 'w9', addresses: all, atMs: 0 }];
    expect(goneAt(9, told)).toBe(false);
    expect(goneAt(10, told)).toBe(true);
  });

  it('a node is not silent for the time in which this agent was paused', () => {
    let memory = after(6, (m) => answersAt(m, 9, alive));
    memory = rememberAbsence(memory, tick(60, answersAt(60, 9, alive)));
    expect(absenceOf(memory, 'dead', { ...query, nowMs: 60 * MINUTE_MS })).toEqual({
      silentMs: 6 * MINUTE_MS,
      unlistedMs: 0,
      absentMs: 0,
    });
  });

  it('tells how long a node has been silent, unlisted, and both', () => {
    const memory = after(6, (m) => answersAt(m, 9, m < 2 ? all : alive));
    const at = { ...query, nowMs: 6 * MINUTE_MS };
    expect(absenceOf(memory, 'dead', at)).toEqual({
      silentMs: 6 * MINUTE_MS,
      unlistedMs: 4 * MINUTE_MS,
      absentMs: 4 * MINUTE_MS,
    });
    const unknown = { silentMs: null, unlistedMs: null, absentMs: null };
    expect(absenceOf(memory, 'other', at)).toEqual(unknown);
    expect(absenceOf(null, 'dead', at)).toEqual(unknown);
  });
});

describe('a quorum of witnesses', () => {
  it('is more than half', () => {
    expect([1, 2, 7, 8, 9].map(witnessQuorum)).toEqual([1, 2, 4, 5, 5]);
  });

  it('had listed an address by the time that the fifth said so last', () => {
    const answers = [
      ...answersAt(8, 4, all),
      { witness: 'w5', addresses: all, atMs: 3 },
      { witness: 'w6', addresses: all, atMs: 2 },
    ];
    expect(listedByQuorumAtMs({ total: 9, answers }, DEAD)).toBe(3);
    expect(listedByQuorumAtMs({ total: 9, answers: answers.slice(0, 4) }, DEAD)).toBeNull();
    expect(listedByQuorumAtMs({ total: 9, answers }, null)).toBeNull();
  });

  it('lists an address now by fresh answers only', () => {
    const reading = { total: 9, answers: answersAt(0, 5, all) };
    expect(isListedByQuorum(reading, DEAD, { ...query, nowMs: 4 * MINUTE_MS })).toBe(true);
    expect(isListedByQuorum(reading, DEAD, { ...query, nowMs: 4 * MINUTE_MS + 1 })).toBe(false);
    expect(isListedByQuorum({ ...reading, total: 0 }, DEAD, { ...query, nowMs: 0 })).toBeNull();
  });
});

describe("an operator's word", () => {
  it('makes a node gone at once, and ends with any answer of it', () => {
    const declaredGone = new Set(['dead', 'other']);
    expect(isGone(null, 'dead', { ...query, nowMs: 0, declaredGone })).toBe(true);
    expect(endDeclarations(declaredGone, [{ nodeId: 'dead' }])).toEqual(new Set(['other']));
  });
});

describe('for recovery', () => {
  const listed = after(15, (m) => answersAt(m, 9, all));
  const at = { ...query, nowMs: 15 * MINUTE_MS, unverifiableAnswer: false, timeoutRecoveryMs: null };

  it('gone and declared nodes count', () => {
    const memory = after(15, (m) => answersAt(m, 9, alive));
    expect(goneForRecovery(memory, at)).toEqual(new Set(['dead']));
    expect(goneForRecovery(listed, { ...at, declaredGone: new Set(['other']) })).toEqual(new Set(['other']));
    expect(goneForRecovery(null, at)).toEqual(new Set());
  });

  it('a silent node that is listed counts only with the timeout, and not beside an unverifiable answer', () => {
    const timeoutRecoveryMs = 15 * MINUTE_MS;
    expect(goneForRecovery(listed, at)).toEqual(new Set());
    expect(goneForRecovery(listed, { ...at, timeoutRecoveryMs })).toEqual(new Set(['dead']));
    expect(goneForRecovery(listed, { ...at, timeoutRecoveryMs: timeoutRecoveryMs + 1 })).toEqual(new Set());
    expect(goneForRecovery(listed, { ...at, timeoutRecoveryMs, unverifiableAnswer: true })).toEqual(
      new Set(),
    );
  });
});
