import { explainRecovery } from '@flux-pg/etcd-membership';
import { clusterPeers, newestMirror } from '../loop/known-members.ts';
import { memberReports } from '../loop/reports.ts';
import { recoveryView } from '../loop/rules/recovery.ts';
import type { View } from '../loop/view.ts';
import { absenceWords, signOfLife } from './absence-words.ts';
import type { RecoverRequest } from './exchange.ts';
import { type NamedNode, namedNodes, nameNodes, nameOf } from './name-nodes.ts';
import { explained, listed, ordered, refused, type Verdict } from './verdict.ts';

function silentNodes(view: View): readonly NamedNode[] {
  const answering = new Set([view.state.nodeId, ...clusterPeers(view).map(({ nodeId }) => nodeId)]);
  return namedNodes(view).filter(({ nodeId }) => !answering.has(nodeId));
}

/** What a recovery waits for on a view, and what it does then. */
function outlook(view: View): readonly string[] {
  const recovery = recoveryView(view);
  if (recovery === null) return ['This node belongs to no cluster.'];
  const { possible, blocks, steps } = explainRecovery(recovery);
  if (recovery.etcdUnreachableForMs === 0) return ['etcd answers: nothing has to be recovered.'];
  return [
    ...(possible
      ? ['Nothing keeps the recovery back; it begins by itself.']
      : ['The recovery waits:', ...listed(blocks)]),
    possible ? 'What happens:' : 'Once nothing keeps it back:',
    ...listed(steps),
  ];
}

/** What the nodes that are to be given up may hold alone. Whoever has his only copy there has to read it before. */
function warnings(view: View, given: readonly NamedNode[]): readonly string[] {
  const hasCopy = memberReports(view).some(({ report }) => report?.kind === 'copy');
  const lastPrimary = newestMirror(view)?.lastPrimary ?? null;
  const lost = given.filter(({ nodeId }) => nodeId === lastPrimary);
  return [
    ...(hasCopy
      ? []
      : ['WARNING: nobody who answers holds a copy of the data; without the silent nodes it is LOST.']),
    ...lost.map(
      (node) => `WARNING: ${nameOf(node)} was the last primary; what it had not sent to the others is LOST.`,
    ),
  ];
}

function explainWaiting(view: View): Verdict {
  const silent = silentNodes(view);
  return explained([
    ...outlook(view),
    ...(silent.length === 0 ? [] : warnings(view, [])),
    ...(silent.length === 0
      ? ['Every member answers.']
      : [
          'Silent members:',
          ...listed(silent.map((node) => `${nameOf(node)}: ${absenceWords(view, node)}`)),
          'If one of them is lost for good: flux-pg recover NODE (try it with --dry-run).',
        ]),
  ]);
}

function declaring(view: View, nodeIds: readonly string[]): View {
  const { state } = view;
  return {
    ...view,
    state: { ...state, declaredGone: [...new Set([...state.declaredGone, ...nodeIds])] },
  };
}

function survivors(view: View, nodeIds: readonly string[]): readonly string[] {
  const known = new Map(namedNodes(view).map((node) => [node.nodeId, nameOf(node)]));
  return clusterPeers(view)
    .filter(({ nodeId }) => !nodeIds.includes(nodeId))
    .map(({ nodeId }) => known.get(nodeId) ?? nodeId);
}

function whatFollows(view: View, nodes: readonly NamedNode[]): readonly string[] {
  const nodeIds = nodes.map(({ nodeId }) => nodeId);
  const others = survivors(view, nodeIds);
  const removal =
    recoveryView(view)?.etcdUnreachableForMs === 0
      ? ["The agent beside etcd's leader removes a member that is declared gone there."]
      : [];
  return [
    'This node promises:',
    ...listed(nodes.map((node) => `${nameOf(node)} is gone for good (${absenceWords(view, node)}).`)),
    ...warnings(view, nodes),
    'Rows that only these nodes hold are given up. Should one serve on where you do not see it, there would be',
    'two primaries: be sure that it is off. The promise ends when the node answers; it then follows.',
    ...outlook(declaring(view, nodeIds)),
    ...removal,
    ...(others.length === 0
      ? []
      : ['The promise is of this node alone; say the same on:', ...listed(others)]),
  ];
}

/**
 * Answers `flux-pg recover`: without nodes what a recovery waits for, with nodes the promise that they are gone. Whoever
 * shows any sign of life is not declared gone, and neither is this node. Pure.
 */
export function judgeRecover(view: View, { nodeIds: names, dryRun }: RecoverRequest): Verdict {
  if (view.state.cluster === null) {
    const lines = ['This node belongs to no cluster: there is nothing to recover. See flux-pg found.'];
    return names.length === 0 ? explained(lines) : refused(lines);
  }
  if (names.length === 0) return explainWaiting(view);
  const naming = nameNodes(names, namedNodes(view));
  if (!naming.ok) {
    return refused([...naming.problems, 'Members:', ...listed(namedNodes(view).map(nameOf))]);
  }
  const alive = naming.nodes.flatMap((node) => {
    const sign = signOfLife(view, node);
    return sign === null ? [] : [`${nameOf(node)} ${sign}.`];
  });
  if (alive.length > 0) return refused(alive);
  const nodeIds = naming.nodes.map(({ nodeId }) => nodeId);
  return ordered({ kind: 'declare-gone', nodeIds }, whatFollows(view, naming.nodes), dryRun);
}
