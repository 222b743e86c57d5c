import type { Ports } from '../loop/ports.ts';
import type { View } from '../loop/view.ts';
import { PGDATA } from '../paths.ts';
import { readPostmasterPid, shutDown } from './shutdown.ts';

function isAlive(pid: number): boolean {
  try {
    process.kill(pid, 0);
    return true;
  } catch {
    return false;
  }
}

function signal(pid: number, name: NodeJS.Signals): void {
  try {
    process.kill(pid, name);
  } catch {
    // It has ended in the meantime, which is what the signal was for.
  }
}

/** Voters that could take over etcd's leadership, a replica's node that keeps up first. */
function successors(view: View) {
  if (!view.localEtcd.ok || !view.etcd.ok) return [];
  const { memberId } = view.localEtcd.value;
  const applied = new Map(
    view.peers.flatMap(({ heard }) => {
      const reading = heard.kind === 'authenticated' ? heard.document.etcd.reading : null;
      return reading === null ? [] : [[reading.memberId, reading.raftAppliedIndex] as const];
    }),
  );
  return view.etcd.value.members
    .filter(({ id, isLearner }) => id !== memberId && !isLearner && applied.has(id))
    .sort((left, right) => (applied.get(right.id) ?? 0) - (applied.get(left.id) ?? 0));
}

/** Stops this node's programs in order, with what the last tick knew of them. */
export async function stopNode(ports: Ports, view: View | null): Promise<void> {
  if (view === null) return;
  const { localEtcd, postgres, processes } = view;
  await shutDown(
    {
      localEtcd: ports.localEtcd,
      database: ports.database,
      nowMs: ports.clock.nowMs,
      signal,
      isAlive,
      postmasterPid: () => readPostmasterPid(PGDATA),
    },
    {
      processes: processes.ok ? processes.value : [],
      isPrimary: postgres.ok && postgres.value.role === 'primary',
      etcdLeads: localEtcd.ok && localEtcd.value.leaderId === localEtcd.value.memberId,
      successors: successors(view),
    },
  );
}
