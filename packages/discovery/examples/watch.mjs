// @ts-check
// Prints the changes of an app's listing as they are reported, until SIGINT or SIGTERM.
//
//   node watch.mjs APP [--interval SECONDS]
//
// A new instance is reported by the first answer that lists it. A removal takes ten minutes and several answers of
// several databases by default, so that an outage and a database that lags behind remove nobody.
import { env } from 'node:process';
import { parseArgs } from 'node:util';
import { FluxClient, FluxDiscovery, formatNodeAddress } from '@flux-pg/discovery';

const { values, positionals } = parseArgs({
  allowPositionals: true,
  options: { interval: { type: 'string', default: '60' } },
});
const [app] = positionals;
if (app === undefined) {
  console.error('usage: node watch.mjs APP [--interval SECONDS]');
  process.exit(1);
}

const stopping = new AbortController();
for (const name of ['SIGINT', 'SIGTERM']) process.once(name, () => stopping.abort());

// A Flux of one's own may have private addresses. Unless one is named, the public endpoints are asked.
const { FLUX_API_URL: url } = env;
const client = new FluxClient(url ? { baseUrls: [url], allowPrivateAddresses: true } : {});
try {
  const discovery = new FluxDiscovery({ client });
  const watch = discovery.watch(app, {
    intervalMs: Number(values.interval) * 1000,
    signal: stopping.signal,
  });
  console.log(`watching ${app}`);
  // The signal ends this loop, also while it waits; the process ends by itself then, since nothing is left open.
  for await (const { kind, instance, listing } of watch) {
    const time = new Date().toISOString();
    console.log(`${time}  ${kind}  ${formatNodeAddress(instance.address)}  ${listing.length} now`);
  }
  console.log('stopped');
} finally {
  await client.close();
}
