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
    name: 'fenced-ones-start-warm',
    breaks: '9: a node is cold until PostgreSQL has run here under a held key, and being fenced ends that',
    edits: [
      {
        file: `${AGENT}/cold-start/warmth.ts`,
        find: '  if (mustRest) return {',
        replace: '  if (mustRest && previous === null) return {',
      },
    ],
    grounds: [
      { situations: ['two are fenced one after the other, and the one that stopped last is released last'] },
      { profile: 'recovery', seeds: 60 },
    ],
    violates: ['acknowledged-row-lost'],
  },
  {
    name: 'start-ids-not-compared',
    breaks: '4: a start id that peers remember and the volume does not: its etcd data is quarantined',
    edits: [
      {
        file: `${AGENT}/loop/rules/volume.ts`,
        find: '    if (unknown.length === 0) return null;',
        replace: '    if (unknown.length >= 0) return null;',
      },
    ],
    grounds: [{ situations: ['a voter that was put back meets one that lags, without the leader'] }],
    violates: ['etcd-history-lost'],
  },
  {
    name: 'starts-known-by-records-only',
    breaks: '4: a peer that remembers a start proves that an older volume was restored',
    edits: [
      {
        file: `${AGENT}/status/own-document.ts`,
        find: '  const heard = view.memory.heardStarts;',
        replace: "  const heard: View['memory']['heardStarts'] = {};",
      },
    ],
    grounds: [
      {
        situations: [
          'a voter that was put back started in between without a quorum, beside a node without a vote',
        ],
      },
    ],
    violates: ['etcd-history-lost'],
  },
  {
    name: 'sync-members-not-waited-for',
    breaks: '9, guards: everyone that could be ahead is gone, or was compared',
    edits: [
      {
        file: `${AGENT}/cold-start/guards.ts`,
        find: '  const ahead = [lastPrimary, ...view.syncMembers].filter(',
        replace: '  const ahead = ([] as string[]).filter(',
      },
    ],
    grounds: [
      { situations: ['the primary and its synchronous standby are away for longer than a cold start waits'] },
    ],
    violates: ['acknowledged-row-lost'],
  },
];
