import type { StatusReport } from '@flux-pg/node-agent';
import type { Ledger } from '../load/ledger.ts';
import { insertRow, missingRows } from '../load/ledger.ts';
import { messageOf } from '../waiting.ts';
import { checkEtcd, etcdMembers, nodeIdOf, voterTarget } from './etcd-members.ts';
import type { ClusterNode } from './node.ts';
import { querySql } from './sql.ts';

/** One node with its own word about itself. */
interface Reported {
  readonly node: ClusterNode;
  readonly id: string;
  readonly report: StatusReport;
}

/** What a healthy cluster looks like, beside that nothing is wrong with it. */
export interface HealthyCluster {
  readonly clusterId: string;
  readonly epoch: number | null;
  readonly primary: ClusterNode;
  readonly replicas: readonly ClusterNode[];
  readonly nodeIds: ReadonlyMap<ClusterNode, string>;
}

/** Either the healthy cluster, or everything that is missing. */
export type Health =
  | { readonly ok: true; readonly cluster: HealthyCluster }
  | { readonly ok: false; readonly problems: readonly string[] };

/** What is asked beside that nothing is wrong. */
export interface HealthQuestion {
  /** Whether there have to be as many nodes as the app shall have. */
  readonly complete: boolean;
}

async function problemsOf(checks: readonly Promise<readonly string[]>[]): Promise<string[]> {
  const settled = await Promise.allSettled(checks);
  return settled.flatMap((check) =>
    check.status === 'fulfilled' ? [...check.value] : [messageOf(check.reason)],
  );
}

/** What all nodes have to say alike; positions and etcd's leader move between two questions. */
function agreedPart({ cluster, members }: StatusReport): string {
  const lines = members.map(
    ({ nodeId, role, state, etcd }) => `${nodeId} ${role} ${state} ${etcd === 'leader' ? 'voter' : etcd}`,
  );
  return [`cluster ${cluster.id} epoch ${cluster.epoch}`, ...lines.sort()].join('; ');
}

function statusProblems(reported: readonly Reported[], { complete }: HealthQuestion): string[] {
  const versions = new Map(reported.map(({ node, report }) => [agreedPart(report), node.name]));
  const disagreement =
    versions.size > 1
      ? [`status differs: ${[...versions].map(([text, name]) => `${name} says ${text}`).join(' | ')}`]
      : [];
  const single = reported.flatMap(({ node, report }) => {
    const { cluster, members } = report;
    if (cluster.id === null) return [`${node.name} has no cluster: ${report.node.reason}`];
    if (complete && !cluster.formed) return [`${node.name} says not complete: ${report.node.reason}`];
    if (members.length !== reported.length) return [`${node.name} counts ${members.length} members`];
    if (members.filter(({ role }) => role === 'primary').length !== 1)
      return [`${node.name}: no one primary`];
    return [];
  });
  return [...single, ...disagreement];
}

async function replicationProblems(primary: Reported, replicas: readonly Reported[]): Promise<string[]> {
  const rows = await querySql<{ application_name: string }>(
    primary.node.login('postgres'),
    `select application_name from pg_stat_replication where state = 'streaming'`,
  );
  const streaming = new Set(rows.map(({ application_name }) => application_name));
  return replicas
    .filter(({ id }) => !streaming.has(id))
    .map(({ node }) => `${node.name} does not stream from ${primary.node.name}`);
}

async function etcdProblems(reported: readonly Reported[]): Promise<string[]> {
  const isMember = ({ id, report }: Reported) =>
    report.members.some(({ nodeId, etcd }) => nodeId === id && (etcd === 'leader' || etcd === 'voter'));
  const hosts = reported.filter(isMember);
  const [first] = hosts;
  if (first === undefined) return ['no node says that it votes in etcd'];
  const members = await etcdMembers(first.node);
  const voters = members.filter(({ isLearner }) => !isLearner).map(nodeIdOf);
  const ids = hosts.map(({ id }) => id);
  const target = voterTarget(reported.length);
  const problems = await problemsOf(hosts.map(({ node }) => checkEtcd(node).then(() => [])));
  if (voters.length !== target) problems.push(`etcd has ${voters.length} voters, not ${target}`);
  if (members.length !== voters.length) problems.push('etcd has a learner');
  if (voters.some((id) => !ids.includes(id)))
    problems.push(`etcd's voters are ${voters}, the nodes are ${ids}`);
  return problems;
}

async function rowProblems(
  reported: readonly Reported[],
  primary: Reported,
  ledger: Ledger,
): Promise<string[]> {
  const before = ledger.snapshot();
  const writes = reported.map(async ({ node }) => {
    const writer = `health ${node.name} ${Date.now()}`;
    await querySql(node.login('readWrite'), insertRow, [writer, 1]);
    ledger.acknowledge(writer, 1);
    const missing = await missingRows(primary.node.login('postgres'), new Map([[writer, [1]]]));
    return missing.map(() => `a write through ${node.name} did not reach ${primary.node.name}`);
  });
  const reads = reported.map(async ({ node }) => {
    const missing = await missingRows(node.login('postgres'), before);
    if (missing.length === 0) return [];
    return [`${node.name} lacks ${missing.length} acknowledged rows: ${missing.slice(0, 5).join(', ')}`];
  });
  return problemsOf([...writes, ...reads]);
}

/** Looks once whether everything holds that `Healthy` means; cheap questions first. */
export async function examine(
  nodes: readonly ClusterNode[],
  ledger: Ledger,
  question: HealthQuestion = { complete: true },
): Promise<Health> {
  const reported: Reported[] = [];
  const silent = await problemsOf(
    nodes.map(async (node) => {
      const [report, writable] = [await node.status(), await node.isWritable()];
      const { id, role } = report.node;
      if (id === null) return [`${node.name} has no identity: ${report.node.reason}`];
      reported.push({ node, id, report });
      return (role === 'primary') === writable ? [] : [`${node.name} is ${role}, writable: ${writable}`];
    }),
  );
  const stated = [...silent, ...statusProblems(reported, question)];
  const primary = reported.find(({ report }) => report.node.role === 'primary');
  if (stated.length > 0 || primary === undefined) {
    return {
      ok: false,
      problems: [...stated, ...(primary === undefined ? ['no primary'] : [])],
    };
  }
  const replicas = reported.filter((other) => other !== primary);
  const problems = await problemsOf([
    replicationProblems(primary, replicas),
    etcdProblems(reported),
    rowProblems(reported, primary, ledger),
  ]);
  if (problems.length > 0) return { ok: false, problems };
  const { id, epoch } = primary.report.cluster;
  return {
    ok: true,
    cluster: {
      clusterId: id ?? '',
      epoch,
      primary: primary.node,
      replicas: replicas.map(({ node }) => node),
      nodeIds: new Map(reported.map(({ node, id: nodeId }) => [node, nodeId])),
    },
  };
}
