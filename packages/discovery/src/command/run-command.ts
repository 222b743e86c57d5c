import { readFile } from 'node:fs/promises';
import { PUBLIC_BASE_URLS } from '../client/client-options.ts';
import { FluxClient } from '../client/flux-client.ts';
import { FluxDiscovery } from '../discover/flux-discovery.ts';
import { DiscoveryError } from '../discovery-error.ts';
import type { Fetch } from '../http/fetch-transport.ts';
import { type Arguments, HELP, readArguments } from './arguments.ts';
import { examine } from './doctor.ts';
import { showDiscovery } from './show-discovery.ts';
import { showSpecification } from './specification.ts';
import { exitStatus, json, type Terminal } from './terminal.ts';
import { watchApp } from './watch.ts';

async function packageVersion(): Promise<string> {
  const text = await readFile(new URL('../../package.json', import.meta.url), 'utf8');
  const document: unknown = JSON.parse(text);
  return typeof document === 'object' && document !== null && 'version' in document
    ? String(document.version)
    : 'unknown';
}

async function runWith(given: Arguments, terminal: Terminal, fetch: Fetch | undefined): Promise<number> {
  const clientOptions = {
    ...(fetch === undefined ? {} : { fetch }),
    ...(given.baseUrls === undefined ? {} : { baseUrls: given.baseUrls }),
    requestTimeoutMs: given.timeoutMs,
    // Each of the URLs has its whole time.
    callBudgetMs: given.timeoutMs * (given.baseUrls ?? PUBLIC_BASE_URLS).length,
    allowPrivateAddresses: given.allowPrivateAddresses,
    bypassCache: given.fresh,
  };
  await using client = new FluxClient(clientOptions);
  const discovery = new FluxDiscovery({ client, nodes: given.nodes });
  const { app, command } = given;
  const { signal, out } = terminal;
  switch (command) {
    case 'locations': {
      const found = await discovery.discover(app, { signal });
      out(given.json ? json(found) : showDiscovery(found));
      if (found.known) return exitStatus.ok;
      return found.why === 'empty' ? exitStatus.unknown : exitStatus.failed;
    }
    case 'spec': {
      const specification = await client.specification(app, { signal });
      out(given.json ? json(specification) : showSpecification(specification));
      return exitStatus.ok;
    }
    case 'watch':
      return await watchApp(discovery, given, terminal);
    case 'doctor':
      return await examine(client, discovery, { ...given, clientOptions }, terminal);
  }
}

/**
 * Runs one command line and gives its exit status. Everything it says goes to the terminal. A `fetch` that is given
 * carries all requests.
 */
export async function runCommand(
  words: readonly string[],
  terminal: Terminal,
  fetch?: Fetch,
): Promise<number> {
  const read = readArguments(words);
  if (read.kind === 'help') {
    terminal.out(HELP);
    return exitStatus.ok;
  }
  if (read.kind === 'version') {
    terminal.out(`${await packageVersion()}\n`);
    return exitStatus.ok;
  }
  if (read.kind === 'wrong') {
    terminal.err(`${read.problems.join('\n')}\n\nSee flux-discovery --help\n`);
    return exitStatus.usage;
  }
  try {
    return await runWith(read.arguments, terminal, fetch);
  } catch (error) {
    if (!(error instanceof DiscoveryError)) throw error;
    if (error.code === 'aborted') return exitStatus.interrupted;
    terminal.err(`${error.message}\n`);
    return exitStatus.failed;
  }
}
