import type { MemberStatus, StatusReport } from './report-schema.ts';

const columns: readonly { readonly title: string; readonly cell: (member: MemberStatus) => string }[] = [
  { title: 'NODE', cell: ({ nodeId }) => nodeId },
  { title: 'ADDRESS', cell: ({ address }) => address ?? '-' },
  { title: 'ROLE', cell: ({ role }) => role },
  { title: 'STATE', cell: ({ state, reachable }) => (reachable ? state : `${state} (silent)`) },
  { title: 'TL', cell: ({ timeline }) => String(timeline ?? '-') },
  { title: 'LAG', cell: ({ lagBytes }) => (lagBytes === null ? '-' : formatBytes(lagBytes)) },
  { title: 'ETCD', cell: ({ etcd }) => (etcd === 'none' ? '-' : etcd) },
];

/** Bytes for people: exact below 1 kB, one digit above. */
export function formatBytes(bytes: number): string {
  const units = ['B', 'kB', 'MB', 'GB', 'TB'];
  let value = bytes;
  let unit = 0;
  while (value >= 1024 && unit < units.length - 1) {
    value /= 1024;
    unit += 1;
  }
  return unit === 0 ? `${bytes} B` : `${value.toFixed(1)} ${units[unit] ?? ''}`;
}

/** Lays cells out in columns of equal width. */
export function formatTable(rows: readonly (readonly string[])[]): string {
  const widths: number[] = [];
  for (const row of rows) {
    for (const [index, cell] of row.entries()) widths[index] = Math.max(widths[index] ?? 0, cell.length);
  }
  return rows
    .map((row) =>
      row
        .map((cell, index) => cell.padEnd(widths[index] ?? 0))
        .join('  ')
        .trimEnd(),
    )
    .join('\n');
}

/** What `flux-pg status` prints for people. */
export function formatReport({ node, cluster, members, problems }: StatusReport): string {
  const lines = [
    `node     ${node.id ?? '(none yet)'} at ${node.address ?? '(address unknown)'}: ${node.state}${node.role === null ? '' : ` as ${node.role}`}`,
    `cluster  ${cluster.id ?? '(none yet)'}${cluster.epoch === null ? '' : `, epoch ${cluster.epoch}`}, ${cluster.expectedNodes ?? 'unknown number of'} nodes expected, ${cluster.formed ? 'formed' : 'not complete'}`,
    `doing    ${node.action} (${node.reason})${node.detail === '' ? '' : `: ${node.detail}`}`,
    ...(node.failure === null ? [] : [`failed   ${node.failure}`]),
    ...problems.map(({ variable, problem }) => `problem  ${variable} ${problem}`),
  ];
  if (members.length > 0) {
    const rows = members.map((member) => columns.map(({ cell }) => cell(member)));
    lines.push('', formatTable([columns.map(({ title }) => title), ...rows]));
  }
  return lines.join('\n');
}
