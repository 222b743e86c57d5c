// Plain JavaScript for the Node that happens to be there (20 or later). It fetches the wanted Node and pnpm, installs
// the workspace's dependencies and hands over to src/main.ts; second runs find all that done and need no network.
import { spawn, spawnSync } from 'node:child_process';
import { createHash } from 'node:crypto';
import { existsSync, mkdirSync, readFileSync, writeFileSync } from 'node:fs';
import { constants } from 'node:os';
import { delimiter, dirname, join } from 'node:path';
import { fileURLToPath } from 'node:url';

const OLDEST_MAJOR = 20;
const SYSTEM_CA_BUNDLE = '/etc/ssl/certs/ca-certificates.crt';
const REGISTRY_MEND =
  'the npm registry has to be reachable once; behind a proxy set HTTPS_PROXY, and NODE_EXTRA_CA_CERTS where it re-signs TLS';

const root = dirname(dirname(dirname(fileURLToPath(import.meta.url))));
const toolchain = join(root, '.toolchain');
const modules = join(toolchain, 'node_modules');
const [command = '', ...rest] = process.argv.slice(2);

/** Every failure says where it happened, why, and what to do; a test run closes with its counts all the same. */
function fail(step, cause, mend) {
  process.stderr.write(
    `\nFAILED  ${step}\ncause   ${cause.trim().replaceAll('\n', '\n        ')}\nmend    ${mend}\n`,
  );
  if (command === 'test') process.stdout.write('0 passed, 1 failed\n');
  process.exit(1);
}

function readJson(path) {
  try {
    return JSON.parse(readFileSync(path, 'utf8'));
  } catch {
    return null;
  }
}

/** What the npm clients need to get through a proxy that re-signs TLS with a certificate the system trusts. */
function registryEnvironment() {
  const { NODE_EXTRA_CA_CERTS: given, SSL_CERT_FILE: bundle } = process.env;
  const ca = given || bundle || (existsSync(SYSTEM_CA_BUNDLE) ? SYSTEM_CA_BUNDLE : undefined);
  return ca === undefined ? process.env : { ...process.env, NODE_EXTRA_CA_CERTS: ca };
}

function mustRun(step, program, args, env) {
  const { status, error } = spawnSync(program, args, {
    cwd: root,
    env,
    stdio: 'inherit',
  });
  if (error !== undefined)
    fail(step, `${program} cannot be run: ${error.message}`, 'install Node >= 20 with npm');
  if (status !== 0)
    fail(step, `${[program, ...args].join(' ')} ended with ${status}, see above`, REGISTRY_MEND);
}

function ensureToolchain(versions) {
  const step = 'toolchain (Node and pnpm in .toolchain)';
  if (process.platform !== 'linux' || !['x64', 'arm64'].includes(process.arch)) {
    fail(step, `there is none for ${process.platform} on ${process.arch}`, 'use Linux on x64 or arm64');
  }
  const wanted = {
    [`node-linux-${process.arch}`]: versions.node,
    pnpm: versions.pnpm,
  };
  const missing = Object.entries(wanted).filter(
    ([name, version]) => readJson(join(modules, name, 'package.json'))?.version !== version,
  );
  if (missing.length > 0) {
    process.stdout.write(`fetching ${missing.map((entry) => entry.join(' ')).join(' and ')}\n`);
    mkdirSync(toolchain, { recursive: true });
    writeFileSync(
      join(toolchain, 'package.json'),
      `${JSON.stringify({ private: true, dependencies: wanted }, null, 2)}\n`,
    );
    const options = ['--no-audit', '--no-fund', '--no-update-notifier', '--loglevel=error'];
    mustRun(step, 'npm', ['install', '--prefix', toolchain, ...options], registryEnvironment());
  }
  return {
    node: join(modules, `node-linux-${process.arch}`, 'bin', 'node'),
    pnpm: join(modules, 'pnpm', 'bin', 'pnpm.cjs'),
  };
}

function ensureDependencies({ node, pnpm }, env) {
  const step = 'dependencies (pnpm install)';
  const lockfile = readFileSync(join(root, 'pnpm-lock.yaml'));
  const hash = createHash('sha256').update(lockfile).digest('hex');
  // Inside of node_modules, so that it goes when they go.
  const stamp = join(root, 'node_modules', '.flux-pg-lockfile');
  const complete = existsSync(join(root, 'apps', 'dev', 'node_modules'));
  if (complete && existsSync(stamp) && readFileSync(stamp, 'utf8') === hash) return;
  process.stdout.write('installing dependencies\n');
  const options = ['--frozen-lockfile', '--reporter=append-only'];
  // With CI set pnpm asks nothing.
  mustRun(step, node, [pnpm, 'install', ...options], { ...env, CI: 'true' });
  writeFileSync(stamp, hash);
}

function handOver(node, env) {
  const main = join(root, 'apps', 'dev', 'src', 'main.ts');
  const child = spawn(node, ['--conditions=@flux-pg/source', main, command, ...rest], {
    env,
    stdio: 'inherit',
  });
  // A terminal signals the whole group itself, so the child may get one twice; it takes the first.
  for (const signal of ['SIGINT', 'SIGTERM', 'SIGHUP']) process.on(signal, () => child.kill(signal));
  child.on('error', (error) => fail('start', error.message, 'remove .toolchain and run the command again'));
  child.on('exit', (code, signal) => process.exit(code ?? 128 + (constants.signals[signal] ?? 0)));
}

const running = Number(process.versions.node.split('.')[0]);
if (running < OLDEST_MAJOR) {
  fail('start', `this is Node ${process.versions.node}`, `use Node ${OLDEST_MAJOR} or later`);
}
const { toolchain: versions, packageManager } = readJson(join(root, 'package.json'));
const tools = ensureToolchain({
  node: versions.node,
  pnpm: packageManager.replace('pnpm@', ''),
});
const path = [dirname(tools.node), join(modules, '.bin'), process.env.PATH].join(delimiter);
ensureDependencies(tools, { ...registryEnvironment(), PATH: path });
handOver(tools.node, { ...process.env, PATH: path });
