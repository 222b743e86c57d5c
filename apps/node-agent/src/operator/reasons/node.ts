import type { ReasonArea } from './reason.ts';

/** What a node does whatever the cluster is in. */
export const nodeArea: ReasonArea = {
  title: 'The node itself',
  about: 'Configuration, router, addresses, and what a person has said.',
  reasons: {
    steady: { means: 'there is nothing to do' },
    starting: { means: 'the first look is not over yet' },
    misconfigured: {
      means: 'the environment is unusable, and nothing is touched',
      todo: 'each problem is listed with its mend; correct the environment and redeploy',
    },
    'supervisor-unreachable': {
      means: 'supervisord does not answer, so no program can be started or stopped',
      todo: 'restart the container if it lasts',
    },
    'router-down': { means: 'the router does not run and is started' },
    'router-servers-differ': { means: 'the router is told where the primary, the replicas and etcd are' },
    'own-address-unknown': {
      means: 'this node does not know the address at which others reach it',
      todo: 'set `NODE_IP` if it lasts',
    },
    'own-address-changed': { means: 'this node tells the others its new address' },
    'member-addresses-differ': { means: 'the names of the members are mapped to their newest addresses' },
    'mirror-outdated': { means: 'what must outlive etcd is copied to the volume' },
    'newer-mirror-told': { means: 'etcd does not answer, and a peer knows more recent members' },
    'operator-declares-gone': { means: 'the word of `flux-pg recover` is persisted' },
    'operator-permits-founding': { means: 'the word of `flux-pg found` is persisted' },
    'operator-gives-up-copy': { means: 'the word of `flux-pg reclone` is persisted' },
    'declared-node-answers': {
      means: 'a node or an address that was declared dead answers, so the declaration is over',
    },
    'permission-used': { means: 'a primary runs, so the permission to begin anew is over' },
  },
};
