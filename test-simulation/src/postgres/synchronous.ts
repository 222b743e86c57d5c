import { compareIds } from '@flux-pg/etcd-membership';
import { type SyncState, syncText } from './cluster-state.ts';
import type { Dcs } from './dcs.ts';
import type { SyncNames, WalSenders } from './wal-senders.ts';

interface Context {
  readonly nodeId: string;
  readonly dcs: Dcs;
  readonly senders: WalSenders;
  /** Waits until standbys that were just named may have confirmed. */
  readonly pause: () => Promise<void>;
}

/** Patroni waits that long for a new name in `synchronous_standby_names` to take effect. */
export const SYNC_PAUSE_MS = 2000;

async function write(
  dcs: Dcs,
  previous: SyncState,
  next: Omit<SyncState, 'revision'>,
): Promise<SyncState | null> {
  const { leader, voters, quorum, revision } = previous;
  if (syncText(next) === syncText({ leader, voters, quorum })) return previous;
  const written = await dcs.replace('sync', syncText(next), revision);
  return written === null ? null : { ...next, revision: written };
}

/** No synchronous mode: `/sync` goes first, so that nobody is promoted on the strength of a list that is not kept. */
export async function disableSync({ dcs, senders }: Context, sync: SyncState): Promise<void> {
  if (sync.revision !== 0) await dcs.delete('sync');
  if (senders.syncNames.names.length > 0) senders.nameSynchronous({ names: [], count: 0 });
}

function inBoth(left: readonly string[], right: readonly string[]): readonly string[] {
  return left.filter((name) => right.includes(name));
}

function same(left: readonly string[], right: readonly string[]): boolean {
  return left.length === right.length && inBoth(left, right).length === left.length;
}

/** Keeps the standby that is synchronous, else takes the furthest. */
function pick({ senders }: Context, active: readonly string[]): readonly string[] {
  const kept = inBoth(senders.syncNames.names, active);
  const [best] =
    kept.length > 0
      ? kept
      : [...active].sort(
          (left, right) => senders.flushedLsn(right) - senders.flushedLsn(left) || compareIds(left, right),
        );
  return best === undefined ? [] : [best];
}

/**
 * `synchronous_mode: true` with one standby. A name leaves `/sync` before `synchronous_standby_names` and enters it after:
 * whoever is in `/sync` has every row that was acknowledged.
 */
export async function processSync(context: Context, found: SyncState): Promise<void> {
  const { dcs, nodeId, senders } = context;
  const voters = found.leader === nodeId ? found.voters : [];
  const own = await write(dcs, found, { leader: nodeId, voters, quorum: 0 });
  if (own === null) return;
  const picked = pick(context, senders.active());
  const kept = inBoth(inBoth(own.voters, picked), senders.confirmed());
  const reduced = await write(dcs, own, { ...own, voters: kept });
  if (reduced === null) return;
  if (!same(picked, senders.syncNames.names)) {
    senders.nameSynchronous({ names: picked, count: picked.length });
    if (picked.length > 0 && !same(inBoth(picked, senders.confirmed()), picked)) await context.pause();
  }
  const confirmed = inBoth(picked, senders.confirmed());
  if (confirmed.length > 0) await write(dcs, reduced, { ...reduced, voters: confirmed });
}

/** Before a promotion in `synchronous_mode: true`: the list is taken over, so that no other candidate goes by the old one. */
export async function takeSyncOver({ dcs, nodeId, senders }: Context, sync: SyncState): Promise<boolean> {
  const written = await write(dcs, sync, { leader: nodeId, voters: [], quorum: 0 });
  if (written !== null) senders.nameSynchronous({ names: [], count: 0 });
  return written !== null;
}

/** Before a promotion in quorum mode: the names follow from `/sync`, which stays as it is. */
export function quorumNamesFor(nodeId: string, { leader, voters, quorum }: SyncState): SyncNames {
  const members = [...new Set(leader === null ? voters : [...voters, leader])];
  const names = members.filter((name) => name !== nodeId);
  // The former leader is a member too; a candidate from outside /sync waits for one standby more.
  const count = members.length - quorum - (members.includes(nodeId) ? 1 : 0);
  return { names, count: leader === null ? 0 : Math.max(0, Math.min(names.length, count)) };
}

/**
 * `synchronous_mode: quorum` with one acknowledging standby: any of the names. At every moment the names together with the
 * voters are no more than `quorum + count`, so that a candidate's votes include a node that has each acknowledged row.
 */
export async function processQuorum(context: Context, found: SyncState): Promise<void> {
  const { dcs, nodeId, senders } = context;
  let sync: SyncState | null = found;
  if (found.leader !== nodeId) {
    const members = [...new Set(found.leader === null ? [] : [...found.voters, found.leader])];
    const voters = members.filter((name) => name !== nodeId);
    const quorum = quorumFor(voters, senders.syncNames);
    sync = await write(dcs, found, { leader: nodeId, voters, quorum });
  }
  const active = senders.active();
  // 1. Who is gone leaves /sync, then the names.
  if (sync === null) return;
  const kept = inBoth(sync.voters, active);
  if (!same(kept, sync.voters)) {
    sync = await write(dcs, sync, { ...sync, voters: kept, quorum: quorumFor(kept, senders.syncNames) });
    if (sync === null) return;
  }
  if (!same(inBoth(senders.syncNames.names, active), senders.syncNames.names)) {
    const names = inBoth(senders.syncNames.names, active);
    senders.nameSynchronous({ names, count: Math.min(1, names.length) });
  }
  // 2. Who is new raises the quorum, enters the names, then /sync.
  if (!same(active, senders.syncNames.names)) {
    const wanted = { names: active, count: 1 };
    if (sync.voters.length > 0) {
      sync = await write(dcs, sync, { ...sync, quorum: quorumFor(sync.voters, wanted) });
      if (sync === null) return;
    }
    senders.nameSynchronous(wanted);
    if (inBoth(active, senders.confirmed()).length === 0) await context.pause();
  }
  const { names } = senders.syncNames;
  // Nobody votes before one standby has what was acknowledged without any.
  if (sync.voters.length === 0 && inBoth(names, senders.confirmed()).length === 0) return;
  await write(dcs, sync, { ...sync, voters: names, quorum: quorumFor(names, senders.syncNames) });
}

function quorumFor(voters: readonly string[], { names, count }: SyncNames): number {
  return voters.length === 0 ? 0 : new Set([...voters, ...names]).size - count;
}
