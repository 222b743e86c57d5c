import { setTimeout as sleep } from 'node:timers/promises';
import { describe, expect, it } from 'vitest';
import { withinTime } from './guard-timer.ts';

describe('withinTime', () => {
  it('gives what the call gives', async () => {
    expect(await withinTime(Promise.resolve(7), 1000)).toBe(7);
    await expect(withinTime(Promise.reject(new RangeError('no')), 1000)).rejects.toThrow(RangeError);
  });

  it('fails with `timeout` when the call never settles', async () => {
    await expect(withinTime(new Promise(() => {}), 10)).rejects.toMatchObject({ code: 'timeout' });
  });

  it('swallows a failure that comes too late', async () => {
    const late = sleep(20).then(() => Promise.reject(new Error('late')));
    await expect(withinTime(late, 5)).rejects.toMatchObject({ code: 'timeout' });
    await expect(late).rejects.toThrow('late');
  });
});
