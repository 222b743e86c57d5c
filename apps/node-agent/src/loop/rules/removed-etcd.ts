import { decided } from '../action.ts';
import { isOwnEpoch } from '../own-epoch.ts';
import { ownMemberName } from '../wanted/hosts-block.ts';
import { entryOf } from './etcd.ts';
import { processState } from './process.ts';
import type { Rule } from './rule.ts';

/**
 * etcd ends by itself when the others tell it that it was removed. Over connections that lead nowhere it never hears that, and
 * as long as it runs its node is not admitted again. A list that a quorum of this epoch has just confirmed is as good.
 */
export const stopRemoved: Rule = {
  name: 'stop-removed-etcd',
  apply: (view) => {
    if (processState(view, 'etcd')?.running !== true || !view.etcd.ok || !isOwnEpoch(view)) return null;
    const { members } = view.etcd.value;
    const name = ownMemberName(view);
    // A list of nobody is none.
    return members.length > 0 && entryOf(members, name) === null
      ? decided({ kind: 'stop-program', program: 'etcd' }, 'removed-from-etcd', name)
      : null;
  },
};
