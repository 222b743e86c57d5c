import { describe, expect, it } from 'vitest';
import { aCopy, aJoin, aMemberState, aProposal, aVolume, unfinishedClone } from './member-builder.ts';
import { aView } from './view-builder.ts';
import { isVirgin } from './virgin.ts';

const absent = { kind: 'absent' as const };

describe('a virgin', () => {
  it('has no cluster id and nothing on its volume', () => {
    expect(isVirgin(aView())).toBe(true);
  });

  it('stays one while it proposes or joins', () => {
    const { state } = aView();
    const proposed = aProposal();
    const joined = aJoin();
    expect(isVirgin(aView({ state: { ...state, founding: proposed } }))).toBe(true);
    expect(isVirgin(aView({ state: { ...state, founding: joined } }))).toBe(true);
  });

  it.each([
    ['a cluster id', { state: aMemberState() }],
    ['etcd data', { volume: aVolume(absent, { etcdData: true }) }],
    ['a PGDATA at the volume’s root', { volume: aVolume(absent, { atRoot: true }) }],
    ['a copy', { volume: aVolume(aCopy('7000')) }],
    ['an unfinished copy', { volume: aVolume(unfinishedClone) }],
    ['something unreadable', { volume: aVolume({ kind: 'unreadable', reason: 'EIO', majorVersion: null }) }],
  ])('is no more one with %s', (_name, difference) => {
    expect(isVirgin(aView(difference))).toBe(false);
  });
});
