import { createHash } from 'node:crypto';
import { DEFAULT_API_PORT } from '@flux-pg/discovery';
import { z } from 'zod';
import { appNameSchema, instancesSchema } from './instance.ts';

/**
 * One Flux node with a database of its own. It answers requests whose `Host` is its address, and takes its turn behind the
 * public endpoint.
 */
export const nodeSchema = z.strictObject({
  ip: z.string().min(1).max(200),
  apiPort: z.int().min(1).max(65_535).default(DEFAULT_API_PORT),
  /** Its collateral as `/hostinfo` writes it; derived from the address unless given. */
  id: z
    .string()
    .regex(/^[0-9a-f]{64}\d{1,5}$/)
    .optional(),
  tier: z.enum(['CUMULUS', 'NIMBUS', 'STRATUS']).default('CUMULUS'),
  version: z.string().default('8.17.0'),
  /** Whether the public endpoint asks it, too. */
  public: z.boolean().default(true),
  /** Its database is as the network was so long ago. */
  lagMs: z
    .int()
    .min(0)
    .max(7 * 86_400_000)
    .default(0),
  /** Apps of which its database says something else than the network, by name. */
  apps: z.record(appNameSchema, instancesSchema).default({}),
  /** What it runs by its own account; unless given, the apps that are listed at its address. */
  running: z
    .array(z.strictObject({ app: appNameSchema, component: z.string().optional() }))
    .max(100)
    .optional(),
});

/** All nodes, as fixtures and control calls give them. */
export const nodesSchema = z.array(nodeSchema).max(10_000);

/** A node with defaults filled in. */
export type MockNode = z.infer<typeof nodeSchema>;

/** A node as it is given. */
export type NodeInput = z.input<typeof nodeSchema>;

/** How a node is called, in the `Host` of its requests, in the header `FLUXNODE` and by faults. */
export function nodeName({ ip, apiPort }: MockNode): string {
  return `${ip.includes(':') ? `[${ip}]` : ip}:${apiPort}`;
}

/** Transaction and output of the node's collateral. */
export function collateral(node: Pick<MockNode, 'ip' | 'id'>): {
  readonly txhash: string;
  readonly outidx: string;
} {
  const id = node.id ?? `${createHash('sha256').update(node.ip).digest('hex')}0`;
  return { txhash: id.slice(0, 64), outidx: id.slice(64) };
}

/** The node's row in the deterministic node list. */
export function nodeRow(node: MockNode): Record<string, unknown> {
  const { txhash, outidx } = collateral(node);
  return {
    collateral: `COutPoint(${txhash}, ${outidx})`,
    txhash,
    outidx,
    ip: node.apiPort === DEFAULT_API_PORT ? node.ip : nodeName(node),
    network: 'ipv4',
    added_height: 1_700_000,
    confirmed_height: 1_700_050,
    last_confirmed_height: 2_200_000,
    last_paid_height: 2_199_000,
    tier: node.tier,
    payment_address: '1MockPaymentAddress',
    pubkey: '04mock',
    activesince: '1700000000',
    lastpaid: '1750000000',
    amount: '1000.00',
    rank: 0,
  };
}

/** A container as Docker describes it. */
export function containerRow(app: string, component: string | undefined): Record<string, unknown> {
  const name = component === undefined ? `/flux${app}` : `/flux${component}_${app}`;
  return {
    Id: createHash('sha256').update(name).digest('hex'),
    Names: [name],
    Image: 'example/app:latest',
    Created: 1_750_000_000,
    Ports: [],
    State: 'running',
    Status: 'Up 3 days',
  };
}
