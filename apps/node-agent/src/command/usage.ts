/** What `flux-pg --help` prints. */
export const usage = `flux-pg: the state of this node and its cluster

  flux-pg status           what this node does, what it waits for, and the members
  flux-pg status --json    the same for programs
  flux-pg healthcheck      ends with 0 while the agent answers and this node does what it should
  flux-pg --help           this text

What only a person can say; each node has to be told by itself:

  flux-pg recover          what a recovery of the cluster waits for
  flux-pg recover NODE...  these nodes are gone for good: a node id, the beginning of one, or an address
  flux-pg found            what founding waits for; where all copies of the data are lost: begin anew, empty
  flux-pg found ADDRESS... these silent addresses are dead for good and hold nothing of value
  flux-pg reclone          this node's own copy, which does not follow the primary, is given up and cloned anew
  ... --dry-run            explains what would be promised and what follows, and changes nothing

Ends with 0 when done, 1 when the agent does not answer or does not act, 2 on a wrong call, 3 when refused.`;
