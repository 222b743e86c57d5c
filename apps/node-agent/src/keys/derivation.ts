import { spawn } from 'node:child_process';
import { text } from 'node:stream/consumers';
import { z } from 'zod';

/** What the deriving process is told. */
export const derivationRequestSchema = z.object({
  secret: z.string().min(1),
  appName: z.string().min(1),
  /** The name of this node in etcd, which its certificate is for. */
  memberName: z.string().min(1),
  validityDays: z.number().positive(),
});

/** What the deriving process is told. */
export type DerivationRequest = z.infer<typeof derivationRequestSchema>;

const pemsSchema = z.object({ certificatePem: z.string(), privateKeyPem: z.string() });

const derivedKeysSchema = z.object({
  caCertificatePem: z.string(),
  statusKeyHex: z.string().regex(/^[0-9a-f]{64}$/),
  api: z.object({ username: z.string(), password: z.string() }),
  fingerprint: z.string(),
  /** Proves this node to callers, and as a caller. */
  node: pemsSchema,
  /** Shown to the peers of this node's etcd. */
  peer: pemsSchema,
});

/** All that the agent keeps of the cluster secret, and fresh certificates of this node. */
export type DerivedKeys = z.infer<typeof derivedKeysSchema>;

/** Derives the cluster's keys and issues certificates in a process of its own, see `derive-main.ts`. */
export async function deriveKeys(request: DerivationRequest): Promise<DerivedKeys> {
  const extension = import.meta.filename.endsWith('.ts') ? 'ts' : 'js';
  const program = `${import.meta.dirname}/derive-main.${extension}`;
  const child = spawn(process.execPath, [...process.execArgv, program], {
    stdio: ['pipe', 'pipe', 'inherit'],
  });
  const ended = new Promise<number | null>((resolve, reject) => {
    child.once('error', reject);
    child.once('close', resolve);
  });
  child.stdin.on('error', () => undefined);
  child.stdin.end(JSON.stringify(request));
  const [output, exitStatus] = await Promise.all([text(child.stdout), ended]);
  if (exitStatus !== 0)
    throw new Error(`the keys could not be derived: the process ended with ${exitStatus}`);
  return derivedKeysSchema.parse(JSON.parse(output));
}
