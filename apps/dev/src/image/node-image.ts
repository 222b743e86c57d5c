import { createHash } from 'node:crypto';
import { existsSync } from 'node:fs';
import { cp, mkdir, readFile, rm, writeFile } from 'node:fs/promises';
import { join } from 'node:path';
import { mustRun } from '../command/run.ts';
import { DevError } from '../dev-error.ts';
import { say } from '../output.ts';
import { TOOLCHAIN } from '../paths.ts';
import { inspectImage, type LocalImage, tryPull } from './reference.ts';

const OFFICIAL = 'node:24-trixie-slim';
const LOCAL = 'flux-pg-node:24';
const LABEL = 'flux-pg.inputs';
const STEP = 'build stage image (Node)';
const SYSTEM_CA_BUNDLE = '/etc/ssl/certs/ca-certificates.crt';

/** What a local build stage is made of. */
export interface NodeImageParts {
  readonly from: string;
  /** The base has no Node: the one of the toolchain is taken. */
  readonly bringsNode: boolean;
  readonly hasCa: boolean;
}

/** The Dockerfile of a local build stage. Only its Node binary ever reaches the final image. */
export function nodeDockerfile({ from, bringsNode, hasCa }: NodeImageParts): string {
  const lines = [`FROM ${from}`];
  if (bringsNode) lines.push('COPY node /usr/local/bin/node');
  lines.push(
    'COPY pnpm /usr/local/lib/pnpm',
    'RUN ln -sf ../lib/pnpm/bin/pnpm.cjs /usr/local/bin/pnpm && chmod 0755 /usr/local/lib/pnpm/bin/pnpm.cjs',
  );
  if (hasCa)
    lines.push('COPY ca.crt /usr/local/share/ca.crt', 'ENV NODE_EXTRA_CA_CERTS=/usr/local/share/ca.crt');
  return `${lines.join('\n')}\n`;
}

/** A proxy that re-signs TLS is known by the certificates that the host was told to trust. */
function extraCaPath(withSystemBundle: boolean): string | null {
  const { NODE_EXTRA_CA_CERTS: extra, SSL_CERT_FILE: bundle } = process.env;
  const candidates = [extra, bundle, withSystemBundle ? SYSTEM_CA_BUNDLE : undefined];
  return candidates.find((path) => path !== undefined && existsSync(path)) ?? null;
}

async function buildNodeImage(
  from: LocalImage,
  bringsNode: boolean,
  caPath: string | null,
): Promise<LocalImage> {
  const nodePath = join(TOOLCHAIN, 'node_modules', `node-linux-${process.arch}`, 'bin', 'node');
  const pnpmPath = join(TOOLCHAIN, 'node_modules', 'pnpm');
  const dockerfile = nodeDockerfile({
    from: from.reference,
    bringsNode,
    hasCa: caPath !== null,
  });
  const ca = caPath === null ? '' : await readFile(caPath);
  const pnpmManifest = await readFile(join(pnpmPath, 'package.json'));
  const hash = createHash('sha256');
  for (const part of [from.id, process.version, dockerfile, ca, pnpmManifest]) hash.update(part).update('\0');
  const inputs = hash.digest('hex');
  const present = await inspectImage(LOCAL);
  if (present?.labels[LABEL] === inputs) return present;

  say(`making ${LOCAL} from ${from.reference}`);
  const context = join(TOOLCHAIN, 'node-image');
  await rm(context, { recursive: true, force: true });
  await mkdir(context, { recursive: true });
  await writeFile(join(context, 'Dockerfile'), dockerfile);
  if (bringsNode) await cp(nodePath, join(context, 'node'));
  await cp(pnpmPath, join(context, 'pnpm'), { recursive: true });
  if (caPath !== null) await writeFile(join(context, 'ca.crt'), ca);
  const args = ['build', '--quiet', '--label', `${LABEL}=${inputs}`, '--tag', LOCAL, context];
  await mustRun({ step: STEP, mend: 'set NODE_IMAGE to an image with Node 24' }, 'docker', args);
  await rm(context, { recursive: true, force: true });
  const built = await inspectImage(LOCAL);
  if (built !== null) return built;
  throw new DevError('image', {
    step: STEP,
    cause: `${LOCAL} was built, but Docker does not list it`,
    mend: 'use a builder that keeps its images in the engine (docker buildx use default)',
  });
}

/**
 * The image of the build stage: `NODE_IMAGE`, else the official one; with certificates of the host added where a proxy
 * re-signs TLS, and made from `base` and the toolchain's Node where no registry can be reached.
 */
export async function ensureNodeImage(base: LocalImage): Promise<LocalImage> {
  const asked = process.env.NODE_IMAGE;
  const official = (await inspectImage(asked || OFFICIAL)) ?? (await officialOrNull(asked, base));
  if (asked && official !== null) return official;
  if (asked) {
    throw new DevError('image', {
      step: STEP,
      cause: `${asked} is not here and cannot be pulled`,
      mend: 'set NODE_IMAGE to an image that can be had, or unset it',
    });
  }
  if (official === null) return buildNodeImage(base, true, extraCaPath(true));
  const caPath = extraCaPath(false);
  return caPath === null ? official : buildNodeImage(official, false, caPath);
}

/** A base that had to be made here tells that there is no registry, which need not be tried again. */
async function officialOrNull(asked: string | undefined, base: LocalImage): Promise<LocalImage | null> {
  if (asked) return tryPull(asked);
  return base.reference.startsWith('flux-pg-base:') ? null : tryPull(OFFICIAL);
}
