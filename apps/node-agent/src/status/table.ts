import { meaningOf } from '../operator/reasons/index.ts';
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

function line(title: string, text: string): string {
  return `${title.padEnd(8)} ${text}`;
}

function nodeLine({ id, address, state, role }: StatusReport['node']): string {
  const as = role === null ? '' : ` as ${role}`;
  return line('node', `${id ?? '(none yet)'} at ${address ?? '(address unknown)'}: ${state}${as}`);
}

function clusterLine({ id, epoch, seededBy, expectedNodes, formed }: StatusReport['cluster']): string {
  const seeded = (seededBy ?? null) === null ? '' : ` seeded by ${seededBy}`;
  const era = epoch === null ? '' : `, epoch ${epoch}${seeded}`;
  const size = `${expectedNodes ?? 'unknown number of'} nodes expected`;
  return line('cluster', `${id ?? '(none yet)'}${era}, ${size}, ${formed ? 'formed' : 'not complete'}`);
}

/** What is done, and of what is waited for also the meaning: the code alone is for those who know it. */
function doingLines({ action, reason, detail }: StatusReport['node']): readonly string[] {
  const doing = line('doing', `${action} (${reason})${detail === '' ? '' : `: ${detail}`}`);
  const meaning = action === 'wait' && reason !== 'steady' ? meaningOf(reason) : null;
  if (meaning === null) return [doing];
  const { means, todo } = meaning;
  return [doing, line('meaning', means), ...(todo === undefined ? [] : [line('to do', todo)])];
}

function staleLine({ cause, since, reason, detail }: NonNullable<StatusReport['node']['stale']>): string {
  const why =
    cause === 'fenced' ? 'fenced, PostgreSQL is stopped' : 'stale, neither PostgreSQL nor etcd is started';
  return line('standing', `${why}, since ${since} (${reason})${detail === '' ? '' : `: ${detail}`}`);
}

function witnessLine({ total, answering, listing }: NonNullable<StatusReport['node']['witnesses']>): string {
  return line(
    'listed',
    total === 0
      ? 'no witnesses are known: nobody counts as gone, and nobody fences'
      : `by ${listing} of ${total} witnesses, of which ${answering} answer`,
  );
}

function standingLines(node: StatusReport['node']): readonly string[] {
  const { stale = null, intent = null, witnesses = null, declaredGone = [], permittedAddresses = [] } = node;
  return [
    ...(stale === null ? [] : [staleLine(stale)]),
    ...(intent === null
      ? []
      : [
          line(
            'intent',
            `epoch ${intent.epoch}, seeder ${intent.seederNodeId}, with ${intent.participants.join(', ')}`,
          ),
        ]),
    ...(witnesses === null ? [] : [witnessLine(witnesses)]),
    ...(declaredGone.length === 0 ? [] : [line('declared', `gone: ${declaredGone.join(', ')}`)]),
    ...(permittedAddresses.length === 0 ? [] : [line('declared', `dead: ${permittedAddresses.join(', ')}`)]),
  ];
}

/** What `flux-pg status` prints for people. */
export function formatReport({ node, cluster, members, problems }: StatusReport): string {
  const lines = [
    nodeLine(node),
    clusterLine(cluster),
    ...doingLines(node),
    ...standingLines(node),
    ...(node.failure === null ? [] : [line('failed', node.failure)]),
    ...problems.map(({ variable, problem }) => line('problem', `${variable} ${problem}`)),
  ];
  if (members.length > 0) {
    const rows = members.map((member) => columns.map(({ cell }) => cell(member)));
    lines.push('', formatTable([columns.map(({ title }) => title), ...rows]));
  }
  return lines.join('\n');
}
