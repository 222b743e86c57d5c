import { type ChildProcess, spawn } from 'node:child_process';
import { once } from 'node:events';
import { afterEach, describe, expect, it } from 'vitest';
import { aMemberDocument, aPeer, aRunningPostgres, seen, THIRD } from '../loop/member-builder.ts';
import { anEndpoint, type Call, realSleep, somePorts } from '../loop/ports-builder.ts';
import type { View } from '../loop/view.ts';
import { anEtcdContent, anEtcdMember, aView, OTHER } from '../loop/view-builder.ts';
import { stopNode } from './stop-node.ts';

const children: ChildProcess[] = [];
afterEach(() => {
  for (const child of children.splice(0)) child.kill('SIGKILL');
});

async function aProcess(): Promise<ChildProcess> {
  const child = spawn('sleep', ['60'], { stdio: 'ignore' });
  children.push(child);
  await once(child, 'spawn');
  return child;
}

const reading = {
  leaderId: '1',
  isLearner: false,
  raftTerm: 2,
  raftIndex: 9,
  raftAppliedIndex: 9,
  errors: [],
};

function voterAt(nodeId: string, address: string, memberId: string, raftAppliedIndex: number) {
  const etcd = { memberName: 'x', running: true, reading: { ...reading, memberId, raftAppliedIndex } };
  return aPeer(aMemberDocument({ nodeId, address, etcd }));
}

const clock = { nowMs: () => performance.now(), wallMs: () => Date.now(), sleep: realSleep };

describe('the end of a node', () => {
  it('ends its programs, the ones that clients need last', async () => {
    const [patroni, etcd, router] = await Promise.all([aProcess(), aProcess(), aProcess()]);
    const ended: string[] = [];
    const named = Object.entries({ patroni, etcd, router });
    const exits = named.map(async ([name, child]) => {
      await once(child, 'exit');
      ended.push(name);
    });
    const value = named.map(([name, { pid = null }]) => ({
      name,
      state: 'running' as const,
      pid,
      startedAtMs: null,
      exitStatus: 0,
    }));
    await stopNode(somePorts([], { clock }), aView({ processes: seen(value) }));
    await Promise.all(exits);
    expect(ended).toEqual(['patroni', 'etcd', 'router']);
  });

  it('gives etcd’s leadership to the voter that keeps up best, and never to a learner or an unheard one', async () => {
    const calls: Call[] = [];
    const view: View = aView({
      processes: { ok: false, error: 'shutting down' },
      localEtcd: seen({ ...reading, memberId: '1', dbSizeBytes: 0, version: '3.5.30' }),
      etcd: seen(
        anEtcdContent({
          members: [
            anEtcdMember('self', { id: '1' }),
            anEtcdMember('behind', { id: '2' }),
            anEtcdMember('level', { id: '3' }),
            anEtcdMember('unheard', { id: '4' }),
            anEtcdMember('learner', { id: '5', isLearner: true }),
          ],
        }),
      ),
      peers: [voterAt(OTHER, '10.0.0.2', '2', 7), voterAt(THIRD, '10.0.0.3', '3', 9)],
    });
    await stopNode(somePorts(calls, { clock }), view);
    expect(calls).toEqual([['local.moveLeader', '3']]);
    calls.length = 0;
    await stopNode(somePorts(calls, { clock }), { ...view, localEtcd: { ok: false, error: 'refused' } });
    expect(calls).toEqual([]);
  });

  it('writes a checkpoint on a primary alone', async () => {
    const postgres = (role: string) => seen(aRunningPostgres({ role }));
    const checkpoints = async (role: string) => {
      const calls: Call[] = [];
      const localEtcd = anEndpoint('local', calls);
      const processes = { ok: false as const, error: 'shutting down' };
      await stopNode(somePorts(calls, { clock, localEtcd }), aView({ processes, postgres: postgres(role) }));
      return calls.filter(([method]) => method === 'database.checkpoint').length;
    };
    expect(await checkpoints('primary')).toBe(1);
    expect(await checkpoints('replica')).toBe(0);
  });

  it('is nothing to do before the first look', async () => {
    const calls: Call[] = [];
    await stopNode(somePorts(calls, { clock }), null);
    expect(calls).toEqual([]);
  });
});
