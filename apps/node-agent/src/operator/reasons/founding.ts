import type { ReasonArea } from './reason.ts';

const SECRET = 'are all secrets the same on all instances?';
const SILENT = 'if the instance is dead for good, `flux-pg found ADDRESS` on this node says so';

/** How a cluster comes to be. */
export const foundingArea: ReasonArea = {
  title: 'Founding',
  about: 'A node without a cluster founds one with others, or joins the one that it hears of.',
  reasons: {
    'cluster-heard-of': { means: 'a peer belongs to a cluster, and this node joins it' },
    'two-clusters': {
      means: 'peers belong to two clusters of this name; nothing is changed',
      todo: 'decide which one stays, and remove the instances of the other',
    },
    'data-without-cluster': {
      means: 'this volume holds data that cannot be shown to belong to the cluster; nothing is changed',
      todo: 'save the data, then give the node an empty volume',
    },
    'listing-unknown': {
      means: 'no recent answer of the Flux API says which instances exist; it is asked again',
      todo: 'is `FLUX_API_URL` right, and is the API reachable?',
    },
    'self-not-listed': {
      means: 'Flux does not list this address for `APP_NAME`',
      todo: 'is the name right, is `NODE_IP`?',
    },
    'size-unknown': {
      means: 'neither the specification nor `CLUSTER_SIZE` says how many instances there shall be',
      todo: 'set `CLUSTER_SIZE` if it lasts',
    },
    'majority-not-listed': { means: 'Flux has not started a majority of the instances yet' },
    'peer-silent': {
      means: 'a listed instance does not answer on `HOST_PATRONI_API_PORT`; it may hold the only data',
      todo: SILENT,
    },
    'peer-unverifiable': {
      means: 'something answers at a listed address that cannot prove the cluster secret',
      todo: SECRET,
    },
    'peer-holds-data': {
      means: 'an instance holds data without a cluster; it is adopted and not founded beside',
      todo: 'the detail says what the adoption waits for',
    },
    'not-all-answered': {
      means: 'there is data to adopt, and not all instances have answered: a missing one may hold newer rows',
      todo: SILENT,
    },
    'data-unreadable': {
      means: 'an instance holds data that cannot be read, so nobody knows whether it is the newest',
      todo: 'look at the reason on that instance',
    },
    'adoption-blocked': {
      means: 'it cannot be told which copy of the data to adopt is the furthest',
      todo: 'the detail names why, see the codes of the cold start',
    },
    'lead-unknown': { means: 'it is not known yet which copy of the data is the furthest' },
    'data-lost': {
      means: 'the only copy that was to be adopted is gone with its holder',
      todo: 'bring that instance back; or `flux-pg found ADDRESS` with its address begins without the data',
    },
    'lowest-address': { means: 'this node has the lowest address and proposes a cluster' },
    'furthest-copy': { means: 'this node holds the furthest copy and proposes a cluster upon it' },
    'waiting-for-proposal': { means: 'another node is to propose' },
    'proposal-seen': { means: 'this node joins the proposal of the candidate' },
    'proposal-too-small': {
      means: 'the proposal counts fewer instances than this node expects',
      todo: 'is `CLUSTER_SIZE` the same on all instances?',
    },
    'not-short-handed': { means: 'the proposal is for fewer than a majority, and a majority is listed here' },
    'waiting-for-joins': { means: 'this node has proposed, and others are to join' },
    'waiting-for-seal': { means: 'this node has joined, and the proposer is to seal the cluster' },
    'peer-bound-elsewhere': { means: 'a peer has joined another proposal, which has to end first' },
    'majority-joined': { means: 'a majority has joined, and the cluster is sealed' },
    'all-joined': { means: 'all that were ever listed have joined, and the cluster is sealed' },
    'lower-candidate': { means: 'a node with a lower address is there, so this proposal is withdrawn' },
    'size-changed': { means: 'another number of instances is expected now, so the proposal is withdrawn' },
    'short-handed': { means: 'no majority comes, so the proposal is made anew among those that are there' },
    'no-longer-short-handed': { means: 'a majority is listed after all, so the proposal is made anew' },
    'join-released': { means: 'the proposer has withdrawn, and this node is free again' },
    'proposer-lost': { means: 'the proposer is gone for good, and this node is free again' },
    'data-outranks': { means: 'an instance holds data, so the founding of an empty cluster is given up' },
    'proposer-gone': {
      means: 'the proposer is gone, and the others finish its founding if they are a majority',
    },
    'proposer-answers': { means: 'the proposer answers after all, so nobody finishes its founding for it' },
    'proposer-not-gone': { means: 'the proposer is silent, and not for long enough to go on without it' },
    'intent-seen': { means: 'this node promises to finish the founding of a proposer that is gone' },
    'waiting-for-intents': { means: 'others are to promise the same before the founding is finished' },
    'waiting-for-cancel': { means: 'an intent to finish a founding has to be taken back first' },
    'intent-superseded': { means: 'a better intent to finish the founding exists' },
    'intent-released': { means: 'the node that was to finish the founding has moved on' },
    'no-majority': { means: 'fewer than a majority are left to finish the founding' },
    'majority-resumed': {
      means: 'a majority has promised, and the founding of the lost proposer is finished',
    },
    'founding-resumed': { means: 'others finish an older founding, so this proposal is withdrawn' },
  },
};
