import { describe, expect, it } from 'vitest';
import { aMemberDocument, aMemberState, aMirror, aPeer, aRecord, seen, THIRD } from './member-builder.ts';
import { remember } from './remember.ts';
import type { View } from './view.ts';
import { aMemory, anEtcdContent, aView, OTHER } from './view-builder.ts';

const state = aMemberState();
const telling = (...startIds: string[]) => [aPeer(aMemberDocument({ startIds }))];

function after(difference: Partial<View>, heardStarts: View['memory']['heardStarts'] = {}) {
  const records = [aRecord(OTHER)];
  const etcd = seen(anEtcdContent({ records }));
  return remember(
    aView({
      state,
      etcd,
      memory: aMemory({
        heardStarts,
        heardAtMs: Object.fromEntries(Object.keys(heardStarts).map((id) => [id, 1])),
      }),
      ...difference,
    }),
  ).heardStarts;
}

describe('the start of a peer', () => {
  it('is remembered as its status tells it, also one of which etcd never heard', () => {
    const first = after({ peers: telling('1-aaaaaaaa') });
    expect(first).toEqual({ [OTHER]: { startId: '1-aaaaaaaa', isForgotten: false } });
    const second = after({ peers: telling('1-aaaaaaaa', '2-bbbbbbbb') }, first);
    expect(second).toEqual({ [OTHER]: { startId: '2-bbbbbbbb', isForgotten: false } });
    expect(after({ peers: [] }, second)).toEqual(second);
  });

  it('stays remembered when the peer tells that it has forgotten it', () => {
    const known = { [OTHER]: { startId: '2-bbbbbbbb', isForgotten: false } };
    const forgotten = { [OTHER]: { startId: '2-bbbbbbbb', isForgotten: true } };
    expect(after({ peers: telling('1-aaaaaaaa', '2-cccccccc') }, known)).toEqual(forgotten);
    expect(after({ peers: telling('1-aaaaaaaa', '2-cccccccc', '3-cccccccc') }, forgotten)).toEqual(forgotten);
    const told = telling('1-aaaaaaaa', '2-bbbbbbbb', '2-cccccccc');
    expect(after({ peers: told }, forgotten)).toEqual({
      [OTHER]: { startId: '2-cccccccc', isForgotten: false },
    });
  });

  it('is compared with the record in etcd, or in the mirror while etcd does not answer', () => {
    const recorded = { ...aRecord(OTHER), startId: '2-bbbbbbbb' };
    const peers = telling('1-aaaaaaaa', '2-cccccccc');
    const forgotten = { [OTHER]: { startId: '2-bbbbbbbb', isForgotten: true } };
    expect(after({ peers, etcd: seen(anEtcdContent({ records: [recorded] })) })).toEqual(forgotten);
    const mirror = aMirror({ members: [recorded] });
    expect(after({ peers, mirror, etcd: { ok: false, error: 'timeout' } })).toEqual(forgotten);
  });

  it('is forgotten with a node that is no member any more', () => {
    const known = { [THIRD]: { startId: '1-aaaaaaaa', isForgotten: false } };
    expect(after({ peers: [] }, known)).toEqual({});
  });
});
