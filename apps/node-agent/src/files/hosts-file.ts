import { readFile, writeFile } from 'node:fs/promises';
import type { HostEntry } from '@flux-pg/etcd-membership';

const BEGIN = '# flux-pg: etcd members, kept by the agent';
const END = '# flux-pg end';

/** The text with the agent's block replaced, or added at the end; everything else stays as Docker wrote it. */
export function withHostsBlock(text: string, entries: readonly HostEntry[]): string {
  const lines = text.split('\n');
  const begin = lines.indexOf(BEGIN);
  const end = lines.indexOf(END, begin);
  // A block without an end was cut short while it was written, and reaches to the end of the file.
  const rest = begin === -1 ? lines : [...lines.slice(0, begin), ...(end === -1 ? [] : lines.slice(end + 1))];
  const kept = rest.join('\n').replace(/\n+$/, '');
  const block = [BEGIN, ...entries.map(({ address, name }) => `${address}\t${name}`), END].join('\n');
  return `${kept === '' ? '' : `${kept}\n`}${block}\n`;
}

/** Rewrites the file in place: it is a bind mount, which a rename cannot replace. */
export async function writeHostsBlock(path: string, entries: readonly HostEntry[]): Promise<void> {
  const text = await readFile(path, 'utf8');
  const wanted = withHostsBlock(text, entries);
  if (wanted !== text) await writeFile(path, wanted);
}
