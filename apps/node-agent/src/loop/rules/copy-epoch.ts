import { hasFollowed } from '../../reclone/index.ts';
import { decided } from '../action.ts';
import { isOfOwnEpoch } from '../copy-epoch.ts';
import { ownOrigin } from '../etcd-data.ts';
import { isOwnEpoch } from '../own-epoch.ts';
import { provenLeader } from '../reclone-evidence.ts';
import type { View } from '../view.ts';
import { processState } from './process.ts';
import type { Rule } from './rule.ts';

/** A copy on another branch of the same number streams for moments, too, which makes it none of this epoch. */
function follows({ postgres, memory, nowMs }: View): boolean {
  return postgres.ok && postgres.value.streaming === true && hasFollowed(memory.reclone, nowMs);
}

function belongsToEpoch(view: View): boolean {
  const { state, postgres } = view;
  const leads = postgres.ok && postgres.value.role === 'primary' && postgres.value.state === 'running';
  if (!leads && !follows(view)) return false;
  if (state.stale !== null || state.intent !== null || !isOwnEpoch(view)) return false;
  const leader = provenLeader(view);
  return leader !== null && (leader.nodeId === state.nodeId || !leads);
}

/**
 * Notes in which epoch this node's copy last led or followed. After a recovery that tells what went on before it, and is a
 * tail however far it reaches, from what a leader of this epoch lacks and should not. Comes before Patroni is started, since
 * what it clones into an empty place is no copy of any earlier epoch.
 */
export const noteCopyEpoch: Rule = {
  name: 'note-copy-epoch',
  apply: (view) => {
    const { state, volume } = view;
    if (state.cluster === null) return null;
    if (volume.postgres.kind === 'absent') {
      if (state.copyEpoch === null || processState(view, 'patroni')?.alive !== false) return null;
      return decided({ kind: 'persist-state', state: { ...state, copyEpoch: null } }, 'copy-is-gone');
    }
    if (isOfOwnEpoch(state) || !belongsToEpoch(view)) return null;
    const copyEpoch = ownOrigin(state);
    return decided({ kind: 'persist-state', state: { ...state, copyEpoch } }, 'copy-of-this-epoch');
  },
};
