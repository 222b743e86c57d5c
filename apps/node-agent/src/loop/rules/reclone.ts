import { decideOrder, decideReclone, decideRelease, explainReclone } from '../../reclone/index.ts';
import { decided, waiting } from '../action.ts';
import { recloneEvidence } from '../reclone-evidence.ts';
import type { Rule } from './rule.ts';

/** A person's word about this node's copy ends once it is carried out, or where it was not meant for what is so now. */
export const tendRecloneOrder: Rule = {
  name: 'tend-reclone-order',
  apply: (view) => {
    const { state, memory } = view;
    if (state.cluster === null || state.recloneOrder === null) return null;
    const decision = decideOrder(state.recloneOrder, memory.reclone, recloneEvidence(view));
    if (decision === null) return null;
    const next = { ...state, recloneOrder: decision.next };
    return decided({ kind: 'persist-state', state: next }, decision.reason, decision.detail);
  },
};

/**
 * A copy that cannot follow the leader is moved aside, so that Patroni clones into an empty place. Comes before Patroni is
 * started: it must not take back what is about to be moved.
 */
export const reclone: Rule = {
  name: 'reclone',
  apply: (view) => {
    if (view.state.cluster === null || view.memory.reclone.dueSinceMs === null) return null;
    const decision = decideReclone(view.memory.reclone, recloneEvidence(view));
    if (decision === null) return null;
    const { step, reason, detail } = decision;
    switch (step.kind) {
      case 'wait':
        return waiting(reason, detail);
      case 'stop-patroni':
        return decided({ kind: 'stop-program', program: 'patroni' }, reason, detail);
      case 'set-aside':
        return decided({ kind: 'set-aside-pgdata', why: step.why, releaseInitialize: false }, reason, detail);
    }
  },
};

/** What is worth nothing leaves the quarantine, and what the leader is proven to hold where space is wanted. */
export const releaseQuarantine: Rule = {
  name: 'release-quarantine',
  apply: (view) => {
    if (view.state.cluster === null) return null;
    const { volumeBytes } = view.facts.resources;
    const release = decideRelease(view.memory.reclone, recloneEvidence(view), volumeBytes);
    if (release === null) return null;
    const { reason, keepBytesFree, proof } = release;
    const code = reason === 'space-for-clone' ? 'reclone-making-space' : reason;
    return decided({ kind: 'tend-quarantine', keepBytesFree, proof }, code);
  },
};

/** Why a copy that does not follow is not cloned anew; comes after all that such a node still does. */
export const awaitReclone: Rule = {
  name: 'await-reclone',
  apply: (view) => {
    const { state, memory } = view;
    if (state.cluster === null) return null;
    if (memory.reclone.unfollowedSinceMs === null && state.recloneOrder === null) return null;
    const obstacle = explainReclone(memory.reclone, recloneEvidence(view));
    return obstacle === null ? null : waiting(obstacle.reason, obstacle.detail);
  },
};
