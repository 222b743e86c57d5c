import { decided, waiting } from '../action.ts';
import { ownRecord } from '../known-members.ts';
import type { Rule } from './rule.ts';

/** Nothing is done with an etcd that does not answer, and nothing in one that belongs to another cluster. */
export const requireOwnEtcd: Rule = {
  name: 'require-own-etcd',
  apply: (view) => {
    if (!view.etcd.ok) return waiting('etcd-unreachable', view.etcd.error);
    const { cluster } = view.etcd.value;
    const own = view.state.cluster;
    if (own === null) return waiting('no-cluster');
    if (cluster === null) {
      return own.founder
        ? decided({ kind: 'write-cluster-keys' }, 'cluster-keys-missing')
        : waiting('cluster-keys-missing', 'the founder has not written them yet');
    }
    return cluster.id === own.id ? null : waiting('foreign-etcd', cluster.id);
  },
};

/** Each member keeps its own record true; the record is what makes it a member. */
export const keepOwnRecord: Rule = {
  name: 'keep-own-record',
  apply: (view) => {
    const record = ownRecord(view);
    if (!view.etcd.ok || record === null) return null;
    const stored = view.etcd.value.records.find(({ nodeId }) => nodeId === record.nodeId);
    if (stored !== undefined && JSON.stringify(stored) === JSON.stringify(record)) return null;
    return decided(
      { kind: 'put-record', record },
      stored === undefined ? 'member-admitted' : 'own-address-changed',
    );
  },
};
