import { describe, expect, it } from 'vitest';
import { anEndpoint, type Call } from '../loop/ports-builder.ts';
import { anEtcdMember } from '../loop/view-builder.ts';
import { aDirectory, writeFiles } from '../volume/volume-builders.ts';
import { readPostmasterPid, type ShutdownFacts, type ShutdownPorts, shutDown } from './shutdown.ts';

const PATRONI = 30;
const ETCD = 20;
const ROUTER = 10;
const POSTMASTER = 40;

const process = (name: string, pid: number | null) => ({
  name,
  state: 'running' as const,
  pid,
  startedAtMs: null,
  exitStatus: 0,
});
const all = [process('router', ROUTER), process('etcd', ETCD), process('patroni', PATRONI)];
const never = () => new Promise<never>(() => undefined);

/** Ports whose processes end at the signals given for them; each look at a process takes 100 ms of the clock. */
function someProcesses(calls: Call[], endsAt: Readonly<Record<number, readonly string[]>>) {
  const ended = new Set<number>();
  let nowMs = 50_000;
  const ports: ShutdownPorts = {
    localEtcd: anEndpoint('etcd', calls),
    database: {
      provision: never,
      ensureRoles: never,
      hasUserData: never,
      checkpoint: async (timeoutMs) => {
        calls.push(['checkpoint', timeoutMs]);
      },
    },
    nowMs: () => nowMs,
    signal: (pid, signal) => {
      calls.push([signal, pid, nowMs - 50_000]);
      if (endsAt[pid]?.includes(signal)) ended.add(pid);
    },
    isAlive: (pid) => {
      nowMs += 100;
      return !ended.has(pid) && !(pid === PATRONI && ended.has(POSTMASTER));
    },
    postmasterPid: async () => POSTMASTER,
  };
  return ports;
}

const obedient = { [PATRONI]: ['SIGTERM'], [ETCD]: ['SIGTERM'] };

function facts(difference: Partial<ShutdownFacts> = {}): ShutdownFacts {
  return { processes: all, isPrimary: false, etcdLeads: false, successors: [], ...difference };
}

const signals = (calls: readonly Call[]) => calls.map(([method, pid]) => `${method} ${String(pid)}`);

describe('the shutdown', () => {
  it('of a replica ends Patroni, then etcd, then the router', async () => {
    const calls: Call[] = [];
    await shutDown(someProcesses(calls, obedient), facts());
    expect(signals(calls)).toEqual([`SIGTERM ${PATRONI}`, `SIGTERM ${ETCD}`, `SIGTERM ${ROUTER}`]);
  });

  it('of a primary writes dirty pages and hands etcd over while clients are still served', async () => {
    const calls: Call[] = [];
    const successors = [anEtcdMember('a'), anEtcdMember('b')];
    await shutDown(someProcesses(calls, obedient), facts({ isPrimary: true, etcdLeads: true, successors }));
    expect(
      calls
        .slice(0, 2)
        .map(([method]) => method)
        .sort(),
    ).toEqual(['checkpoint', 'etcd.moveLeader']);
    expect(calls).toContainEqual(['etcd.moveLeader', successors[0]?.id]);
    expect(calls[2]?.[0]).toBe('SIGTERM');
  });

  it('offers etcd’s leadership to the next voter when the first does not take it', async () => {
    const calls: Call[] = [];
    const successors = [anEtcdMember('a'), anEtcdMember('b'), anEtcdMember('c')];
    const moveLeader = async (id: string) => {
      calls.push(['moveLeader', id]);
      if (id === successors[0]?.id) throw new Error('bad leader transferee');
    };
    const ports = someProcesses(calls, obedient);
    await shutDown(
      { ...ports, localEtcd: anEndpoint('etcd', calls, { moveLeader }) },
      facts({ etcdLeads: true, successors }),
    );
    expect(calls.filter(([method]) => method === 'moveLeader')).toEqual([
      ['moveLeader', successors[0]?.id],
      ['moveLeader', successors[1]?.id],
    ]);
  });

  it('goes on when the checkpoint fails', async () => {
    const calls: Call[] = [];
    const ports = someProcesses(calls, obedient);
    const checkpoint = async () => {
      throw new Error('no connection');
    };
    await shutDown({ ...ports, database: { ...ports.database, checkpoint } }, facts({ isPrimary: true }));
    expect(signals(calls)).toContain(`SIGTERM ${PATRONI}`);
  });

  it('does not wait for an etcd that hangs at the hand-over', async () => {
    const calls: Call[] = [];
    const ports = someProcesses(calls, obedient);
    const localEtcd = anEndpoint('etcd', calls, { moveLeader: never });
    const startedAt = performance.now();
    await shutDown({ ...ports, localEtcd }, facts({ etcdLeads: true, successors: [anEtcdMember('a')] }));
    expect(performance.now() - startedAt).toBeLessThan(2500);
    expect(signals(calls)).toContain(`SIGTERM ${ROUTER}`);
  });

  it('stops PostgreSQL at once when six seconds were not enough', async () => {
    const calls: Call[] = [];
    const endsAt = { [POSTMASTER]: ['SIGQUIT'], [ETCD]: ['SIGTERM'] };
    await shutDown(someProcesses(calls, endsAt), facts());
    expect(signals(calls).slice(0, 2)).toEqual([`SIGTERM ${PATRONI}`, `SIGQUIT ${POSTMASTER}`]);
    const quitAtMs = Number(calls[1]?.[2]);
    expect(quitAtMs).toBeGreaterThanOrEqual(6000);
    expect(quitAtMs).toBeLessThan(6300);
  });

  it('kills an etcd that does not end, and is over within eight seconds whatever hangs', async () => {
    const calls: Call[] = [];
    await shutDown(someProcesses(calls, {}), facts());
    expect(signals(calls)).toEqual([
      `SIGTERM ${PATRONI}`,
      `SIGQUIT ${POSTMASTER}`,
      `SIGTERM ${ETCD}`,
      `SIGKILL ${ETCD}`,
      `SIGTERM ${ROUTER}`,
    ]);
    expect(Number(calls.at(-1)?.[2])).toBeLessThanOrEqual(8200);
  });

  it('signals nothing that does not run', async () => {
    const calls: Call[] = [];
    const processes = [process('router', null), process('etcd', null)];
    await shutDown(someProcesses(calls, obedient), facts({ processes }));
    expect(calls).toEqual([]);
  });
});

describe('the postmaster’s pid', () => {
  it.each([
    ['4711\n/data\n', 4711],
    ['1\n', null],
    ['garbage\n', null],
    ['', null],
  ])('in %j is %j', async (text, pid) => {
    const { path, remove } = await aDirectory();
    await writeFiles(path, { 'postmaster.pid': text });
    expect(await readPostmasterPid(path)).toBe(pid);
    await remove();
  });

  it('is none without the file', async () => {
    expect(await readPostmasterPid('/nowhere/at/all')).toBeNull();
  });
});
