// @ts-check
// Checks the health of an app: how many instances work of those that were ordered. An instance works when its node
// answers and says that it runs the app, and, with PORT, the app accepts a TCP connection there.
//
//   node health-check.mjs APP [PORT] [--node ADDRESS]...
//
// Exit status: 0 healthy, 1 unhealthy, 2 cannot tell. `--node` names nodes of an earlier listing. They are asked as
// well, so that an outage of the central API can be told from being cut off oneself.
import { once } from 'node:events';
import { connect } from 'node:net';
import { env } from 'node:process';
import { parseArgs } from 'node:util';
import { FluxClient, FluxDiscovery, formatNodeAddress } from '@flux-pg/discovery';

/** @typedef {import('@flux-pg/discovery').NodeAddress} NodeAddress */

/** @param {unknown} error */
const reasonOf = (error) => (error instanceof Error ? error.message : String(error));

/** @param {string} host @param {number} port */
async function accepts(host, port) {
  const socket = connect({ host, port, signal: AbortSignal.timeout(5000) });
  const connected = once(socket, 'connect').then(
    () => true,
    () => false,
  );
  return await connected.finally(() => socket.destroy());
}

/**
 * What is wrong with an instance by its node's own account; null when nothing is.
 * @param {FluxClient} client @param {NodeAddress} address @param {string} app @param {readonly string[]} ordered
 */
async function problemOf(client, address, app, ordered) {
  const node = client.nodeClient(address);
  try {
    const [, running] = await Promise.all([node.version(), node.runningApps()]);
    const own = running.components.filter((container) => container.app.toLowerCase() === app.toLowerCase());
    if (own.length === 0) return 'its node says that it does not run the app';
    const missing = ordered.filter((name) => !own.some(({ component }) => component === name));
    return missing.length === 0 ? null : `its node does not run the component ${missing.join(', ')}`;
  } catch (error) {
    return `its node does not answer (${reasonOf(error)})`;
  }
}

/**
 * @param {FluxClient} client @param {string} app @param {number | undefined} port @param {readonly NodeAddress[]} knownNodes
 * @returns {Promise<[status: 0 | 1 | 2, verdict: string]>}
 */
async function check(client, app, port, knownNodes) {
  const [found, specification] = await Promise.all([
    new FluxDiscovery({ client, knownNodes }).discover(app),
    client.specification(app).catch(reasonOf),
  ]);
  if (found.contact === 'none') return [2, 'cannot tell: Flux API outage, or this machine is cut off'];
  if (found.contact === 'nodes') console.log('Flux API outage: only single nodes answer');
  if (typeof specification === 'string') console.log(`no specification (${specification})`);
  // An empty listing is no information: unknown apps and incomplete databases look the same.
  if (!found.known) return [2, 'cannot tell: nobody lists an instance'];
  // Encrypted apps hide their components; any container of the app will do there, as without a specification.
  const ordered = typeof specification === 'string' ? [] : specification.components.map(({ name }) => name);
  const checks = found.instances.map(async ({ address }) => {
    const [problem, isOpen] = await Promise.all([
      problemOf(client, address, app, ordered),
      port === undefined || accepts(address.ip, port),
    ]);
    const problems = [problem, isOpen ? null : `port ${port} accepts no connection`].filter(Boolean);
    console.log(`${formatNodeAddress(address)}  ${problems.join('; ') || 'works'}`);
    return problems.length === 0;
  });
  const working = (await Promise.all(checks)).filter(Boolean).length;
  const says = `of ${checks.length} listed instances ${working} work`;
  if (working === 0) return [1, `unhealthy: ${says}`];
  if (typeof specification === 'string') return [2, `cannot tell: ${says}, it is unknown how many should`];
  // A crashed node stays listed for up to two hours, so a row that fails is no fault while enough others work.
  const isHealthy = working >= specification.instances;
  const verdict = `${isHealthy ? 'healthy' : 'unhealthy'}: ${says}, ${specification.instances} are ordered`;
  return [isHealthy ? 0 : 1, verdict];
}

// A Flux of one's own may have private addresses. Unless one is named, the public endpoints are asked.
const { FLUX_API_URL: url } = env;
const client = new FluxClient(url ? { baseUrls: [url], allowPrivateAddresses: true } : {});
try {
  const { values, positionals } = parseArgs({
    allowPositionals: true,
    options: { node: { type: 'string', multiple: true } },
  });
  const [app, port] = positionals;
  if (app === undefined) throw new TypeError('usage: node health-check.mjs APP [PORT] [--node ADDRESS]...');
  const nodes = (values.node ?? []).map((text) => client.nodeClient(text).address);
  const [status, verdict] = await check(client, app, port === undefined ? undefined : Number(port), nodes);
  console.log(verdict);
  process.exitCode = status;
} catch (error) {
  // Of its own, an error would end the process with 1, which means unhealthy here.
  console.error(`cannot tell: ${reasonOf(error)}`);
  process.exitCode = 2;
} finally {
  await client.close();
}
