import { formatNodeAddress, type NodeAddress } from '../address/node-address.ts';
import { FluxClient } from '../client/flux-client.ts';
import type { Contact, Discovery } from '../discover/discovery.ts';
import type { FluxDiscovery } from '../discover/flux-discovery.ts';
import { DiscoveryError } from '../discovery-error.ts';
import type { Arguments } from './arguments.ts';
import { exitStatus, json, type Terminal, table } from './terminal.ts';

/** One thing that was looked at. `warn` is worth knowing and no fault of Flux's. */
interface Check {
  readonly verdict: 'ok' | 'warn' | 'FAIL';
  readonly what: string;
  readonly detail: string;
}

function failed(what: string, error: unknown): Check {
  if (!(error instanceof DiscoveryError)) throw error;
  return { verdict: 'FAIL', what, detail: `${error.code}: ${error.reason}` };
}

async function checkBaseUrl(
  url: string,
  options: ConstructorParameters<typeof FluxClient>[0],
  app: string,
  signal: AbortSignal,
): Promise<Check> {
  await using client = new FluxClient({ ...options, baseUrls: [url] });
  const [what] = client.baseUrls;
  const startedMs = performance.now();
  try {
    const { locations, answeredBy } = await client.locations(app, { signal });
    const by = answeredBy === undefined ? '' : ` from ${answeredBy}`;
    const detail = `${locations.length} rows${by} in ${Math.round(performance.now() - startedMs)} ms`;
    return { verdict: locations.length === 0 ? 'warn' : 'ok', what: what ?? url, detail };
  } catch (error) {
    return failed(what ?? url, error);
  }
}

async function checkSpecification(
  client: FluxClient,
  discovery: Discovery,
  signal: AbortSignal,
): Promise<readonly Check[]> {
  try {
    const { instances: ordered, encrypted } = await client.specification(discovery.app, { signal });
    const listed = discovery.known ? discovery.instances.length : 0;
    const kind = encrypted ? ', encrypted' : '';
    return [
      { verdict: 'ok', what: 'specification', detail: `${ordered} instances ordered${kind}` },
      {
        verdict: listed === ordered ? 'ok' : 'warn',
        what: 'listing',
        detail: `${listed} of ${ordered} instances are listed`,
      },
    ];
  } catch (error) {
    return [failed('specification', error)];
  }
}

function checkAgreement(discovery: Discovery): readonly Check[] {
  const rejected = discovery.sources.flatMap((source) =>
    source.outcome === 'failed' ? [] : source.rejected,
  );
  const rows: Check = {
    verdict: rejected.length === 0 ? 'ok' : 'warn',
    what: 'rows',
    detail: rejected.length === 0 ? 'all usable' : `${rejected.length} left out, such as ${rejected[0]?.row}`,
  };
  if (!discovery.known) return [rows];
  const disputed = discovery.instances.filter(({ missingFrom }) => missingFrom.length > 0);
  const detail = disputed
    .map(
      ({ address, missingFrom }) => `${formatNodeAddress(address)} is missing from ${missingFrom.join(', ')}`,
    )
    .join('; ');
  return [
    rows,
    {
      verdict: disputed.length === 0 ? 'ok' : 'warn',
      what: 'agreement',
      detail: disputed.length === 0 ? 'all sources list the same' : detail,
    },
  ];
}

const contacts: Readonly<Record<Contact, Omit<Check, 'what'>>> = {
  api: { verdict: 'ok', detail: 'the API answers' },
  nodes: { verdict: 'warn', detail: 'only single nodes answer: the outage is at the API, not here' },
  none: { verdict: 'FAIL', detail: 'nobody answers: this machine may be cut off' },
};

async function checkNode(
  client: FluxClient,
  address: NodeAddress,
  app: string,
  signal: AbortSignal,
): Promise<Check> {
  const what = `node ${formatNodeAddress(address)}`;
  try {
    const node = client.nodeClient(address);
    const [{ version }, { components }] = await Promise.all([
      node.version({ signal }),
      node.runningApps({ signal }),
    ]);
    const own = components.filter((component) => component.app.toLowerCase() === app.toLowerCase());
    return own.length > 0
      ? {
          verdict: 'ok',
          what,
          detail: `FluxOS ${version}, runs ${own.length} ${own.length === 1 ? 'container' : 'containers'} of it`,
        }
      : {
          verdict: 'warn',
          what,
          detail: `FluxOS ${version}, is listed but says that it does not run the app`,
        };
  } catch (error) {
    // A dead node stays listed for up to two hours: that is what Flux does, not a fault.
    return { ...failed(what, error), verdict: 'warn' };
  }
}

/** Looks at everything that could be wrong with finding an app. */
export async function examine(
  client: FluxClient,
  discovery: FluxDiscovery,
  given: Arguments & { readonly clientOptions: ConstructorParameters<typeof FluxClient>[0] },
  terminal: Terminal,
): Promise<number> {
  const { app } = given;
  const { signal } = terminal;
  const urls = given.baseUrls ?? client.baseUrls;
  const bases = await Promise.all(urls.map((url) => checkBaseUrl(url, given.clientOptions, app, signal)));
  const found = await discovery.discover(app, { signal });
  const specification = await checkSpecification(client, found, signal);
  const nodes = await Promise.all(
    (found.known ? found.instances : []).map(({ address }) => checkNode(client, address, app, signal)),
  );
  const contact: Check = { what: 'contact', ...contacts[found.contact] };
  const checks = [...bases, contact, ...specification, ...checkAgreement(found), ...nodes];
  const isBroken = !found.known || checks.some(({ verdict }) => verdict === 'FAIL');
  const rows = checks.map(({ verdict, what, detail }) => [verdict, what, detail]);
  terminal.out(given.json ? json({ app, checks }) : table(['', 'CHECKED', 'FOUND'], rows));
  return isBroken ? exitStatus.failed : exitStatus.ok;
}
