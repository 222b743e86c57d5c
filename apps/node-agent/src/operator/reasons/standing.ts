import type { ReasonArea } from './reason.ts';

const HEAR = 'the detail names who is waited for; if they are lost for good, `flux-pg recover NODE` says so';

/** Whether the others may have gone on without this node. */
export const standingArea: ReasonArea = {
  title: 'Standing: fenced and stale nodes',
  about: 'A node that others may have gone on without serves nothing until it knows better.',
  reasons: {
    'no-witnesses': { means: 'no witnesses are known, so nobody counts as gone and nobody fences' },
    'listed-by-witnesses': { means: 'a majority of the witnesses lists this node' },
    'fencing-pending': {
      means: 'this node is neither listed nor in contact with all; it fences when that lasts',
      todo: 'is the instance still part of the app, and is its network up?',
    },
    'delisted-and-cut-off': {
      means: 'this node was neither listed nor in contact for `FENCE_AFTER`, and fences',
    },
    'delisted-in-contact': {
      means: 'the witnesses do not list this node, but all members hear it, so it serves on',
    },
    'delisted-hands-over': { means: 'this primary is not listed any more and hands over to a listed node' },
    fenced: { means: 'Patroni is stopped here: others may have recovered without this node', todo: HEAR },
    stale: {
      means:
        'this node was away too long; it serves nothing and takes no part in a recovery until it has heard from all',
      todo: HEAR,
    },
    'ticks-stopped': {
      means: 'the agent did not run for longer than `FENCE_AFTER`: it may have missed something',
    },
    'stale-already': { means: 'this node is fenced or stale already' },
    'not-stale': { means: 'this node has missed nothing' },
    'stale-waits': {
      means: 'not everybody who could have gone on without this node has answered',
      todo: HEAR,
    },
    'stale-mirror-unknown': {
      means: 'this node does not know who the members are, and waits for one that does',
    },
    'stale-epoch-passed': { means: 'the others have recovered without this node, and it will follow them' },
    'stale-all-accounted': { means: 'everybody has answered or is gone, and the node serves again' },
    'stale-voters-vouch': {
      means: 'enough voters that were never away have answered, and the node serves again',
    },
  },
};
