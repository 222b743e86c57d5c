import type { ReasonArea } from './reason.ts';

/** What the volume holds. */
export const volumeArea: ReasonArea = {
  title: 'The volume',
  about: 'What this volume holds, and what is done about it before anything is started on it.',
  reasons: {
    'volume-of-version-1': {
      means: 'the volume holds data of flux-pg-cluster 1.x, which is moved to its place or cannot be',
      todo: 'where it waits, `flux-pg status` shows what failed; another major version needs its own image',
    },
    'postgres-data-unreadable': {
      means: 'the data directory cannot be read, and it may be the only copy',
      todo: 'the detail says why: another major version, wrong owner, or damage; repair it; where others hold the data, `flux-pg reclone` gives it up, or an empty volume will do',
    },
    'volume-restored': {
      means: 'a peer proves that an older state of this volume was put back; it follows and does not lead',
      todo: 'nothing, unless this is the only copy left: then declare the others gone',
    },
    'start-id-renewed': {
      means: 'this start has lasted for an hour and gets a new id, by which a backup from before is told',
    },
    'restored-copy-followed': { means: 'the restored copy has become part of the cluster again' },
    'unfinished-copy': { means: 'a clone or initdb was cut short; it is no copy and is moved aside' },
    'bootstrap-interrupted': {
      means: 'the first initialisation was cut short before any row; it is repeated',
    },
    'bootstrap-completed': {
      means:
        'the first initialisation was done and not told; the cluster is told of it, and the data is kept',
    },
    'bootstrap-lock-idle': {
      means: 'a lock on the first initialisation has no owner any more and is released',
    },
    'initialize-missing': {
      means: 'the cluster does not say which data is its own, so no PostgreSQL is started on this data',
      todo: 'look whether another node holds the data; this volume is left as it is',
    },
    'foreign-data': {
      means: 'this volume holds data of another PostgreSQL system than the cluster',
      todo: 'save what is needed of it, then give the node an empty volume',
    },
    'copy-not-noted': { means: 'it is noted in etcd that this node holds a copy of the data' },
  },
};
