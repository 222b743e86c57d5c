import { endDeclarations } from '@flux-pg/etcd-membership';
import { decided } from '../action.ts';
import type { View } from '../view.ts';
import type { Rule } from './rule.ts';

function answering(view: View): readonly { readonly nodeId: string; readonly address: string }[] {
  return view.peers.flatMap(({ address, heard }) =>
    heard.kind === 'authenticated' ? [{ address, nodeId: heard.document.nodeId }] : [],
  );
}

/** A person's word is a promise like others: it is on disk before anything rests on it. */
export const noteOrder: Rule = {
  name: 'note-order',
  apply: ({ operatorOrder: order, state }) => {
    if (order === null) return null;
    if (order.kind === 'declare-gone') {
      const declaredGone = [...new Set([...state.declaredGone, ...order.nodeIds])].slice(-200);
      return decided(
        { kind: 'persist-order', order, state: { ...state, declaredGone } },
        'operator-declares-gone',
        order.nodeIds.join(', '),
      );
    }
    if (order.kind === 'give-up-copy') {
      const recloneOrder = { leader: order.leader, timeline: order.timeline, setAside: false };
      return decided(
        { kind: 'persist-order', order, state: { ...state, recloneOrder } },
        'operator-gives-up-copy',
        `while ${order.leader} leads timeline ${order.timeline}`,
      );
    }
    const permittedAddresses = [...new Set([...state.permittedAddresses, ...order.addresses])].slice(-200);
    return decided(
      {
        kind: 'persist-order',
        order,
        state: { ...state, permittedAddresses, permitsNewData: state.cluster !== null },
      },
      'operator-permits-founding',
      order.addresses.join(', '),
    );
  },
};

/** An answer of whom a person declared gone shows that the word was wrong, or is past. */
export const endDeclared: Rule = {
  name: 'end-declared',
  apply: (view) => {
    const { state } = view;
    const answers = answering(view);
    const declaredGone = [...endDeclarations(new Set(state.declaredGone), answers)];
    const addresses = new Set(answers.map(({ address }) => address));
    const permittedAddresses = state.permittedAddresses.filter((address) => !addresses.has(address));
    if (
      declaredGone.length === state.declaredGone.length &&
      permittedAddresses.length === state.permittedAddresses.length
    ) {
      return null;
    }
    return decided(
      { kind: 'persist-state', state: { ...state, declaredGone, permittedAddresses } },
      'declared-node-answers',
    );
  },
};
