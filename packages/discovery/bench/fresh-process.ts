import { execFile } from 'node:child_process';
import { promisify } from 'node:util';
import { loopbackServer, sendText } from '../testing/loopback-server.ts';
import { listingText } from './realistic-answers.ts';

const run = promisify(execFile);

/** What a process that has just started spends on the package. */
export interface FreshStart {
  readonly importMs: number;
  /** With loading zod and undici. */
  readonly firstCallMs: number;
  readonly secondCallMs: number;
}

const SCRIPT = `
const [entry, baseUrl] = process.argv.slice(1);
const startMs = performance.now();
const { FluxClient } = await import(entry);
const importMs = performance.now() - startMs;
const client = new FluxClient({ baseUrls: [baseUrl] });
const callMs = async () => {
  const startMs = performance.now();
  await client.locations('myapp');
  return performance.now() - startMs;
};
const firstCallMs = await callMs();
const secondCallMs = await callMs();
await client.close();
process.stdout.write(JSON.stringify({ importMs, firstCallMs, secondCallMs }));
`;

/** Imports the built package in new processes, one after another, and asks a server on loopback twice in each. */
export async function freshStarts(entry: URL, count: number): Promise<readonly FreshStart[]> {
  const text = listingText(100);
  await using server = await loopbackServer((_request, response) => sendText(response, text));
  const starts: FreshStart[] = [];
  for (let index = 0; index < count; index += 1) {
    const { stdout } = await run(process.execPath, [
      '--input-type=module',
      '--eval',
      SCRIPT,
      '--',
      entry.href,
      server.url,
    ]);
    const { importMs, firstCallMs, secondCallMs }: FreshStart = JSON.parse(stdout);
    starts.push({ importMs, firstCallMs, secondCallMs });
  }
  return starts;
}
