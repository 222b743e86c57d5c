import fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import { alarmFromWire, leaseFromWire, rangeEndOfPrefix, statusFromWire } from './wire-messages.ts';

describe('rangeEndOfPrefix', () => {
  it('lies behind exactly the keys that begin with the prefix', () => {
    const text = fc.string({ unit: 'grapheme', minLength: 1, maxLength: 5 });
    fc.assert(
      fc.property(text, text, (prefix, key) => {
        const start = Buffer.from(prefix);
        const bytes = Buffer.from(key);
        const inRange =
          Buffer.compare(start, bytes) <= 0 && Buffer.compare(bytes, rangeEndOfPrefix(prefix)) < 0;
        expect(inRange).toBe(bytes.subarray(0, start.length).equals(start));
        expect(Buffer.compare(Buffer.from(prefix + key), rangeEndOfPrefix(prefix))).toBeLessThan(0);
      }),
    );
  });

  it('is the end of everything for the empty prefix', () => {
    expect(rangeEndOfPrefix('')).toEqual(Buffer.from([0]));
  });
});

describe('leaseFromWire', () => {
  const header = { cluster_id: '1', member_id: '255', revision: '7', raft_term: '3' };
  // Beyond what a number can hold.
  const lease = { header, ID: '7587868094935031301', grantedTTL: '30', keys: [] };

  it('keeps the id as it is, and tells what is left with the term of the member', () => {
    expect(leaseFromWire({ ...lease, TTL: '29' })).toEqual({
      leaseId: '7587868094935031301',
      remainingMs: 29_000,
      raftTerm: 3,
    });
    expect(leaseFromWire({ ...lease, TTL: '0' })).toMatchObject({ remainingMs: 0 });
  });

  it('is nothing for a lease that has ended', () => {
    expect(leaseFromWire({ ...lease, TTL: '-1' })).toBeNull();
  });
});

describe('statusFromWire', () => {
  it('reads leader 0 as no leader', () => {
    const header = { cluster_id: '1', member_id: '255', revision: '7', raft_term: '3' };
    const numbers = {
      raftIndex: '10',
      raftTerm: '3',
      raftAppliedIndex: '9',
      dbSize: '4096',
      dbSizeInUse: '1',
    };
    const status = { header, ...numbers, version: '3.5.30', leader: '0', errors: [], isLearner: false };
    expect(statusFromWire(status)).toEqual({
      memberId: 'ff',
      leaderId: null,
      raftTerm: 3,
      raftIndex: 10,
      raftAppliedIndex: 9,
      dbSizeBytes: 4096,
      isLearner: false,
      version: '3.5.30',
      errors: [],
    });
    expect(statusFromWire({ ...status, leader: '16' }).leaderId).toBe('10');
  });
});

describe('alarmFromWire', () => {
  it('names the kinds of alarms', () => {
    expect(alarmFromWire({ memberID: '10', alarm: 'Nospace' })).toEqual({ memberId: 'a', kind: 'no-space' });
    expect(alarmFromWire({ memberID: '10', alarm: 'Corrupt' })).toEqual({ memberId: 'a', kind: 'corrupt' });
    expect(alarmFromWire({ memberID: '10', alarm: 'None' })).toEqual({ memberId: 'a', kind: 'unknown' });
  });
});
