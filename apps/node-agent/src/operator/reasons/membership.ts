import type { ReasonArea } from './reason.ts';

/** Who is a member of etcd. */
export const membershipArea: ReasonArea = {
  title: 'Membership',
  about: "The agent beside etcd's leader admits, promotes and removes members, one change at a time.",
  reasons: {
    'etcd-unknown': { means: 'etcd on this node cannot be read, so that nothing is changed' },
    'not-the-leader': { means: "this node's etcd does not lead, so another agent decides" },
    'member-admitted': { means: 'this node makes itself known as a member' },
    'voter-wanted': { means: 'a node that waits is admitted to etcd as a learner' },
    'voter-follows-primary': { means: "the only voter moves to the primary's node" },
    'learner-starting': { means: 'an admitted node has not started its etcd yet' },
    'learner-catching-up': { means: 'an admitted node copies the content of etcd' },
    'learner-in-sync': { means: 'the learner is up to date and gets its vote' },
    'learner-waits-for-voters': {
      means: 'the learner is ready, and too few voters are healthy to give it a vote',
    },
    'learner-stalled': { means: 'a learner has made no progress for 5 minutes and is removed' },
    'membership-settling': { means: 'the next change waits until the last one has shown its effect' },
    'member-superseded': { means: 'the node of a member has a newer etcd, so the old entry is removed' },
    'member-without-data': { means: 'the node of a voter has lost its etcd data, so the entry is removed' },
    'member-replaced': { means: 'another node has the address of a silent member, which is removed' },
    'member-gone': { means: 'a member is gone, and is removed' },
    'member-silent': {
      means:
        'a member has not been heard of for too long; a voter is removed for a node that waits, or a recovery is held back',
      todo: 'if it is lost for good, `flux-pg recover NODE` says so',
    },
    'member-forgotten': { means: 'the record of a node that is gone is deleted' },
    'former-voter-recorded': {
      means: 'a silent voter is written down before it is removed, as it may live on',
    },
    'former-voter-answered': { means: 'a voter that was removed for its silence answers again' },
    'former-voter-gone': { means: 'a voter that was removed for its silence is gone' },
    'surplus-voter': { means: 'two voters are one too many for this number of nodes' },
    'single-voter-on-primary': {
      means: "etcd's leadership moves to the voter that will stay, on the primary's node",
    },
    'leader-off-primary': { means: "etcd's leadership moves away from the primary's node" },
    'voter-absent': { means: 'a voter is silent; it is replaced after `ABSENCE_GRACE` or `ABSENCE_TIMEOUT`' },
    'voters-missing': { means: 'fewer nodes vote than should, and none waits to be admitted' },
    'membership-complete': { means: 'all members are as they should be' },
    'witnesses-renewed': { means: 'the members agree on the Flux nodes that are asked as witnesses' },
  },
};
