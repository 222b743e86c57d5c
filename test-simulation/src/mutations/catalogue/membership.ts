import type { Mutation } from '../mutation.ts';

const MEMBERSHIP = 'packages/etcd-membership/src/membership';

/** Mistakes in who belongs to etcd, and in what is believed of Flux. */
export const membershipMutations: readonly Mutation[] = [
  {
    name: 'removal-without-quorum',
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
    grounds: [{ situations: ['an agent hangs while the etcd of another voter is down'] }],
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
        find: '      if (addresses.length === 0) return [];\n      return [{ witness: witnessAddress(source),',
        replace: '      return [{ witness: witnessAddress(source),',
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
      // While etcd can be read, a quorum without it has everything: it starts by what it remembers of the others.
      {
        file: 'apps/node-agent/src/loop/rules/etcd.ts',
        find: '  const members = view.etcd.ok ? view.etcd.value.members : [];\n  const entry',
        replace: `  const remembered = (view.mirror?.voters ?? []).map((voter) => ({
    id: voter, name: voter, peerUrls: ['https://' + voter + ':' + view.config.hostPorts.etcdPeer], clientUrls: [], isLearner: false,
  }));
  const members = view.etcd.ok ? view.etcd.value.members : remembered;
  const entry`,
      },
      {
        file: `${MEMBERSHIP}/removal-rules.ts`,
        find: "    return empty && !member.isLearner ? 'member-without-data' : null;",
        replace: '    return empty ? null : null;',
      },
    ],
    grounds: [{ situations: ['an emptied voter meets one that lags, without the leader'] }],
    violates: ['etcd-history-lost'],
  },
  {
    name: 'former-voter-not-recorded',
    breaks: '8, fencing: a voter removed by silence counts until it answers or is gone',
    edits: [
      {
        file: `${MEMBERSHIP}/removal-rules.ts`,
        find: '  const recorded = roster.content.formerVoters.includes(seat.nodeId);',
        replace: '  const recorded = roster.content !== null;',
      },
      // A checker of its own stops the run where Patroni runs elsewhere when an epoch begins: what comes of it is asked here.
      {
        file: 'test-simulation/src/safety/recoveries.ts',
        find: '    if (others.length === 0) return;',
        replace: '    if (others.length >= 0) return;',
      },
    ],
    grounds: [
      {
        situations: ['a voter that was replaced for its silence moves, and its successor takes its address'],
      },
    ],
    violates: ['two-primaries'],
  },
  {
    name: 'learner-never-promoted',
    breaks: '7: a learner is promoted when it is in sync (and 11: one healthy cluster within a bound)',
    edits: [
      {
        file: `${MEMBERSHIP}/learner-rules.ts`,
        find: '  if (ready === undefined) return null;',
        replace: '  if (ready === undefined || ready.healthy) return null;',
      },
    ],
    grounds: [{ situations: ['two nodes swap their addresses'] }],
    violates: ['not-healthy-after-healing'],
  },
];
