import { formatNodeAddress } from '../address/node-address.ts';
import type { Discovery, SourceReport } from '../discover/discovery.ts';
import { ago, duration, table } from './terminal.ts';

function sourceRow(report: SourceReport): readonly string[] {
  if (report.outcome === 'failed') {
    return [report.name, 'failed', '-', '-', `${report.error.code}: ${report.error.reason}`];
  }
  const { name, outcome, count, ageMs, answeredBy, rejected, trust } = report;
  const remarks = [
    ...(answeredBy === undefined ? [] : [`answered by ${answeredBy}`]),
    ...(trust === 'hint' ? ['not authenticated'] : []),
    ...rejected.map(({ row, reason }) => `left out ${row}: ${reason}`),
  ];
  return [name, outcome, String(count), duration(ageMs), remarks.join('; ')];
}

const contacts = {
  api: '',
  nodes: 'The central API does not answer; this comes from single nodes.\n',
  none: 'Nobody answers: this machine may be cut off.\n',
} as const;

/** The instances with their evidence, and what came of each source. */
export function showDiscovery(discovery: Discovery): string {
  const { sources, takenAtMs, contact, app } = discovery;
  const answering = sources.filter(({ outcome }) => outcome === 'listed').length;
  const instances = discovery.known
    ? table(
        ['ADDRESS', 'RUNNING FOR', 'ANNOUNCED', 'LISTED BY', ''],
        discovery.instances.map(({ address, location, listedBy, hintOnly }) => [
          formatNodeAddress(address),
          ago(location.runningSince, takenAtMs),
          ago(location.broadcastedAt, takenAtMs),
          `${listedBy.length} of ${answering}`,
          hintOnly ? 'hint' : '',
        ]),
      )
    : discovery.why === 'empty'
      ? `Nothing is known of ${app}: every answer was empty, as for an unknown app.\n`
      : `Nothing is known of ${app}: no source gave a usable answer.\n`;
  const table_ = table(['SOURCE', 'OUTCOME', 'ROWS', 'AGE', ''], sources.map(sourceRow));
  return `${instances}\n${table_}${contacts[contact]}`;
}
