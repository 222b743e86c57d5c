import type { ReasonArea } from './reason.ts';

/** A replica that cannot follow is cloned anew. */
export const recloneArea: ReasonArea = {
  title: 'Cloning anew, and the quarantine',
  about: 'A copy that does not follow the primary is moved aside and cloned anew, one node at a time.',
  reasons: {
    'reclone-announced': {
      means: 'this copy does not follow the primary; the others are told that it is cloned anew',
    },
    'reclone-stopping': { means: 'Patroni is stopped so that the copy can be moved aside' },
    'reclone-reading-wal': { means: 'it is looked for what only this copy holds' },
    'reclone-set-aside': { means: 'the copy is moved to the quarantine, and Patroni clones' },
    'reclone-making-space': {
      means: 'copies that the primary is proven to hold are deleted to make room for a clone',
    },
    'reclone-forbidden': {
      means: 'this copy does not follow, and something else has to end before it is cloned anew',
    },
    'synchronous-standby': { means: 'commits may rest on this copy, so it is not moved aside' },
    'foreign-leader': {
      means: 'this copy and the primary are of different PostgreSQL systems, so nothing is moved aside',
      todo: 'decide which data stays, save the other, and give its node an empty volume',
    },
    'other-node-reclones': { means: 'another node is being cloned anew, and this one waits for its turn' },
    'copy-ahead-of-leader': {
      means: 'this copy is further than the primary and is kept as it is',
      todo: 'look what only this copy holds; `flux-pg reclone` moves it aside, keeps it, and has the primary cloned',
    },
    'copy-position-unknown': {
      means: 'nobody can tell what only this copy holds, so it is kept as it is',
      todo: 'look into the data directory; `flux-pg reclone` gives it up once it is known to be worthless',
    },
    'space-short': {
      means: 'this copy does not follow, and there is no room to clone beside it',
      todo: 'enlarge the volume, or bring the nodes back that are named; or `flux-pg reclone` gives this copy up',
    },
    'reclone-order-set-aside': {
      means:
        'the copy that was given up by `flux-pg reclone` is in the quarantine, and is deleted there for space',
    },
    'reclone-order-done': { means: 'a copy that follows is here, so the word of `flux-pg reclone` is over' },
    'reclone-order-void': {
      means:
        'the word of `flux-pg reclone` was not meant for what is so now, and nothing more is moved for it',
      todo: 'the detail says what has changed; look anew with `flux-pg reclone --dry-run`',
    },
    'copy-of-this-epoch': {
      means:
        'it is noted that the copy leads or follows since the last recovery, so that it is no tail of before it',
    },
    'copy-is-gone': { means: 'what was noted about the copy is forgotten with it' },
    'quarantine-not-looked-through': { means: 'what was moved aside is gone through after a change' },
    'space-low': { means: 'space runs low, and copies that the primary is proven to hold are deleted' },
  },
};
