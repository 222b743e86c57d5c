import { describe, expect, it } from 'vitest';
import { nodeIdOf, parseMemberList } from './etcd-members.ts';

const VOTER = 'node-a-0a86e626.fluxpg';
const LEARNER = 'node-b-6b62764f.fluxpg';
const output = [
  `c2fffbbd3ce8330, started, ${VOTER}, https://${VOTER}:2380, https://${VOTER}:2379, false`,
  `dc460b3582d6de04, unstarted, , https://${LEARNER}:2380, , true`,
  '',
].join('\n');

describe('the member list', () => {
  it('tells a voter from a learner that has not started', () => {
    expect(parseMemberList(output)).toEqual([
      { id: 'c2fffbbd3ce8330', name: VOTER, peerUrl: `https://${VOTER}:2380`, isLearner: false },
      { id: 'dc460b3582d6de04', name: '', peerUrl: `https://${LEARNER}:2380`, isLearner: true },
    ]);
  });

  it('names the node of each member', () => {
    expect(parseMemberList(output).map(nodeIdOf)).toEqual(['node-a', 'node-b']);
  });

  it('is not guessed where a line is no member', () => {
    expect(() => parseMemberList('Error: context deadline exceeded')).toThrow();
  });
});
