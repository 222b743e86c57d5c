import { describe, expect, it } from 'vitest';
import { createPatientAsker } from './patient-asker.ts';
import type { StatusAnswer } from './status-answer.ts';

const yes: StatusAnswer = { kind: 'authenticated', document: { n: 1 }, roundTripMs: 5 };
const no: StatusAnswer = { kind: 'silent', reason: 'timeout', detail: 'nothing' };

/** A peer that answers when a test says so, and a clock that a test moves. */
function aPeer() {
  let nowMs = 1000;
  const waiting: ((answer: StatusAnswer) => void)[] = [];
  let late = 0;
  const ask = createPatientAsker<unknown>({
    ask: () => new Promise((resolve) => waiting.push(resolve)),
    nowMs: () => nowMs,
    sleep: async () => undefined,
    onLateAnswer: () => {
      late += 1;
    },
  });
  const answer = async (given: StatusAnswer) => {
    waiting.shift()?.(given);
    await new Promise((resolve) => setImmediate(resolve));
  };
  return { ask, answer, pass: (ms: number) => (nowMs += ms), asked: () => waiting.length, late: () => late };
}

const PATIENT = Number.POSITIVE_INFINITY;

describe('a node that is asked', () => {
  it('is waited for by who is patient', async () => {
    const peer = aPeer();
    const asked = peer.ask('10.0.0.2', 8008, PATIENT);
    await peer.answer(yes);
    expect(await asked).toEqual({ ...yes, arrivedMsAgo: 0 });
  });

  it('counts as silent meanwhile for who is not, and is not asked twice', async () => {
    const peer = aPeer();
    expect(await peer.ask('10.0.0.2', 8008, 0)).toMatchObject({ kind: 'silent', detail: 'no answer yet' });
    expect(await peer.ask('10.0.0.2', 8008, 0)).toMatchObject({ kind: 'silent' });
    expect(peer.asked()).toBe(1);
  });

  it('gives a late answer to the next look, which is called for, with the age of the answer', async () => {
    const peer = aPeer();
    await peer.ask('10.0.0.2', 8008, 0);
    await peer.answer(yes);
    expect(peer.late()).toBe(1);
    peer.pass(700);
    expect(await peer.ask('10.0.0.2', 8008, 0)).toEqual({ ...yes, arrivedMsAgo: 700 });
    expect(await peer.ask('10.0.0.2', 8008, 0)).toMatchObject({ kind: 'silent' });
    expect(peer.asked()).toBe(1);
  });

  it('that stays silent calls for nothing', async () => {
    const peer = aPeer();
    await peer.ask('10.0.0.2', 8008, 0);
    await peer.answer(no);
    expect(peer.late()).toBe(0);
    expect(await peer.ask('10.0.0.2', 8008, 0)).toMatchObject({ detail: 'nothing' });
  });

  it('is another one at another port', async () => {
    const peer = aPeer();
    await Promise.all([peer.ask('10.0.0.2', 8008, 0), peer.ask('10.0.0.2', 8009, 0)]);
    expect(peer.asked()).toBe(2);
  });
});
