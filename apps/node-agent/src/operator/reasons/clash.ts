import type { ReasonArea } from './reason.ts';

const MERGE = 'save what is needed of the cluster that stops, then give its instances empty volumes';

/** Two clusters of one app have met. */
export const clashArea: ReasonArea = {
  title: 'Two clusters',
  about:
    'Clusters of the same app with different ids have met. Nothing that holds data of a user is given up.',
  reasons: {
    'no-clash': { means: 'all that answer belong to one cluster' },
    'empty-cluster-yields': {
      means: 'this cluster holds nothing of a user, gives itself up and joins the other',
    },
    'younger-empty-cluster-yields': {
      means: 'neither holds anything of a user, and this one is the younger',
    },
    'younger-cluster-stops': {
      means: 'both hold data, and this one is the younger: PostgreSQL stops, the volume is left untouched',
      todo: MERGE,
    },
    'other-cluster-yields': {
      means: 'another cluster is there, holds nothing of a user, and gives itself up',
    },
    'other-cluster-stops': {
      means: 'another cluster with data is there, and stops, since it is the younger',
      todo: MERGE,
    },
  },
};
