import { describe, expect, it } from 'vitest';
import { decideFounding } from './decide-founding.ts';
import { aJoin, aListed, aPeer, aProposal, aView } from './founding-builders.ts';

const WAITED = { shortHandedForMs: 300_000 };
const short = aProposal({ expectedNodes: 5, shortHanded: true });
const joined = aJoin({ expectedNodes: 5, shortHanded: true, proposerNodeId: 'n2' });

describe('a node that has been short-handed for all of the timeout', () => {
  it('proposes what it is, also while the size is unknown', () => {
    const proposal = { kind: 'propose', shortHanded: true, systemId: null };
    expect(decideFounding(aView(WAITED)).action).toEqual({ ...proposal, expectedNodes: 3 });
    expect(decideFounding(aView({ ...WAITED, expectedNodes: null })).action).toEqual({
      ...proposal,
      expectedNodes: null,
    });
    expect(decideFounding(aView({ shortHandedForMs: 299_999 })).reason).toBe('majority-not-listed');
  });

  it('seals only when everybody that was ever listed has joined', () => {
    const others = [aListed('10.0.0.3', aPeer('n3', { founding: joined }))];
    const young = { silentForMs: 900_000, runningSinceMs: 1_000_000_000 };
    const silent = aListed('10.0.0.4', 'silent', { ...young, listed: false });
    const view = { ...WAITED, expectedNodes: 5, founding: short };
    expect(decideFounding(aView({ ...view, others }))).toMatchObject({
      action: { kind: 'seal', epoch: 1, shortHanded: true },
      reason: 'all-joined',
    });
    const one = [...others, silent];
    expect(decideFounding(aView({ ...view, others: one })).reason).toBe('waiting-for-joins');
    const permitted = new Set(['10.0.0.4']);
    expect(decideFounding(aView({ ...view, others: one, permitted })).reason).toBe('all-joined');
    const unjoined = [...others, aListed('10.0.0.4', aPeer('n4'), { listed: false })];
    expect(decideFounding(aView({ ...view, others: unjoined })).reason).toBe('waiting-for-joins');
  });

  it('starts over when a majority is listed after all, and when it is no longer', () => {
    const others = ['3', '4'].map((n) => aListed(`10.0.0.${n}`, aPeer(`n${n}`)));
    expect(decideFounding(aView({ ...WAITED, expectedNodes: 5, founding: short, others })).reason).toBe(
      'no-longer-short-handed',
    );
    const full = aProposal({ expectedNodes: 5 });
    expect(decideFounding(aView({ ...WAITED, expectedNodes: 5, founding: full })).reason).toBe(
      'short-handed',
    );
  });

  it('still asks everybody', () => {
    const view = aView({ ...WAITED, expectedNodes: 5, others: [aListed('10.0.0.3', 'silent')] });
    expect(decideFounding(view).reason).toBe('peer-silent');
  });
});

describe('a short-handed proposal', () => {
  const others = [aListed('10.0.0.1', aPeer('n1', { founding: short }))];

  it('is joined only by a node that was short-handed for as long itself', () => {
    expect(decideFounding(aView({ ...WAITED, expectedNodes: 5, others })).action).toMatchObject({
      kind: 'join',
      joined: { shortHanded: true, proposerNodeId: 'n1' },
    });
    expect(decideFounding(aView({ expectedNodes: 3, others })).reason).toBe('not-short-handed');
  });

  it('without a size is too small for a node that knows one', () => {
    const unsized = [aListed('10.0.0.1', aPeer('n1', { founding: { ...short, expectedNodes: null } }))];
    const view = { ...WAITED, expectedNodes: 5, others: unsized };
    expect(decideFounding(aView(view)).reason).toBe('proposal-too-small');
    expect(decideFounding(aView({ ...view, expectedNodes: null })).reason).toBe('proposal-seen');
  });
});

describe('a size of one', () => {
  it('skips the wait when the operator set it, not the question', () => {
    expect(decideFounding(aView({ expectedNodes: 1 })).reason).toBe('lowest-address');
    const others = [aListed('10.0.0.3', 'silent')];
    expect(decideFounding(aView({ expectedNodes: 1, others })).reason).toBe('peer-silent');
  });

  it('that was only read counts as unknown, since it would make every node a majority', () => {
    const read = { expectedNodes: 1, clusterSizeConfigured: false };
    expect(decideFounding(aView(read)).reason).toBe('size-unknown');
    expect(decideFounding(aView({ ...read, ...WAITED })).action).toMatchObject({ shortHanded: true });
  });
});
