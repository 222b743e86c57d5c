import type { Mutation } from '../mutation.ts';

const MEMBERSHIP = 'packages/etcd-membership/src/membership';

/** Mistakes in who belongs to etcd, and in what is believed of Flux. */
export const membershipMutations: readonly Mutation[] = [
  {
    name: 'removal-without-quorum',
    hole: 'no fault leaves an etcd well while its agent is silent for longer than a membership settles',
    breaks: '7: a member is removed if the rest keeps quorum',
    edits: [
      {
        file: `${MEMBERSHIP}/removal-rules.ts`,
        find: '  if (!isQuorum(healthyAmong(others), others.length)) return null;',
        replace: '',
      },
      // Somebody who does not answer for a moment is given up at once.
      {
        file: `${MEMBERSHIP}/roster.ts`,
        find: '    else if (isReplaced(view, nodeId, address))',
        replace: '    else if (isReplaced(view, nodeId, address) || address !== null)',
      },
      // etcd refuses this by itself, which would hide the mistake.
      {
        file: 'packages/etcd-membership/src/model/membership-rules.ts',
        find: '  return !connected || healthy - 1 >= quorum(otherVoters);',
        replace: '  return connected || healthy >= 0;',
      },
    ],
    grounds: [{ situations: ['an agent restarts while another voter is down'] }],
    violates: ['removal-costs-quorum'],
  },
  {
    name: 'empty-answer-trusted',
    breaks: '5: an empty or short answer is no information',
    edits: [
      {
        file: 'apps/node-agent/src/flux/flux-readings.ts',
        find: '    const usable = latest.ok && latest.value.instances.length > 0;',
        replace: '    const usable = latest.ok;',
      },
      // Whoever begins a recovery has to be listed itself, which an empty answer never says.
      {
        file: 'packages/etcd-membership/src/recovery/field.ts',
        find: '  ...(field.complete\n',
        replace: '  ...(field.complete || field.peers.size === 0\n',
      },
      {
        file: 'packages/etcd-membership/src/absence/absence-evidence.ts',
        find: '  return 2 * (listed.size + 1) > living.size + 1;',
        replace: '  return true;',
      },
      {
        file: 'packages/etcd-membership/src/absence/absence-evidence.ts',
        find: '  if (evidence.ownAddress === null || !addresses.has(evidence.ownAddress)) return false;',
        replace: '',
      },
      {
        file: 'test-simulation/src/flux/flux-calls.ts',
        find: '      if (addresses.length === 0) return [];\n      return [{ witness: `10',
        replace: '      return [{ witness: `10',
      },
    ],
    grounds: [{ situations: ['a cut-off node is told by Flux that nobody exists'] }],
  },
  {
    name: 'one-witness-is-enough',
    breaks: '8: at least 5 of the 9 witnesses',
    edits: [
      {
        file: 'packages/etcd-membership/src/absence/witnesses.ts',
        find: '  return Math.floor(total / 2) + 1;',
        replace: '  return Math.min(total, 1);',
      },
    ],
    grounds: [
      { situations: ['a cut-off node has the answer of one wrong witness'] },
      { profile: 'recovery', seeds: 40 },
    ],
  },
  {
    name: 'address-taken-for-identity',
    breaks: '4: identity is the uuid, an address is only an address',
    edits: [
      {
        file: 'apps/node-agent/src/loop/known-members.ts',
        find: '    if (address !== null) known.set(nodeId, { ...known.get(nodeId), nodeId, address, ports });',
        replace:
          '    if (address !== null && !known.has(nodeId)) known.set(nodeId, { nodeId, address, ports });',
      },
      {
        file: 'apps/node-agent/src/loop/rules/cluster-keys.ts',
        find: 'if (stored !== undefined && JSON.stringify(stored) === JSON.stringify(record)) return null;',
        replace: 'if (stored !== undefined) return null;',
      },
    ],
    grounds: [{ situations: ['two nodes swap their addresses'] }, { profile: 'minority', seeds: 40 }],
  },
  {
    name: 'incarnation-reused',
    hole: 'the model of etcd lets a voter with an empty log catch up, and no fault makes it vote twice',
    breaks: '4: a new incarnation for each fresh etcd directory',
    edits: [
      {
        file: 'apps/node-agent/src/loop/act-volume.ts',
        find: '  await ports.volume.writeState({ ...view.state, etcd: freshEtcd(ports) });',
        replace:
          '  const etcd = { ...freshEtcd(ports), incarnation: view.state.etcd.incarnation };\n  await ports.volume.writeState({ ...view.state, etcd });',
      },
      {
        file: 'apps/node-agent/src/loop/rules/etcd.ts',
        find: '  if (entry === null || !entry.isLearner) return null;',
        replace: '  if (entry === null) return null;',
      },
      {
        file: `${MEMBERSHIP}/removal-rules.ts`,
        find: "    return empty && !member.isLearner ? 'member-without-data' : null;",
        replace: '    return empty ? null : null;',
      },
    ],
    grounds: [{ situations: ['one etcd directory is emptied'] }],
  },
];
