import type { Mutation } from '../mutation.ts';

const FOUNDING = 'packages/etcd-membership/src/founding';

/** Mistakes in founding and in who may initialise PostgreSQL. */
export const foundingMutations: readonly Mutation[] = [
  {
    name: 'join-told-before-persisted',
    breaks: '6.2: a join is persisted before it is told',
    edits: [
      {
        file: 'test-simulation/src/disk/volume-port.ts',
        find: "    writeState: (next) => effect('volume.writeState', () => persist(volume, { state: next })),",
        replace: `    writeState: (next) => effect('volume.writeState', () => {
      unsaved = next.founding.kind === 'joined' ? next : null;
      if (unsaved === null) persist(volume, { state: next });
    }),`,
      },
      {
        file: 'test-simulation/src/disk/volume-port.ts',
        find: '  const state = () => {',
        replace:
          '  let unsaved: NodeState | null = null;\n  const state = () => {\n    if (unsaved !== null) return unsaved;',
      },
    ],
    grounds: [{ situations: ['a joiner restarts while its proposer seals, and meets another candidate'] }],
  },
  {
    name: 'founded-without-a-majority',
    breaks: '6.4: only when a majority of N has joined, etcd is started',
    edits: [
      {
        file: `${FOUNDING}/propose-rules.ts`,
        find: 'joined >= majority(expectedNodes)',
        replace: 'joined >= 1',
      },
    ],
    grounds: [{ situations: ['the candidate is cut off from two empty nodes that it lists'] }],
    violates: ['initdb-over-data', 'two-full-handed-clusters', 'two-primaries'],
  },
  {
    name: 'silent-instance-taken-for-empty',
    breaks: '6.3: every listed instance says itself that it is empty',
    edits: [
      {
        file: `${FOUNDING}/field-rules.ts`,
        find: "if (answer.kind === 'silent' && mayHoldData(instance, view)) {",
        replace: "if (answer.kind === 'silent' && instance.address === '') {",
      },
    ],
    grounds: [{ situations: ['the only holder of the data is listed and answers last'] }],
    violates: ['initdb-over-data', 'two-full-handed-clusters'],
  },
  {
    name: 'join-released-by-silence',
    breaks: '6.5: a join is released by its proposer, or when that is gone',
    edits: [
      {
        file: `${FOUNDING}/field.ts`,
        find: '  if (view.gone.has(proposerNodeId)) return true;',
        replace: '  return true;',
      },
    ],
    grounds: [
      { situations: ['a joiner restarts while its proposer seals, and meets another candidate'] },
      { profile: 'founding', seeds: 100 },
    ],
  },
  {
    name: 'bootstrap-granted-beside-copies',
    breaks: '6.7: the bootstrap is reassigned when no member that is not gone holds a copy',
    edits: [
      {
        file: 'apps/node-agent/src/cold-start/bootstrap-grant.ts',
        find: '  if (holders.length > 0)',
        replace: '  if (holders.length < 0)',
      },
      {
        file: 'apps/node-agent/src/cold-start/bootstrap-grant.ts',
        find: 'view.userData !== false && !view.permitted',
        replace: 'view.userData === undefined',
      },
      {
        file: 'apps/node-agent/src/cold-start/bootstrap-grant.ts',
        find: "  if (open.length > 0) return none('copy-may-exist', open);",
        replace: '  const held = new Set([...open, ...holders.map(({ nodeId }) => nodeId)]);',
      },
      {
        file: 'apps/node-agent/src/cold-start/bootstrap-grant.ts',
        find: 'const [to] = present.map(({ nodeId }) => nodeId).sort(compareIds);',
        replace:
          'const [to] = present.map(({ nodeId }) => nodeId).filter((id) => !held.has(id)).sort(compareIds);',
      },
    ],
    grounds: [{ situations: ['an empty node comes while a cold start waits for the last primary'] }],
    violates: ['initdb-over-data', 'not-healthy-after-healing'],
  },
];
