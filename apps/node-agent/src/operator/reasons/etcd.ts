import type { ReasonArea } from './reason.ts';

/** How etcd runs on this node. */
export const etcdArea: ReasonArea = {
  title: 'etcd on this node',
  about: 'When etcd is started, stopped and set aside here, and what is read from it.',
  reasons: {
    'no-cluster': { means: 'this node belongs to no cluster yet' },
    'founder-starts-etcd': { means: 'this node starts the first etcd of the cluster or of a new epoch' },
    'admitted-as-learner': { means: 'etcd has admitted this node, and its etcd is started' },
    'etcd-is-quorate': { means: 'the other voters are a quorum, and this etcd is started from its data' },
    'enough-voters-answer': { means: 'nobody knows better than this data, and etcd is started from it' },
    'etcd-has-started': { means: 'it is noted that this etcd directory has been in use' },
    'etcd-data-lost': { means: 'the etcd directory is empty although it was in use; this node joins anew' },
    'etcd-data-of-other-epoch': {
      means: 'the etcd data is of an earlier epoch; it is set aside, and this node joins',
    },
    'etcd-data-foreign': { means: 'the etcd data is of another cluster or epoch, and is never started' },
    'removed-from-etcd': {
      means: 'this node was removed from etcd; its etcd data is set aside, and it joins anew',
    },
    'etcd-keeps-ending': {
      means:
        'etcd does not go on with its data while the others have a quorum; the data is set aside, and it joins anew',
    },
    'waiting-for-voters': {
      means: 'etcd starts from its data once a majority of the voters answers',
      todo: 'the detail names who is missing; if they are lost for good, see `flux-pg recover`',
    },
    'waiting-for-members': {
      means: 'members that could know better, or hold newer data, have not answered yet',
      todo: 'the detail names who is missing; if they are lost for good, see `flux-pg recover`',
    },
    'etcd-unreachable': {
      means: 'no voter of etcd answers, or they have no majority',
      todo: '`flux-pg recover` says what a recovery waits for',
    },
    'cluster-keys-missing': { means: 'the founder has not written the keys of the cluster to etcd yet' },
    'foreign-etcd': {
      means: 'the etcd that answers is of another cluster; nothing is done with it',
      todo: 'are there two deployments with the same `APP_NAME` and secrets?',
    },
    'etcd-of-other-epoch': { means: 'the etcd that answers is of another epoch; nothing is done with it' },
    'no-leader-with-quorum-present': {
      means: 'enough voters are there and have no leader; etcd is restarted here',
    },
    'founding-times-end': { means: 'etcd is restarted with the usual timing after the founding' },
  },
};
