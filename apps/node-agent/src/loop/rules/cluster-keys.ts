import { decided, waiting } from '../action.ts';
import { leaderKey } from '../cold-start.ts';
import { ownRecord } from '../known-members.ts';
import { isOwnEpoch } from '../own-epoch.ts';
import { goneNodes } from '../standing.ts';
import type { Rule } from './rule.ts';

/** Nothing is done with an etcd that does not answer, and nothing in one of another cluster or epoch. */
export const requireOwnEtcd: Rule = {
  name: 'require-own-etcd',
  blocks: true,
  apply: (view) => {
    if (!view.etcd.ok) return waiting('etcd-unreachable', view.etcd.error);
    const { cluster: stored } = view.etcd.value;
    const { cluster: own } = view.state;
    if (own === null) return waiting('no-cluster');
    if (stored === null) {
      return own.founder
        ? decided({ kind: 'write-cluster-keys' }, 'cluster-keys-missing')
        : waiting('cluster-keys-missing', 'the founder has not written them yet');
    }
    if (stored.id !== own.id) return waiting('foreign-etcd', stored.id);
    return isOwnEpoch(view) ? null : waiting('etcd-of-other-epoch', String(stored.epoch));
  },
};

/** The keys of a new epoch are all there, the cluster's last of all, so that nothing has to be taken up again. */
export const endSeeding: Rule = {
  name: 'end-seeding',
  apply: ({ state }) => {
    const { cluster } = state;
    if (cluster?.seeding !== true) return null;
    const seeded = { ...state, cluster: { ...cluster, seeding: false } };
    return decided({ kind: 'persist-state', state: seeded }, 'epoch-seeded', `epoch ${cluster.epoch}`);
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

/** Who has held a copy is remembered beyond its membership: nobody may initialise anew while it could return. */
export const noteCopy: Rule = {
  name: 'note-copy',
  apply: ({ etcd, volume, state, ownAddress }) => {
    if (!etcd.ok || volume.postgres.kind !== 'copy' || ownAddress === null) return null;
    if (volume.postgres.systemId !== etcd.value.patroni.initialize) return null;
    const { address } = ownAddress;
    const noted = etcd.value.copyHolders.find(({ nodeId }) => nodeId === state.nodeId);
    return noted?.address === address ? null : decided({ kind: 'note-copy', address }, 'copy-not-noted');
  },
};

/** While somebody serves, a copy of a node that is gone for good is not needed for knowing what could be lost. */
export const forgetCopyHolder: Rule = {
  name: 'forget-copy-holder',
  apply: (view) => {
    const { etcd, localEtcd } = view;
    if (!etcd.ok || !localEtcd.ok || localEtcd.value.leaderId !== localEtcd.value.memberId) return null;
    if (leaderKey(view)?.runsPrimary !== true) return null;
    const members = new Set(etcd.value.records.map(({ nodeId }) => nodeId));
    const gone = goneNodes(view);
    const holder = etcd.value.copyHolders.find(({ nodeId }) => !members.has(nodeId) && gone.has(nodeId));
    return holder === undefined
      ? null
      : decided({ kind: 'forget-copy', nodeId: holder.nodeId }, 'copy-holder-gone', holder.nodeId);
  },
};

/** All members have to ask the same witnesses, so the set is agreed on in etcd, by the agent beside its leader. */
export const agreeOnWitnesses: Rule = {
  name: 'agree-on-witnesses',
  apply: ({ etcd, localEtcd, proposedWitnesses: witnesses }) => {
    if (!etcd.ok || !localEtcd.ok || witnesses === null) return null;
    if (localEtcd.value.leaderId !== localEtcd.value.memberId) return null;
    const expected = etcd.value.witnesses;
    if (JSON.stringify(witnesses) === JSON.stringify(expected)) return null;
    // Proposed while another set was agreed on. Two that are replaced at once would leave a side that knows the old set
    // without a majority in common with the new one.
    if (expected.filter((witness) => !witnesses.includes(witness)).length > 1) return null;
    return decided({ kind: 'put-witnesses', witnesses, expected }, 'witnesses-renewed', witnesses.join(', '));
  },
};
