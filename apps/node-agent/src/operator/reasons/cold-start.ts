import type { ReasonArea } from './reason.ts';

/** When PostgreSQL is started. */
export const coldStartArea: ReasonArea = {
  title: 'Start of PostgreSQL',
  about:
    'After a full stop the furthest copy starts first, so that no replica overtakes rows that it has not seen.',
  reasons: {
    'key-held': { means: 'a primary runs, and this node follows it' },
    leads: { means: 'this node holds the furthest copy and starts first' },
    warm: { means: "PostgreSQL ran here a moment ago, and Patroni's own rules decide" },
    'sync-protects': {
      means: 'synchronous standbys are recorded, so that Patroni itself keeps others from leading',
    },
    'bootstrap-granted': { means: 'this node may initialise the empty database' },
    'waiting-for-leader': { means: 'this node is empty and waits for a primary to clone from' },
    'nothing-to-follow': {
      means: 'Patroni began to clone and lost its leader; it is stopped, so that this volume counts as empty',
    },
    'waiting-for-lead': { means: 'the node with the furthest copy is to start first' },
    'waiting-for-last-primary': {
      means: 'the last primary is waited for, as it may hold rows that nobody else has',
      todo: 'it ends by itself after 5 minutes',
    },
    'waiting-for-unreadable': {
      means: 'the data of a member cannot be read at the moment; it may be the furthest',
    },
    'restored-copy-waits': {
      means: 'the furthest copy was put back from an older state, and others have not answered',
      todo: 'if they are lost for good, `flux-pg recover NODE` says so',
    },
    'own-volume-unknown': { means: 'it is not known yet what this volume holds' },
    'own-data-unreadable': {
      means: 'the data on this volume cannot be read',
      todo: 'see `postgres-data-unreadable`',
    },
    'no-copy': { means: 'nobody who answers holds a copy of the data' },
    'two-systems': {
      means: 'nodes hold data of different PostgreSQL systems, and nothing is changed',
      todo: 'decide which data stays, save the other, and give its node an empty volume',
    },
    'position-unknown': {
      means: 'it cannot be told how far a copy is, and it may be the furthest',
      todo: 'it ends by itself after some minutes; look at the reason on the node that is named',
    },
    'only-unfinished-rewind': {
      means: 'the only copy left is one that was being rewound, and its files may be of two branches',
      todo: 'bring another copy back, or restore a backup',
    },
    'patroni-config-differs': { means: "Patroni's configuration follows the members and their addresses" },
    'registered-address-taken': { means: "Patroni's old entry names an address that another node has now" },
  },
};
