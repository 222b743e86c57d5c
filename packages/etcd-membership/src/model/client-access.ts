import { EtcdError } from '../port/etcd-error.ts';
import type { Consensus } from './consensus.ts';
import { isLearner, type MemberProcess } from './member-process.ts';

/** How often a call without a leader looks whether there is one; etcd does so every 500 ms. */
const LOOK_AGAIN_MS = 100;

/** What becomes of a write: `lose-answer` applies it, `lose-request` does not, and both time out. */
export type WriteFate = 'answer' | 'lose-answer' | 'lose-request';

/** A write on its way, for who decides its fate. */
export interface WriteAttempt {
  readonly nodeId: string;
  readonly call: string;
  /** The key, member id or peer URL that is written to; empty if there is none. */
  readonly target: string;
}

/** How clients get to the members. */
export interface ClientAccessOptions {
  readonly consensus: Consensus;
  /** Whether a client on `fromNodeId` gets an answer from `nodeId`. */
  readonly answers: (fromNodeId: string, nodeId: string) => boolean;
  readonly fateOf: (attempt: WriteAttempt) => WriteFate;
}

/** The calls of one client to one node, each with the waiting that it costs. The process may be another at each call. */
export interface ClientAccess {
  /** Runs what a member does on its own, in whatever state its cluster is. */
  local<T>(call: (member: MemberProcess) => T): Promise<T>;
  /** Runs what every member but a learner does on its own. */
  voting<T>(call: (member: MemberProcess) => T): Promise<T>;
  /** Runs what needs the leader and a quorum behind it. */
  read<T>(call: (member: MemberProcess, leader: MemberProcess) => T): Promise<T>;
  write<T>(
    call: string,
    target: string,
    apply: (member: MemberProcess, leader: MemberProcess) => T,
  ): Promise<T>;
  /** The process that would answer now, if one would. */
  present(): MemberProcess | null;
  close(): void;
}

/** Makes the way of a client on `fromNodeId` to whatever runs on `nodeId`. */
export function createClientAccess(
  options: ClientAccessOptions,
  nodeId: string,
  fromNodeId: string,
): ClientAccess {
  const { consensus, answers, fateOf } = options;
  const { clock, timing } = consensus;
  let closed = false;

  async function timeOut(untilMs: number, text: string): Promise<never> {
    await clock.sleep(Math.max(0, untilMs - clock.nowMs()));
    throw new EtcdError('timeout', text);
  }

  function inReach(): boolean {
    return fromNodeId === nodeId || answers(fromNodeId, nodeId);
  }

  /** The process to talk to, the one that the call began with if there is one. */
  async function processFor(untilMs: number, begun: MemberProcess | null): Promise<MemberProcess> {
    if (closed) throw new EtcdError('closed', 'the connection is closed');
    if (!inReach()) return timeOut(untilMs, 'the node does not answer');
    consensus.settle();
    const process = begun ?? consensus.processAt(nodeId);
    if (process === null || process.state === 'ended') {
      throw new EtcdError('unavailable', 'the member does not run');
    }
    if (process.state === 'paused') return timeOut(untilMs, 'the member does not answer');
    return process;
  }

  function refuseLearner(process: MemberProcess): void {
    if (!isLearner(process)) return;
    throw new EtcdError('not-supported-for-learner', 'etcdserver: rpc not supported for learner');
  }

  async function quorate(untilMs: number): Promise<readonly [MemberProcess, MemberProcess]> {
    const process = await processFor(untilMs, null);
    refuseLearner(process);
    while (!consensus.canCommit(process) || process.leader === null) {
      const leftMs = untilMs - clock.nowMs();
      if (leftMs <= 0) throw new EtcdError('timeout', 'etcdserver: request timed out');
      await clock.sleep(Math.min(leftMs, LOOK_AGAIN_MS));
      await processFor(untilMs, process);
    }
    return [process, process.leader];
  }

  const deadline = () => clock.nowMs() + timing.requestTimeoutMs;

  return {
    local: async (call) => call(await processFor(deadline(), null)),
    voting: async (call) => {
      const process = await processFor(deadline(), null);
      refuseLearner(process);
      return call(process);
    },
    read: async (call) => call(...(await quorate(deadline()))),
    write: async (call, target, apply) => {
      const untilMs = deadline();
      const [member, leader] = await quorate(untilMs);
      const fate = fateOf({ nodeId, call, target });
      if (fate === 'lose-request') return timeOut(untilMs, 'the request was lost');
      const result = apply(member, leader);
      return fate === 'answer' ? result : timeOut(untilMs, 'the answer was lost');
    },
    present: () => {
      consensus.settle();
      const process = consensus.processAt(nodeId);
      return !closed && inReach() && process?.state === 'running' ? process : null;
    },
    close: () => {
      closed = true;
    },
  };
}
