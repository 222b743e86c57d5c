import type { Mutation } from '../mutation.ts';

const AGENT = 'apps/node-agent/src';

/** Mistakes in who leads after a stop. */
export const restartMutations: readonly Mutation[] = [
  {
    name: 'lead-by-checkpoint',
    breaks: '8, lead: by the end of valid WAL on disk',
    edits: [
      {
        file: `${AGENT}/loop/reports.ts`,
        find: '  const { systemId, timeline, walEnd, controlState, history } = postgres;',
        replace:
          '  const { systemId, timeline, checkpointLsn, controlState, history } = postgres;\n  const walEnd = { timeline, lsn: checkpointLsn };',
      },
    ],
    grounds: [
      {
        situations: [
          'all restart, a replica that is behind first',
          'the last primary returns 90 s after the others',
        ],
      },
      { profile: 'restarts', seeds: 60 },
    ],
    violates: ['acknowledged-row-lost'],
  },
  {
    name: 'cold-start-skipped',
    breaks: '9: cold nodes start Patroni only on the lead',
    edits: [
      {
        file: `${AGENT}/loop/rules/patroni.ts`,
        find: "  return start ? null : waiting(reason, waitingFor.join(', '));",
        replace:
          "  return start || reason !== 'waiting-for-leader' ? null : waiting(reason, waitingFor.join(', '));",
      },
    ],
    grounds: [
      {
        situations: [
          'the last primary returns 90 s after the others',
          'all restart, a replica that is behind first',
        ],
      },
      { profile: 'restarts', seeds: 60 },
    ],
    violates: ['acknowledged-row-lost'],
  },
  {
    name: 'restored-volume-leads',
    hole: 'in the written situations the copy that was put back is behind, and the choice of the furthest one hides the mistake',
    breaks: '4: a restored volume only follows',
    edits: [
      {
        file: `${AGENT}/loop/rules/volume.ts`,
        find: '    if (unknown.length === 0) return null;',
        replace: '    if (unknown.length >= 0) return null;',
      },
    ],
    grounds: [
      {
        situations: [
          'a backup of the primary is put back while all restart',
          'a backup of a voter is put back',
        ],
      },
      { profile: 'restarts', seeds: 60 },
    ],
  },
];
