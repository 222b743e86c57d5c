import fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import type { Action } from './action.ts';
import { decide, rules } from './decide.ts';
import {
  aMemberDocument,
  aMemberState,
  aPeer,
  aToldCluster,
  aVolume,
  processesIn,
  seen,
  unfinishedClone,
} from './member-builder.ts';
import type { View } from './view.ts';
import { anEtcdContent, aView, CLUSTER, OTHER } from './view-builder.ts';
import { aGeneratedView } from './view-generator.ts';
import { patroniConfig } from './wanted/patroni-config.ts';

const nothing: ReadonlySet<Action['kind']> = new Set();

const kinds = [
  'persist-state',
  'propose',
  'start-router',
  'set-router-servers',
  'write-hosts',
  'start-etcd',
  'restart-etcd',
  'renew-incarnation',
  'renew-start-id',
  'stop-program',
  'persist-order',
  'adopt-root-data',
  'complete-bootstrap',
  'release-initialize',
  'yield-cluster',
  'write-cluster-keys',
  'note-copy',
  'forget-copy',
  'put-witnesses',
  'grant-bootstrap',
  'check-user-data',
  'ask-failover',
  'hand-over',
  'put-record',
  'set-aside-pgdata',
  'tend-quarantine',
  'apply-patroni-config',
  'delete-registration',
  'start-patroni',
  'provision-database',
  'ensure-roles',
  'change-membership',
  'write-mirror',
] as const satisfies readonly Action['kind'][];

describe('the rules', () => {
  it('have names of their own', () => {
    expect(new Set(rules.map(({ name }) => name)).size).toBe(rules.length);
  });

  it('put safety before liveness: no program starts before its data were judged', () => {
    const order = rules.map(({ name }) => name);
    const before = (first: string, second: string) => {
      expect(order).toContain(first);
      expect(order).toContain(second);
      expect(order.indexOf(first), `${first} before ${second}`).toBeLessThan(order.indexOf(second));
    };
    // Once another tick is completed, nobody would know any more that ticks had stopped; stopping PostgreSQL completes none.
    expect(order.slice(0, 2)).toEqual(['stop-stale-patroni', 'mark-stale']);
    before('adopt-root-data', 'leave-unreadable');
    before('leave-unreadable', 'found-cluster');
    before('note-restored', 'run-etcd');
    before('note-restored', 'run-patroni');
    before('fence', 'stop-while-stale');
    before('stop-while-stale', 'found-cluster');
    before('end-clash', 'recover');
    before('take-newer-mirror', 'recover');
    before('recover', 'run-etcd');
    before('await-release', 'run-patroni');
    before('await-recovery', 'require-own-etcd');
    before('require-own-etcd', 'end-seeding');
    before('require-own-etcd', 'change-membership');
    before('require-own-etcd', 'regrant-bootstrap');
    before('repeat-bootstrap', 'run-patroni');
    before('tell-lost-data', 'configure-patroni');
    before('found-cluster', 'run-etcd');
    before('map-member-names', 'run-etcd');
    before('note-etcd-started', 'require-own-etcd');
    before('require-own-etcd', 'keep-own-record');
    before('require-own-etcd', 'set-aside-unfinished');
    before('set-aside-unfinished', 'run-patroni');
    before('configure-patroni', 'run-patroni');
    before('require-own-etcd', 'provision-database');
  });
});

describe('a decision', () => {
  it('is the first that applies', () => {
    expect(decide(aView({ processes: processesIn({ router: 'stopped' }) }), nothing).reason).toBe(
      'router-down',
    );
    expect(decide(aView(), nothing).reason).toBe('router-servers-differ');
  });

  it('moves a PGDATA of version 1 before all else that concerns the volume, and waits where it cannot', () => {
    const view = aView({ volume: aVolume({ kind: 'absent' }, { atRoot: true }) });
    const steered: Action['kind'][] = ['set-router-servers'];
    expect(decide(view, new Set(steered)).action.kind).toBe('adopt-root-data');
    const failed = decide(view, new Set([...steered, 'write-hosts', 'adopt-root-data']));
    expect(failed.action.kind).toBe('wait');
  });

  it('lets nothing start after one that forbids it and could not be carried out', () => {
    const higher = aPeer(aMemberDocument({ cluster: aToldCluster({ epoch: 2, seededBy: OTHER }) }));
    const cluster = { id: CLUSTER, epoch: 1, founder: true };
    const view = aView({ state: aMemberState({ cluster }), peers: [higher] });
    const held = new Set<Action['kind']>(['set-router-servers', 'write-hosts', 'persist-state']);
    expect(decide(view, held)).toMatchObject({ action: { kind: 'wait' } });
    const alone = { ...view, peers: [], applied: { ...view.applied, hosts: '[]' } };
    expect(decide({ ...alone, peers: [] }, held).reason).not.toBe('higher-epoch-heard');
  });

  it('does nothing on a new etcd whose keys could not all be written', () => {
    const view = aView({
      state: aMemberState({ cluster: { id: CLUSTER, epoch: 1, founder: true } }),
      etcd: seen(anEtcdContent({ cluster: null })),
      processes: processesIn({ etcd: 'running' }),
    });
    const held: Action['kind'][] = ['set-router-servers', 'write-hosts', 'write-cluster-keys'];
    expect(decide(view, new Set(held)).action.kind).toBe('wait');
    // Whatever else is held back meanwhile: the half-written etcd would let this node, its grantee, start Patroni.
    const config = { ...view, applied: { ...view.applied, patroniConfig: patroniConfig(view) } };
    fc.assert(
      fc.property(fc.subarray([...kinds]), (more) => {
        const { kind } = decide(config, new Set([...held, ...more])).action;
        expect(kind).toBe('wait');
      }),
    );
    const written = { ...config, etcd: seen(anEtcdContent()) };
    const all = kinds.filter((kind) => kind !== 'start-patroni');
    expect(decide(written, new Set(all)).action.kind).toBe('start-patroni');
  });

  it('still tells the node where others are, and stops programs, while it may do nothing else', () => {
    const higher = aPeer(aMemberDocument({ cluster: aToldCluster({ epoch: 2, seededBy: OTHER }) }));
    const running = aView({
      state: aMemberState(),
      peers: [higher],
      processes: processesIn({ etcd: 'running', patroni: 'running' }),
    });
    const held = new Set<Action['kind']>(['set-router-servers', 'write-hosts', 'persist-state']);
    expect(decide(running, held).action).toEqual({ kind: 'stop-program', program: 'patroni' });
  });

  it('goes on with what is next while an action is held back', () => {
    const state = aMemberState();
    const held = new Set<Action['kind']>(['set-router-servers']);
    expect(decide(aView({ state }), held).action.kind).toBe('write-hosts');
  });

  it('tells the reason that is held back when there is nothing else to do', () => {
    const state = aMemberState({ cluster: { id: CLUSTER, epoch: 1, founder: true } });
    const held = new Set<Action['kind']>(['set-router-servers', 'write-hosts', 'start-etcd']);
    expect(decide(aView({ state }), held)).toEqual({
      action: { kind: 'wait' },
      reason: 'router-servers-differ',
      detail: '',
    });
  });

  it('does not start Patroni on an unfinished copy that cannot be moved', () => {
    const view = aView({
      state: aMemberState(),
      etcd: seen(anEtcdContent({ bootstrap: null })),
      volume: aVolume(unfinishedClone),
    });
    const held = new Set<Action['kind']>(kinds.filter((kind) => kind !== 'start-patroni'));
    expect(decide(view, held).action.kind).toBe('wait');
  });

  it('is exactly one, for any view and whatever is held back', () => {
    fc.assert(
      fc.property(aGeneratedView(), fc.subarray([...kinds]), (view, held) => {
        const { action, reason, detail } = decide(view, new Set(held));
        expect(['wait', ...kinds]).toContain(action.kind);
        expect(held).not.toContain(action.kind);
        // `data_lost` is how the design writes it.
        expect(reason).toMatch(/^[a-z0-9]+([-_][a-z0-9]+)*$/);
        expect(typeof detail).toBe('string');
      }),
      { numRuns: 300 },
    );
  });

  it('is the same for the same view, and changes nothing of it', () => {
    fc.assert(
      fc.property(aGeneratedView(), (view: View) => {
        const before = structuredClone({ ...view, config: null });
        const decision = decide(view, nothing);
        expect(decide(view, nothing)).toEqual(decision);
        expect({ ...view, config: null }).toEqual(before);
      }),
      { numRuns: 100 },
    );
  });
});
