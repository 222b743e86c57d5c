import { mustRun } from '../command/run.ts';
import { formatDuration, say } from '../output.ts';
import { ROOT } from '../paths.ts';
import { ensureBaseImage } from './base-image.ts';
import { hashInputs } from './inputs.ts';
import { ensureNodeImage } from './node-image.ts';
import { inspectImage } from './reference.ts';

const LABEL = 'flux-pg.inputs';
const BUILD_LIMIT_MS = 25 * 60_000;

const images = [
  { tag: 'flux-pg-cluster:dev', target: [] },
  { tag: 'flux-pg-mock:dev', target: ['--target', 'mock-flux'] },
] as const;

const proxyVariables = ['HTTP_PROXY', 'HTTPS_PROXY', 'NO_PROXY', 'http_proxy', 'https_proxy', 'no_proxy'];

/** Arguments of the Dockerfile; proxies are passed by name, so that their passwords are on no command line. */
export function buildArguments(
  base: string,
  node: string,
  env: Readonly<Record<string, string | undefined>>,
): readonly string[] {
  const args = [`BASE_IMAGE=${base}`, `NODE_IMAGE=${node}`];
  if (env.PG_MAJOR) args.push(`PG_MAJOR=${env.PG_MAJOR}`);
  args.push(...proxyVariables.filter((name) => env[name]));
  return args.flatMap((text) => ['--build-arg', text]);
}

/** Builds the node's image and the mock's, unless they are built from just these files already. Throws a `DevError`. */
export async function ensureImages(): Promise<void> {
  const base = await ensureBaseImage();
  const node = await ensureNodeImage(base);
  const inputs = await hashInputs(ROOT, [base.id, node.id, process.env.PG_MAJOR ?? '']);
  for (const { tag, target } of images) {
    if ((await inspectImage(tag))?.labels[LABEL] === inputs) {
      say(`${tag} is up to date`);
      continue;
    }
    say(`building ${tag} on ${base.reference}`);
    const startedMs = performance.now();
    // On the host's network a build reaches package mirrors wherever the host does, DNS and proxies included.
    const args = ['build', '--network', 'host', '--label', `${LABEL}=${inputs}`, '--tag', tag, ...target];
    const all = [...args, ...buildArguments(base.reference, node.reference, process.env)];
    await mustRun(
      {
        step: `image ${tag}`,
        mend: 'see the last lines of the build; package mirrors have to be reachable',
      },
      'docker',
      [...all, '--file', 'docker/Dockerfile', '.'],
      { output: 'show', timeoutMs: BUILD_LIMIT_MS },
    );
    say(`built ${tag} in ${formatDuration(performance.now() - startedMs)}`);
  }
}
