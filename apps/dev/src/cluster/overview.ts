import { formatBytes, formatTable } from '@flux-pg/node-agent';
import { localNodes, mockFlux } from './local-nodes.ts';
import type { SeenNode } from './node-report.ts';

/** The members as one of the nodes sees them, under the names of their containers. */
export function memberTable(seen: readonly SeenNode[]): string {
  const containers = new Map(seen.map(({ node, report }) => [report?.node.id, node.container]));
  const best =
    seen.find(({ report }) => report?.node.role === 'primary') ?? seen.find(({ report }) => report);
  const rows = (best?.report?.members ?? []).map((member) => [
    containers.get(member.nodeId) ?? member.nodeId,
    member.role,
    member.state,
    String(member.timeline ?? '-'),
    member.lagBytes === null ? '-' : formatBytes(member.lagBytes),
    member.etcd === 'none' ? '-' : member.etcd,
  ]);
  rows.sort((one, other) => (one[0] ?? '').localeCompare(other[0] ?? ''));
  return formatTable([['NODE', 'ROLE', 'STATE', 'TIMELINE', 'LAG', 'ETCD'], ...rows]);
}

/** How to connect; `account` comes from the environment that the nodes share. */
export function connectionTable(account: {
  readonly user: string;
  readonly password: string;
  readonly database: string;
}): string {
  const login = `${encodeURIComponent(account.user)}:${encodeURIComponent(account.password)}`;
  const url = (port: number) =>
    `postgresql://${login}@localhost:${port}/${encodeURIComponent(account.database)}`;
  const hosts = localNodes.map(({ ports }) => `localhost:${ports.postgres}`).join(',');
  const rows = localNodes.flatMap(({ service, ports }) => [
    [`${service}, the primary through it`, url(ports.readWrite)],
    [`${service} itself`, url(ports.postgres)],
    [`${service}, Patroni`, `http://localhost:${ports.patroni}/cluster`],
    [`${service}, etcd (mutual TLS)`, `https://localhost:${ports.etcd}`],
  ]);
  const all = `postgresql://${login}@${hosts}/${encodeURIComponent(account.database)}?target_session_attrs=read-write`;
  rows.push(
    ['any node, found by libpq', all],
    ['mock Flux API', `http://localhost:${mockFlux.port}/control/state`],
  );
  return formatTable(rows);
}

/** What one may want to do next. */
export const nextCommands = [
  ['docker exec flux-pg-node1 flux-pg status', 'what a node does and why, and the members'],
  ['docker exec -it flux-pg-node1 psql -h localhost -p 5433 -U postgres', 'SQL on the primary'],
  ['docker kill flux-pg-node1', 'see another node take over; docker start brings it back'],
  ['docker logs -f flux-pg-node1', 'its four logs'],
  ['npm test', 'all suites'],
  ['npm run down', 'remove the cluster (-- --volumes with its data)'],
] as const;
