import { z } from 'zod';
import {
  type ColdStartDecision,
  type ColdStartEvidence,
  decideColdStart,
  type LeaderKey,
  renewalsOf,
} from '../cold-start/index.ts';
import { parseJson } from '../parse-json.ts';
import { newestMirror } from './known-members.ts';
import { oncePerText } from './once-per-text.ts';
import { oncePerView } from './once-per-view.ts';
import { freshPeers, memberReports } from './reports.ts';
import { clash } from './rules/clash.ts';
import { goneNodes } from './standing.ts';
import type { View } from './view.ts';

const syncSchema = z.object({
  leader: z.string().nullish(),
  sync_standby: z.string().nullish(),
});

const readSync = oncePerText((text) => syncSchema.safeParse(parseJson(text)).data ?? null);

/** Who Patroni's key `/sync` names: its leader and the synchronous standbys. */
export function syncMembers(view: View): {
  readonly leader: string | null;
  readonly standbys: readonly string[];
} {
  const text = view.etcd.ok ? view.etcd.value.patroni.sync : null;
  const sync = readSync(text ?? '');
  const standbys = (sync?.sync_standby ?? '')
    .split(',')
    .map((name) => name.trim())
    .filter((name) => name !== '');
  return { leader: sync?.leader ?? null, standbys };
}

function ttlMs({ config }: View): number {
  return config.patroni.ttlSeconds * 1000;
}

/** Patroni's leader key, with whether its holder proves to be what the key says. */
export const leaderKey = oncePerView((view: View): LeaderKey | null => {
  const nodeId = view.etcd.ok ? view.etcd.value.patroni.leader : null;
  if (nodeId === null) return null;
  const own = view.postgres.ok ? view.postgres.value : null;
  const holder =
    nodeId === view.state.nodeId ? own : freshPeers(view).find((peer) => peer.nodeId === nodeId)?.postgres;
  const watch = view.memory.leaderLease;
  const leaseRenewals =
    watch?.nodeId === nodeId ? renewalsOf(watch, { nowMs: view.nowMs, ttlMs: ttlMs(view) }) : 0;
  return { nodeId, runsPrimary: holder?.role === 'primary' && holder.state === 'running', leaseRenewals };
});

/** What every decision about the start of PostgreSQL rests on. */
export function coldStartEvidence(view: View): ColdStartEvidence {
  return {
    nowMs: view.nowMs,
    self: view.state.nodeId,
    etcdReadable: view.etcd.ok,
    leader: leaderKey(view),
    members: memberReports(view),
    ttlMs: ttlMs(view),
    mustRest: view.state.stale !== null || view.state.intent !== null || clash(view) !== null,
  };
}

/** Whether Patroni may be started on this node now. */
export const coldStart = oncePerView((view: View): ColdStartDecision => {
  const { leader, standbys } = syncMembers(view);
  return decideColdStart({
    ...coldStartEvidence(view),
    syncStandbys: standbys.filter((name) => name !== leader),
    bootstrap: view.etcd.ok ? view.etcd.value.bootstrap : null,
    initialized: view.etcd.ok && (view.etcd.value.patroni.initialize ?? '') !== '',
    lastPrimary: newestMirror(view)?.lastPrimary ?? null,
    gone: goneNodes(view),
    warmth: view.memory.warmth ?? { warm: false, headlessSinceMs: null, coldSinceMs: null, reports: {} },
  });
});
