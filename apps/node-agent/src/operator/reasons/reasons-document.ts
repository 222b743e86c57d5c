import { reasonAreas } from './index.ts';
import type { ReasonArea } from './reason.ts';

const head = `# Reasons

Whatever a node does or waits for has a reason: a code that stays the same from version to version. It is in
\`flux-pg status\`, in the agent's log and here. \`flux-pg status\` also says in words what a code means. A code that
several decisions use stands in the section where it is met most.

This page is written from \`apps/node-agent/src/operator/reasons\`; after a change there,
\`pnpm --filter @flux-pg/node-agent exec vitest run src/loop/reasons.test.ts --update\` writes it anew.
`;

function section({ title, about, reasons }: ReasonArea): string {
  const rows = Object.entries(reasons).map(
    ([code, { means, todo }]) => `| \`${code}\` | ${means} | ${todo ?? ''} |`,
  );
  return [
    `## ${title}`,
    '',
    about,
    '',
    '| Code | Meaning | What you can do |',
    '| --- | --- | --- |',
    ...rows,
  ].join('\n');
}

/** The text of docs/reasons.md. */
export function reasonsDocument(): string {
  return `${[head, ...reasonAreas.map(section)].join('\n')}\n`;
}
