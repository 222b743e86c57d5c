import { createHash } from 'node:crypto';
import type { EtcdMember } from '../port/etcd-endpoint.ts';

/** A member as the model keeps it. */
export interface ModelMember {
  readonly id: string;
  readonly peerUrl: string;
  isLearner: boolean;
  /** What it will publish once it hears a leader; null until it has been started. */
  identity: { readonly name: string; readonly clientUrl: string } | null;
  published: boolean;
  state: 'stopped' | 'running' | 'paused';
  /** The last entry of its log. */
  index: number;
}

/** Ids depend on the second of the addition as in etcd, so that a member added again is another one. */
export function memberIdOf(peerUrl: string, cluster: string, addedAtMs: number): string {
  const hash = createHash('sha1')
    .update(`${peerUrl}\n${cluster}\n${Math.floor(addedAtMs / 1000)}`)
    .digest('hex');
  return BigInt(`0x${hash.slice(0, 16)}`).toString(16);
}

/** The member as the member list shows it. */
export function listed(member: ModelMember): EtcdMember {
  const shown = member.published ? member.identity : null;
  return {
    id: member.id,
    name: shown?.name ?? '',
    peerUrls: [member.peerUrl],
    clientUrls: shown === null ? [] : [shown.clientUrl],
    isLearner: member.isLearner,
  };
}
