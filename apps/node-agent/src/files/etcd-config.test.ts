import { memberName, peerUrl } from '@flux-pg/etcd-membership';
import { describe, expect, it } from 'vitest';
import type { NodeState } from '../identity/node-state.ts';
import type { EtcdStart } from '../loop/action.ts';
import { aMemberState } from '../loop/member-builder.ts';
import { aConfig, CLUSTER, NODE, OTHER } from '../loop/view-builder.ts';
import { etcdConfig } from './etcd-config.ts';

const OWN = memberName(NODE, 'aaaaaaaa');
const OTHERS = memberName(OTHER, 'bbbbbbbb');
const joining: EtcdStart = {
  kind: 'join',
  initialCluster: [OWN, OTHERS].map((name) => ({ name, peerUrl: peerUrl(name, 2380) })),
};

function stateOf(founder: boolean, seeding: boolean, started: boolean): NodeState {
  return aMemberState({
    cluster: { id: CLUSTER, epoch: 1, founder, seeding },
    etcd: { incarnation: 'aaaaaaaa', started, writtenFor: null },
  });
}

function settingOf(key: string, state: NodeState, start: EtcdStart): string | undefined {
  return new RegExp(`^${key}: "(.*)"$`, 'm').exec(etcdConfig(aConfig(), state, start))?.[1];
}

const begins = (state: NodeState, start: EtcdStart) =>
  settingOf('initial-cluster-state', state, start) === 'new';

describe('etcd.yml', () => {
  it('lets the first etcd of a cluster begin it, and begin again after it was cut short', () => {
    const seeding = stateOf(true, true, false);
    expect(begins(seeding, { kind: 'new' })).toBe(true);
    expect(begins(seeding, { kind: 'own-data' })).toBe(true);
  });

  it.each([
    ['of a node that joined', stateOf(false, false, false)],
    ['of a node that joined and voted', stateOf(false, false, true)],
    ['of the founder, once it has had a leader', stateOf(true, true, true)],
    ['of the founder, once the cluster’s keys are written', stateOf(true, false, false)],
  ])('never lets data %s become a cluster of its own', (_, state) => {
    expect(begins(state, { kind: 'own-data' })).toBe(false);
    expect(begins(state, joining)).toBe(false);
  });

  it('names all members to one that joins, and only itself to one with data', () => {
    const state = stateOf(false, false, false);
    expect(settingOf('initial-cluster', state, joining)).toBe(
      `${OWN}=https://${OWN}:2380,${OTHERS}=https://${OTHERS}:2380`,
    );
    expect(settingOf('initial-cluster', state, { kind: 'own-data' })).toBe(`${OWN}=https://${OWN}:2380`);
  });
});
