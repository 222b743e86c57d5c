import type { Mutation } from '../mutation.ts';

const RECOVERY = 'packages/etcd-membership/src/recovery';

/** Mistakes in recovery, fencing and staleness. */
export const recoveryMutations: readonly Mutation[] = [
  {
    name: 'recovery-past-a-silent-peer',
    breaks: '8, recovery 1: everybody who is not gone is accounted for',
    edits: [
      {
        file: `${RECOVERY}/field.ts`,
        find: "    ...each('member-silent', (id) => node(id) === null),",
        replace: '',
      },
      {
        file: `${RECOVERY}/field.ts`,
        find: '      return nodeId !== null && field.gone.has(nodeId) && field.view.declaredGone.has(nodeId)',
        replace: '      return nodeId !== undefined',
      },
      {
        file: `${RECOVERY}/field.ts`,
        find: '...ids.filter((id) => !gone.has(id)), ...peers',
        replace: '...peers',
      },
    ],
    grounds: [{ situations: ['a listed member is silent while the others recover'] }],
    violates: ['recovery-beside-others', 'acknowledged-row-lost', 'two-primaries'],
  },
  {
    name: 'intent-not-waited-for',
    breaks: '8, recovery 2: all persist and acknowledge the intent and stop',
    edits: [
      {
        file: `${RECOVERY}/seed-rules.ts`,
        find: '  if (missing.length > 0)',
        replace: '  if (missing.length < 0)',
      },
    ],
    grounds: [
      { situations: ['all etcd data is lost, and the volumes beside the seeder take no writes for a while'] },
      { profile: 'recovery', seeds: 40 },
    ],
    violates: ['recovery-beside-others', 'acknowledged-row-lost', 'two-primaries'],
  },
  {
    name: 'gone-after-half-the-grace',
    breaks: '8: FENCE_AFTER + ABSENCE_GRACE for recovery',
    edits: [
      {
        file: 'packages/etcd-membership/src/absence/gone.ts',
        find: '  return limits.fenceAfterMs + limits.absenceGraceMs;',
        replace: '  return (limits.fenceAfterMs + limits.absenceGraceMs) / 2;',
      },
    ],
    grounds: [
      { situations: ['a majority with the primary is cut off and delisted'] },
      { profile: 'recovery', seeds: 60 },
    ],
    violates: ['recovery-beside-others', 'acknowledged-row-lost', 'two-primaries'],
  },
  {
    name: 'never-fenced',
    breaks: '8: a node that is delisted and cut off stops Patroni',
    edits: [
      {
        file: 'packages/etcd-membership/src/fencing/fencing-memory.ts',
        find: '    overdue: !stale && (previous.overdue || late),',
        replace: '    overdue: stale && !stale && late,',
      },
      // A checker of its own stops the run where Patroni runs elsewhere when an epoch begins: what comes of it is asked here.
      {
        file: 'test-simulation/src/safety/recoveries.ts',
        find: '    if (others.length === 0) return;',
        replace: '    if (others.length >= 0) return;',
      },
    ],
    grounds: [{ situations: ['a majority with the primary is cut off and delisted'] }],
    violates: ['two-primaries'],
  },
  {
    name: 'staleness-never-marked',
    breaks: '8: without a completed tick for FENCE_AFTER a node is stale',
    edits: [
      {
        file: 'packages/etcd-membership/src/fencing/decide-staleness.ts',
        find: '  if (stoppedMs === null || stoppedMs',
        replace: '  if (stoppedMs === null || stoppedMs !== -1 || stoppedMs',
      },
      {
        file: 'packages/etcd-membership/src/fencing/fencing-memory.ts',
        find: '    overdue: !stale && (previous.overdue || late),',
        replace:
          '    overdue: !stale && (previous.overdue || (late && nowMs - assuredAtMs < 2 * fenceAfterMs)),',
      },
    ],
    grounds: [{ situations: ['a majority stands still, is recovered from, and goes on alone'] }],
    violates: ['two-primaries', 'acknowledged-row-lost', 'two-full-handed-clusters'],
  },
  {
    name: 'higher-epoch-ignored',
    breaks: '7: an authenticated higher epoch stops Patroni, then etcd',
    edits: [
      {
        file: `${RECOVERY}/intent-rules.ts`,
        find: '  if (highest === undefined || compareEpochs(highest, view.self) <= 0) return null;',
        replace: '  if (highest === undefined || highest.epoch >= 0) return null;',
      },
    ],
    grounds: [{ situations: ['a majority with the primary is cut off and delisted'] }],
  },
  {
    name: 'epoch-not-compared-at-start',
    breaks: '7: etcd starts from its data when none of the others has a higher epoch',
    edits: [
      {
        file: `${RECOVERY}/intent-rules.ts`,
        find: '  if (highest === undefined || compareEpochs(highest, view.self) <= 0) return null;',
        replace:
          '  if (highest === undefined || view.self.etcdRuns === false || highest.epoch >= 0) return null;',
      },
      {
        file: 'packages/etcd-membership/src/etcd-start/decide-etcd-start.ts',
        find: '    return compareEpochs(epoch, self) > 0 ? [name] : [];',
        replace: '    return epoch.epoch < self.epoch ? [name] : [];',
      },
    ],
    grounds: [
      {
        situations: [
          'a majority with the primary is cut off and delisted',
          'stopped voters return to a recovered cluster',
        ],
      },
    ],
  },
  {
    name: 'etcd-of-another-epoch-started',
    breaks: '8, recovery 4: the others quarantine their etcd data',
    edits: [
      {
        file: 'apps/node-agent/src/loop/etcd-data.ts',
        find: '    origin.epoch === own.epoch &&\n    origin.seededBy === own.seededBy',
        replace: '    origin.clusterId === own.clusterId',
      },
    ],
    grounds: [
      {
        situations: [
          'a majority with the primary is cut off and delisted',
          'all etcd data is lost under running servers',
        ],
      },
    ],
  },
  {
    name: 'a-rule-throws',
    breaks: '3: decisions are made of anything that can be seen',
    edits: [
      {
        file: `${RECOVERY}/seed-rules.ts`,
        find: '  const { epoch } = intent;',
        replace:
          "  if (intent.epoch > 0) throw new Error('a deliberate mistake');\n  const { epoch } = intent;",
      },
    ],
    grounds: [{ situations: ['all etcd data is lost and every copy is kept'] }],
    violates: ['tick-failed'],
  },
  {
    name: 'four-witnesses-are-enough',
    breaks: '8: two majorities of witnesses intersect',
    edits: [
      {
        file: 'packages/etcd-membership/src/absence/witnesses.ts',
        find: '  return Math.floor(total / 2) + 1;',
        replace: '  return Math.max(1, Math.floor(total / 2));',
      },
    ],
    grounds: [{ situations: ['a cut-off node has the answers of four wrong witnesses'] }],
    violates: ['recovery-beside-others', 'two-primaries'],
  },
  {
    name: 'stale-flag-not-persisted',
    breaks: '8, stale: the flag is persisted',
    edits: [
      {
        file: 'test-simulation/src/disk/volume-port.ts',
        find: '  const state = volume.content.state ?? fresh();',
        replace: '  const state = { ...(volume.content.state ?? fresh()), stale: null };',
      },
    ],
    grounds: [
      {
        situations: [
          'a majority stands still, is recovered from, and starts its agents anew while it is alone',
        ],
      },
    ],
    violates: ['two-primaries'],
  },
  {
    name: 'copies-of-ended-epochs-not-told-apart',
    breaks: '8: an epoch ends what an earlier one wrote; 4: its copy is kept aside',
    edits: [
      {
        file: 'apps/node-agent/src/loop/copy-epoch.ts',
        find: '  return (comparedToOwn(state) ?? 0) < 0;',
        replace: '  return state.copyEpoch === undefined && (comparedToOwn(state) ?? 0) < 0;',
      },
    ],
    grounds: [
      {
        situations: [
          'a majority that wrote more is recovered from, and returns to a leader whose history looks the same',
        ],
      },
    ],
    violates: ['not-healthy-after-healing'],
  },
  {
    name: 'stale-ones-vouch-for-each-other',
    breaks: '8, stale: enough voters that were never stale answer',
    edits: [
      {
        file: 'packages/etcd-membership/src/fencing/decide-staleness.ts',
        find: '      voters.has(nodeId) && notStaleForMs !== null && notStaleForMs >= staleForMs,',
        replace:
          '      voters.has(nodeId) && (notStaleForMs === null || notStaleForMs >= 0 || staleForMs >= 0),',
      },
      {
        file: 'packages/etcd-membership/src/fencing/decide-staleness.ts',
        find: 'vouching.length < majority(voters.size)) return null;',
        replace: 'vouching.length === 0) return null;',
      },
    ],
    grounds: [
      {
        situations: [
          'a majority stands still, is recovered from, and starts its agents anew while it is alone',
        ],
      },
    ],
    violates: ['two-primaries'],
  },
];
