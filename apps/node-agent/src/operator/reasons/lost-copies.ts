import type { ReasonArea } from './reason.ts';

/** What is done when copies are lost, or their holders are. */
export const lostCopiesArea: ReasonArea = {
  title: 'Lost copies and lost leaders',
  about: 'Nobody initialises an empty database, and nobody overtakes, while a copy could still return.',
  reasons: {
    data_lost: {
      means: 'every copy of the data is lost with its node, and there was something in it',
      todo: 'bring one of the named nodes back; or `flux-pg found` begins with an empty database',
    },
    'copy-set-aside': {
      means: 'a copy lies in the quarantine of the named node, and there is no other',
      todo: 'look at `quarantine/` on its volume; `flux-pg found` begins with an empty database and leaves it there',
    },
    'copy-exists': { means: 'somebody holds a copy, so that nothing is initialised' },
    'copy-may-exist': {
      means: 'a node that held or may hold a copy has not answered',
      todo: 'if it is lost for good, `flux-pg recover NODE` says so',
    },
    'copy-holder-gone': { means: 'a node that held a copy is gone, and is not waited for any more' },
    'leader-key-held': { means: 'a primary runs, so that nothing is initialised' },
    'grant-stands': { means: 'a node has been named that may initialise the database' },
    'grantee-gone': {
      means: 'the node that was to initialise the database is gone, and another one is named',
    },
    'copies-gone': { means: 'all copies are lost, and a node is named that begins with an empty database' },
    'nobody-reports': { means: 'no node is there that could initialise the database' },
    'leader-known': { means: 'a leader is there' },
    'leader-awaited': { means: "no leader for less than a minute; Patroni's own election comes first" },
    'failover-pending': { means: 'a failover was asked for and is not done yet' },
    'last-primary-unknown': { means: 'it is not known who was the last primary' },
    'may-be-ahead': {
      means: 'somebody who is silent may hold rows that nobody else has',
      todo: 'if it is lost for good, `flux-pg recover NODE` says so',
    },
    'lead-not-running': { means: 'Patroni does not run on the node with the furthest copy' },
    'guards-outlived': {
      means: 'everybody who could be ahead is gone, and the furthest copy is asked to lead',
    },
  },
};
