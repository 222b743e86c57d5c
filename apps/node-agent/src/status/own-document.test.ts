import { memberName } from '@flux-pg/etcd-membership';
import fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import { aCopy, aMemberState, aVolume, processesIn, seen } from '../loop/member-builder.ts';
import { aConfig, aView, CLUSTER, NODE, OTHER } from '../loop/view-builder.ts';
import { aGeneratedView } from '../loop/view-generator.ts';
import { statusDocumentSchema } from './document.ts';
import { ownDocument } from './own-document.ts';

const told = { software: '1.0.0', fingerprint: 'ab12', reason: 'steady' };
const facts = { ...told, nowMs: aView().lookedAtMs + 2500 };

describe('the status of a node', () => {
  it('of a virgin says that it is one, and under which name it would join etcd', () => {
    const view = aView();
    expect(ownDocument(view, view.state, facts)).toEqual({
      protocol: 1,
      ...told,
      ageMs: 2500,
      nodeId: NODE,
      address: '10.0.0.1',
      ports: view.config.hostPorts,
      expectedNodes: 3,
      virgin: true,
      cluster: null,
      founding: { kind: 'none' },
      withdrawn: [],
      volume: { postgres: { kind: 'absent', systemId: null, timeline: null }, etcd: false },
      etcd: { memberName: memberName(NODE, 'aaaaaaaa'), running: false, reading: null },
      postgres: null,
      heard: {},
    });
  });

  it('tells a promise as soon as it is on disk, and not what the last look saw', () => {
    const founding = { kind: 'joined' as const, clusterId: CLUSTER, proposerNodeId: OTHER };
    const view = aView();
    expect(ownDocument(view, { ...view.state, founding }, facts).founding).toEqual(founding);
    const sealed = ownDocument(view, aMemberState(), facts);
    expect(sealed).toMatchObject({ virgin: false, cluster: { id: CLUSTER, epoch: 1 } });
    expect(sealed.cluster).not.toHaveProperty('founder');
  });

  it('tells what the volume holds and what runs', () => {
    const reading = {
      memberId: '1',
      leaderId: '1',
      raftTerm: 2,
      raftIndex: 5,
      raftAppliedIndex: 5,
      dbSizeBytes: 0,
      isLearner: false,
      version: '3.5.30',
      errors: ['etcdserver: no leader'],
    };
    const view = aView({
      volume: aVolume(aCopy('7000'), { etcdData: true }),
      processes: processesIn({ etcd: 'running' }),
      localEtcd: seen(reading),
      postgres: seen({ role: 'replica', state: 'running', timeline: 3, replicating: [] }),
    });
    expect(ownDocument(view, aMemberState(), facts)).toMatchObject({
      volume: { postgres: { kind: 'copy', systemId: '7000', timeline: 1 }, etcd: true },
      etcd: { running: true, reading: { memberId: '1', leaderId: '1', errors: ['etcdserver: no leader'] } },
      postgres: { role: 'replica', state: 'running', timeline: 3 },
    });
  });

  it('tells how long ago each member gave a sign of life', () => {
    const view = aView();
    const memory = { ...view.memory, heardAtMs: { [OTHER]: view.nowMs - 12_400 } };
    expect(ownDocument({ ...view, memory }, view.state, facts).heard).toEqual({ [OTHER]: 12 });
  });

  it('holds no secret', () => {
    const config = aConfig({ SSL_PASSPHRASE: 'the passphrase of the cluster' });
    const text = JSON.stringify(ownDocument(aView({ config }), aMemberState(), facts));
    for (const secret of ['superuser-password', 'replication-password', 'api-password', 'passphrase']) {
      expect(text).not.toContain(secret);
    }
  });

  it('can be read by its peers, whatever the node sees', () => {
    fc.assert(
      fc.property(aGeneratedView(), (view) => {
        const sent: unknown = JSON.parse(JSON.stringify(ownDocument(view, view.state, facts)));
        expect(statusDocumentSchema.safeParse(sent).error).toBeUndefined();
      }),
      { numRuns: 300 },
    );
  });
});
