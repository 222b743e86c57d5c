import { describe, expect, it } from 'vitest';
import { aDocument, aMemberDocument, aMemberState, aPeer, aSilentPeer, THIRD } from '../member-builder.ts';
import { aView, OTHER } from '../view-builder.ts';
import { endDeclared, noteOrder } from './operator.ts';

const kept = { startIds: ['1-aaaaaaaa'], restored: true, withdrawn: [THIRD] };

describe('an order of the operator', () => {
  it('that nodes are gone is persisted beside earlier ones, once each', () => {
    const state = aMemberState({ ...kept, declaredGone: [THIRD] });
    const order = { kind: 'declare-gone' as const, nodeIds: [OTHER, THIRD] };
    expect(noteOrder.apply(aView({ state, operatorOrder: order }))).toEqual({
      action: { kind: 'persist-order', order, state: { ...state, declaredGone: [THIRD, OTHER] } },
      reason: 'operator-declares-gone',
      detail: `${OTHER}, ${THIRD}`,
    });
  });

  it('to found without silent addresses permits a cluster that exists a new beginning, too', () => {
    const state = aMemberState({ ...kept, permittedAddresses: ['10.0.0.8'] });
    const order = { kind: 'permit-founding' as const, addresses: ['10.0.0.9', '10.0.0.8'] };
    expect(noteOrder.apply(aView({ state, operatorOrder: order }))).toEqual({
      action: {
        kind: 'persist-order',
        order,
        state: { ...state, permittedAddresses: ['10.0.0.8', '10.0.0.9'], permitsNewData: true },
      },
      reason: 'operator-permits-founding',
      detail: '10.0.0.9, 10.0.0.8',
    });
    // Before there is a cluster nothing can be lost, and no word may outlast the founding that it was for.
    const virgin = { ...aView().state, ...kept };
    expect(noteOrder.apply(aView({ state: virgin, operatorOrder: order }))?.action).toMatchObject({
      state: { permittedAddresses: ['10.0.0.9', '10.0.0.8'], permitsNewData: false },
    });
  });

  it('that the copy is given up is persisted with the leader that it was said of', () => {
    const state = aMemberState(kept);
    const order = { kind: 'give-up-copy' as const, leader: OTHER, timeline: 3 };
    expect(noteOrder.apply(aView({ state, operatorOrder: order }))).toMatchObject({
      action: {
        kind: 'persist-order',
        order,
        state: { ...state, recloneOrder: { leader: OTHER, timeline: 3, setAside: false } },
      },
      reason: 'operator-gives-up-copy',
    });
  });

  it('names the very order that was given, so that no other is taken for done', () => {
    const order = { kind: 'declare-gone' as const, nodeIds: [OTHER] };
    const action = noteOrder.apply(aView({ state: aMemberState(), operatorOrder: order }))?.action;
    expect(action?.kind === 'persist-order' && action.order).toBe(order);
  });

  it('keeps the newest of more than a state can hold', () => {
    const id = (n: number) => `00000000-0000-4000-8000-${String(n).padStart(12, '0')}`;
    const declaredGone = Array.from({ length: 200 }, (_, n) => id(n));
    const order = { kind: 'declare-gone' as const, nodeIds: [OTHER] };
    const view = aView({ state: aMemberState({ declaredGone }), operatorOrder: order });
    expect(noteOrder.apply(view)?.action).toMatchObject({
      state: { declaredGone: [...declaredGone.slice(1), OTHER] },
    });
  });

  it('is none without one', () => {
    expect(noteOrder.apply(aView())).toBeNull();
  });
});

describe('what an operator declared', () => {
  const state = aMemberState({
    ...kept,
    declaredGone: [OTHER, THIRD],
    permittedAddresses: ['10.0.0.2', '10.0.0.3'],
    permitsNewData: true,
  });

  it('ends for a node that answers, and for its address', () => {
    expect(endDeclared.apply(aView({ state, peers: [aPeer(aMemberDocument())] }))).toEqual({
      action: {
        kind: 'persist-state',
        state: { ...state, declaredGone: [THIRD], permittedAddresses: ['10.0.0.3'] },
      },
      reason: 'declared-node-answers',
      detail: '',
    });
  });

  it('ends for a node that answers at another address, or without a cluster', () => {
    const moved = aPeer(aDocument({ address: '10.0.0.7' }));
    expect(endDeclared.apply(aView({ state, peers: [moved] }))?.action).toMatchObject({
      state: { declaredGone: [THIRD], permittedAddresses: ['10.0.0.2', '10.0.0.3'] },
    });
  });

  it('stays while nobody proves to be there', () => {
    const present = { ...aSilentPeer('10.0.0.2'), heard: { kind: 'present' as const, detail: 'no key' } };
    expect(endDeclared.apply(aView({ state, peers: [present, aSilentPeer('10.0.0.3')] }))).toBeNull();
    const unrelated = aPeer(aMemberDocument({ nodeId: '44444444-4444-4444-8444-444444444444' }), {
      address: '10.0.0.4',
    });
    expect(endDeclared.apply(aView({ state, peers: [unrelated] }))).toBeNull();
  });
});
