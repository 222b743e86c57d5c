import type { ReasonArea } from './reason.ts';

const LOST = 'if it is lost for good, `flux-pg recover NODE` says so';

/** How a lost control plane is replaced. */
export const recoveryArea: ReasonArea = {
  title: 'Recovery',
  about:
    'etcd is lost and a new one is started on the furthest copy of the data. `flux-pg recover` explains what it waits for.',
  reasons: {
    'etcd-silent-too-briefly': { means: 'etcd has not been silent for as long as a recovery needs' },
    'voters-unknown': { means: 'it is not known which nodes were the voters of etcd' },
    'majority-may-return': { means: 'the old etcd may return with the voters that are named', todo: LOST },
    'address-unverifiable': {
      means: 'a listed address answers and cannot prove who it is; it may hold newer data',
      todo: 'give it the same secrets, or remove the instance',
    },
    'address-silent': { means: 'a listed address does not answer; it may hold newer data', todo: LOST },
    'member-stale': { means: 'a member that was away has not heard from everybody yet' },
    'member-not-listed': {
      means: 'a member that answers is not listed by a majority of the witnesses, and not all members answer',
    },
    'lead-blocked': {
      means: 'it cannot be told which copy of the data is the furthest',
      todo: 'the detail names why and at which nodes',
    },
    'recovery-begins': {
      means: 'this node holds the furthest copy and asks the others to give up the old etcd',
    },
    'waiting-for-intent': { means: 'the node with the furthest copy is to begin the recovery' },
    'intent-adopted': { means: 'this node promises to give up the old etcd' },
    'intent-held': { means: 'the old etcd and Patroni are stopped, as was promised' },
    'waiting-for-acknowledgements': { means: 'others have not promised yet, or have not stopped' },
    'all-acknowledged': { means: 'all have promised, and this node starts the new etcd' },
    'seeding-resumed': { means: 'the start of the new etcd is taken up again' },
    'epoch-seeded': { means: 'the new etcd has everything that it needs' },
    'waiting-for-seeder': { means: 'this node has promised, and the node that was named is to act' },
    'higher-epoch-heard': { means: 'others have recovered; this node gives up its etcd data and follows' },
    'intent-moot': { means: 'the promised recovery has happened' },
    'intent-unknown': {
      means: 'a peer waits for a recovery that this node does not know of, and is released',
    },
    'intent-cancelled': { means: 'the recovery was called off, and this node is free again' },
    'seeder-gone': { means: 'the node that was to recover is gone, and this node is free again' },
    'seeder-stale': { means: 'this node was away, so the recovery that it began is called off' },
    'etcd-answers': { means: 'the old etcd answers again, so the recovery is called off' },
    'gone-member-returned': { means: 'a node that counted as gone answers, so the recovery is called off' },
    'lead-changed': {
      means: 'another copy is further, so its holder takes the place of the one named before',
    },
  },
};
