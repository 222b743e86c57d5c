import { memberName } from '@flux-pg/etcd-membership';
import { describe, expect, it } from 'vitest';
import { aMemberState, processesIn, seen } from '../member-builder.ts';
import type { EtcdContent, View } from '../view.ts';
import { anEtcdContent, anEtcdMember, aView, CLUSTER, NODE, OTHER } from '../view-builder.ts';
import { stopRemoved } from './removed-etcd.ts';

const OWN = memberName(NODE, 'aaaaaaaa');
const others = anEtcdMember(memberName(OTHER, 'bbbbbbbb'));
const running = processesIn({ etcd: 'running' });

function decisionOf(members: EtcdContent['members'], difference: Partial<View> = {}) {
  const cluster = { id: CLUSTER, epoch: 1, seededBy: null, superuser: 'postgres', foundedAtMs: 1 };
  const etcd = seen(anEtcdContent({ cluster, members }));
  return stopRemoved.apply(aView({ state: aMemberState(), processes: running, etcd, ...difference }));
}

describe('an etcd that runs', () => {
  it('is stopped once the others list it no more, whichever it was before', () => {
    const older = anEtcdMember(memberName(NODE, 'cccccccc'));
    for (const members of [[others], [others, older]]) {
      expect(decisionOf(members)).toEqual({
        action: { kind: 'stop-program', program: 'etcd' },
        reason: 'removed-from-etcd',
        detail: OWN,
      });
    }
  });

  it('runs on while it is listed, as a voter or as a learner that has not started', () => {
    expect(decisionOf([others, anEtcdMember(OWN)])).toBeNull();
    expect(decisionOf([others, anEtcdMember(OWN, { name: '', isLearner: true })])).toBeNull();
  });

  it.each<readonly [string, Partial<View>]>([
    ['etcd does not answer', { etcd: { ok: false, error: 'timeout' } }],
    ['it does not run', { processes: processesIn({}) }],
    [
      'the list is of another epoch',
      { state: aMemberState({ cluster: { id: CLUSTER, epoch: 2, founder: false } }) },
    ],
    ['this node belongs to no cluster', { state: aMemberState({ cluster: null }) }],
  ])('is left alone while %s', (_, difference) => {
    expect(decisionOf([others], difference)).toBeNull();
  });

  it('is left alone by a list of nobody', () => {
    expect(decisionOf([])).toBeNull();
  });
});
