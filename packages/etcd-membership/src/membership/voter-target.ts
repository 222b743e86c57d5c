/**
 * How many members of etcd shall vote: the largest odd number that is not more than `members`, at most `maxVoters`.
 * An even number survives no more losses than the odd one below it, so two members have a single voter.
 */
export function voterTarget(members: number, maxVoters: number): number {
  const limit = Math.max(1, Math.min(members, maxVoters));
  return limit % 2 === 0 ? limit - 1 : limit;
}
