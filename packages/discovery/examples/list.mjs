// @ts-check
// Lists the instances of an app: who lists each, how fresh that is, and which sources failed.
//
//   node list.mjs APP
//
// Exit status: 0 when instances are known, 1 when nothing is.
import { env } from 'node:process';
import { FluxClient, FluxDiscovery, formatNodeAddress } from '@flux-pg/discovery';

/** @typedef {import('@flux-pg/discovery').SourceReport} SourceReport */

/** @param {number | undefined | null} timeMs */
function announced(timeMs) {
  if (timeMs === undefined || timeMs === null) return 'announced at an unknown time';
  return `announced ${Math.max(0, Math.round((Date.now() - timeMs) / 60_000))} min ago`;
}

/** @param {SourceReport} source */
function describe(source) {
  if (source.outcome === 'failed') return `failed (${source.error.code}: ${source.error.reason})`;
  if (source.outcome === 'empty') return 'lists nobody';
  return `lists ${source.count}, the latest ${announced(source.newestAnnouncementMs)}`;
}

const [app] = process.argv.slice(2);
if (app === undefined) {
  console.error('usage: node list.mjs APP');
  process.exit(1);
}

// A Flux of one's own may have private addresses. Unless one is named, the public endpoints are asked.
const { FLUX_API_URL: url } = env;
const client = new FluxClient(url ? { baseUrls: [url], allowPrivateAddresses: true } : {});
try {
  const found = await new FluxDiscovery({ client }).discover(app);
  if (found.known) {
    for (const { address, location, listedBy, missingFrom } of found.instances) {
      console.log(`${formatNodeAddress(address)}  ${announced(location.broadcastedAt?.getTime())}`);
      console.log(`  listed by ${listedBy.map(({ name }) => name).join(', ')}`);
      if (missingFrom.length > 0) console.log(`  missing from ${missingFrom.join(', ')}`);
    }
  } else {
    // There is no list here that could be mistaken for an app without instances.
    const why = found.why === 'failed' ? 'every source failed' : 'those that answered list nobody';
    console.log(`Nothing is known of ${app}: ${why}. That does not mean that it does not run.`);
    process.exitCode = 1;
  }
  console.log('\nSources:');
  for (const source of found.sources) console.log(`  ${source.name}  ${describe(source)}`);
} finally {
  await client.close();
}
