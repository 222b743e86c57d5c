import { describe, expect, it } from 'vitest';
import { explainRecovery } from './explain-recovery.ts';
import { aListed, anIntent, aPeer, aView } from './recovery-builders.ts';

describe('the explanation of a recovery', () => {
  it('says what would happen when nothing blocks', () => {
    expect(explainRecovery(aView())).toEqual({
      possible: true,
      blocks: [],
      steps: [
        'n1, n2 promise epoch 2 and stop Patroni and etcd.',
        'n1 starts a new etcd and leads with its copy of the data.',
        'The others set their etcd data aside, join the new etcd and follow.',
        'What only n3 may hold is given up; coming back, they follow.',
      ],
    });
  });

  it('names everything that blocks at once', () => {
    const view = aView({
      self: { stale: true },
      voters: ['n1', 'n2'],
      peers: [aPeer('n2', { fenced: true, listedByQuorum: false })],
      listed: [aListed('10.0.0.3', 'silent', 'n3'), aListed('10.0.0.9', 'present')],
      lead: { nodeId: null, blocked: 'two system ids' },
    });
    expect(explainRecovery(view)).toMatchObject({
      possible: false,
      blocks: [
        'The old etcd can return with n1, n2: 2 of 2 voters are enough.',
        'This node was cut off or stopped, and waits until it has heard from every member.',
        'A listed address does not answer (10.0.0.3: is silent). It may hold newer data.',
        'A listed address answers, but cannot prove who it is (10.0.0.9: is present). It may hold newer data.',
        'The member n2 at 10.0.0.2 was cut off or stopped, and has not yet heard from everybody.',
        'The member n2 at 10.0.0.2 is not listed by a quorum of the witnesses, and not every member answers.',
        'It is not clear which copy of the data leads: two system ids.',
      ],
    });
  });

  it.each([
    ['etcd answers', { etcdUnreachableForMs: 0 }, 'etcd answers: nothing has to be recovered.'],
    ['the voters are unknown', { voters: [] }, 'It is not known which nodes were the voters of etcd.'],
    [
      'the grace is not over',
      { etcdUnreachableForMs: 570_001 },
      'etcd has not been silent for long enough; 30 s are left.',
    ],
    ['there is no listing', { listed: null }, 'No recent listing of the instances is known.'],
    [
      'a member is silent',
      { formerVoters: ['n7'] },
      'The member n7 does not answer and does not count as gone.',
    ],
  ])('says when %s', (_, difference, sentence) => {
    expect(explainRecovery(aView(difference)).blocks).toEqual([sentence]);
  });

  it('shows what a declaration would change, and an intent that is under way', () => {
    const silent = { listed: [aListed('10.0.0.3', 'silent', 'n3')] };
    expect(explainRecovery(aView(silent)).possible).toBe(false);
    expect(explainRecovery(aView({ ...silent, declaredGone: new Set(['n3']) })).possible).toBe(true);
    const intent = anIntent('n2', ['n1', 'n2'], { epoch: 8 });
    expect(explainRecovery(aView({ self: { intent } })).steps[0]).toContain('epoch 8');
  });
});
