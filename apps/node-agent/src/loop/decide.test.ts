import fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import type { Action } from './action.ts';
import { decide, rules } from './decide.ts';
import { aMemberState, aVolume, processesIn, seen, unfinishedClone } from './member-builder.ts';
import type { View } from './view.ts';
import { anEtcdContent, aView, CLUSTER } from './view-builder.ts';
import { aGeneratedView } from './view-generator.ts';

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
  'write-cluster-keys',
  'put-record',
  'set-aside-pgdata',
  'apply-patroni-config',
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
    before('leave-foreign-volume', 'found-cluster');
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

  it('touches nothing of a node that has to be adopted, data or not', () => {
    const view = aView({ volume: aVolume({ kind: 'absent' }, { atRoot: true }) });
    const steered = new Set<Action['kind']>(['set-router-servers']);
    expect(decide(view, steered).action.kind).toBe('wait');
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
        expect(reason).toMatch(/^[a-z0-9]+(-[a-z0-9]+)*$/);
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
