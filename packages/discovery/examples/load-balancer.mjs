// @ts-check
// Keeps a part of a load balancer's configuration in step with the instances of an app.
//
//   node load-balancer.mjs APP PORT                 prints it once
//   node load-balancer.mjs APP PORT FILE            writes FILE, and again with each change, until SIGINT or SIGTERM
//   node load-balancer.mjs APP PORT FILE --once     writes FILE once
//
// Options: --format haproxy|nginx, --interval SECONDS. PORT is that of the app on its nodes. When nothing is known, FILE
// stays as it is; with --once that is exit status 1.
import { readFile, rename, rm, writeFile } from 'node:fs/promises';
import { env } from 'node:process';
import { parseArgs } from 'node:util';
import { FluxClient, FluxDiscovery } from '@flux-pg/discovery';

/** @typedef {import('@flux-pg/discovery').DiscoveredInstance} DiscoveredInstance */

const { values, positionals } = parseArgs({
  allowPositionals: true,
  options: {
    format: { type: 'string', default: 'haproxy' },
    interval: { type: 'string', default: '60' },
    once: { type: 'boolean', default: false },
  },
});
const [app, port, file] = positionals;
if (app === undefined || !/^\d+$/.test(port ?? '') || !['haproxy', 'nginx'].includes(values.format)) {
  console.error('usage: node load-balancer.mjs APP PORT [FILE] [--once] [--format haproxy|nginx]');
  process.exit(1);
}

/** @param {readonly DiscoveredInstance[]} instances */
function render(instances) {
  const servers = instances.map(({ address: { ip, family } }) => ({
    name: ip,
    target: family === 6 ? `[${ip}]:${port}` : `${ip}:${port}`,
  }));
  // A listed instance may be dead for up to two hours, so it is the load balancer that has to check them.
  const lines =
    values.format === 'nginx'
      ? [`upstream ${app} {`, ...servers.map(({ target }) => `  server ${target};`), '}']
      : [`backend ${app}`, ...servers.map(({ name, target }) => `  server ${name} ${target} check`)];
  return `# The instances of ${app} as Flux lists them. This file is generated.\n${lines.join('\n')}\n`;
}

/** Whoever reads the file sees the old text or the new one, never a part. @param {string} path @param {string} text */
async function replace(path, text) {
  const before = await readFile(path, 'utf8').catch(() => null);
  if (before === text) return;
  const temporary = `${path}.${process.pid}.tmp`;
  try {
    await writeFile(temporary, text, { flush: true });
    await rename(temporary, path);
  } finally {
    await rm(temporary, { force: true });
  }
  console.log(`${path} written`);
}

/** @param {FluxDiscovery} discovery @param {string} app */
async function exportOnce(discovery, app) {
  const found = await discovery.discover(app);
  if (!found.known) {
    console.error(`nothing is known of ${app}`);
    process.exitCode = 1;
  } else if (file === undefined) process.stdout.write(render(found.instances));
  else await replace(file, render(found.instances));
}

/**
 * The file holds the last listing, and that is the point. An outage, an empty answer and a source that lags behind are
 * no changes, so they take no server out, and while nobody answers nothing is written. A new instance comes at once; one
 * goes when several databases have not listed it for ten minutes.
 * @param {FluxDiscovery} discovery @param {string} app @param {string} path
 */
async function keepInStep(discovery, app, path) {
  const stopping = new AbortController();
  for (const name of ['SIGINT', 'SIGTERM']) process.once(name, () => stopping.abort());
  const intervalMs = Number(values.interval) * 1000;
  const watch = discovery.watch(app, { intervalMs, signal: stopping.signal });
  for await (const { listing } of watch) await replace(path, render(listing));
}

// A Flux of one's own may have private addresses. Unless one is named, the public endpoints are asked.
const { FLUX_API_URL: url } = env;
const client = new FluxClient(url ? { baseUrls: [url], allowPrivateAddresses: true } : {});
const discovery = new FluxDiscovery({ client });
try {
  if (file === undefined || values.once) await exportOnce(discovery, app);
  else await keepInStep(discovery, app, file);
} finally {
  await client.close();
}
