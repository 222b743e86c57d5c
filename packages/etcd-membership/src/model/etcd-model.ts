import type { EtcdEndpoint } from '../port/etcd-endpoint.ts';
import {
  createModelCluster,
  type EtcdModelClock,
  type EtcdModelTiming,
  type ModelCluster,
} from './model-cluster.ts';
import { createModelEndpoint } from './model-endpoint.ts';
import type { ModelMember } from './model-member.ts';

/** etcd as this product configures it, with an election that nobody contests. */
const DEFAULT_TIMING: EtcdModelTiming = {
  electionMs: 3000,
  catchUpMs: 500,
  requestTimeoutMs: 2000,
  quotaBytes: 2 * 1024 ** 3,
};

/** How a member of the model is called and reached. */
export interface EtcdModelIdentity {
  readonly name: string;
  readonly clientUrl: string;
}

/** What a modelled cluster begins with. */
export interface EtcdModelOptions {
  readonly clock: EtcdModelClock;
  /** Enters into the members' ids, as etcd's cluster token does. */
  readonly token?: string;
  /** Voters from the first moment, running. */
  readonly founders: readonly (EtcdModelIdentity & {
    readonly peerUrl: string;
  })[];
  readonly timing?: Partial<EtcdModelTiming>;
}

/**
 * One etcd cluster in memory, in virtual time. Deterministic: the same calls at the same times give the same answers.
 * Simplified: a broken connection is noticed at once, and every member applies an entry as soon as it has it.
 */
export interface EtcdModel {
  /** Member ids by peer URL, removed members not among them. */
  memberIds(): ReadonlyMap<string, string>;
  /** The member's endpoint. It stays valid when the member stops, starts or is removed. */
  endpoint(memberId: string): EtcdEndpoint;
  /** Starts a member's process; its name is in the member list once it has heard a leader. */
  start(memberId: string, identity: EtcdModelIdentity): void;
  /** Ends a member's process; it keeps its data. */
  stop(memberId: string): void;
  /** Stops a member's process from running without ending it, or its node from being reached. */
  pause(memberId: string): void;
  resume(memberId: string): void;
  /** Cuts or heals the link between two members; clients reach both all the same. */
  setLink(leftId: string, rightId: string, up: boolean): void;
  /** Raises the alarm that a full disk raises. */
  raiseNoSpace(memberId: string): void;
}

function found(cluster: ModelCluster, founders: EtcdModelOptions['founders']): readonly ModelMember[] {
  return founders.map(({ peerUrl, name, clientUrl }) => {
    const member = cluster.add(peerUrl, false);
    member.identity = { name, clientUrl };
    member.state = 'running';
    return member;
  });
}

/** Makes a cluster whose founders have just been started. */
export function createEtcdModel(options: EtcdModelOptions): EtcdModel {
  const timing = { ...DEFAULT_TIMING, ...options.timing };
  const cluster = createModelCluster(options.clock, timing, options.token ?? 'model');
  // Removed members stay here, for endpoints to them may still be in use.
  const everSeen = new Map(found(cluster, options.founders).map((member) => [member.id, member]));
  cluster.settle();

  function member(memberId: string): ModelMember {
    for (const [id, current] of cluster.members) everSeen.set(id, current);
    const known = everSeen.get(memberId);
    if (known === undefined) throw new RangeError(`no member ${memberId}`);
    return known;
  }

  function change(apply: () => void): void {
    cluster.settle();
    apply();
    cluster.settle();
  }

  function setState(memberId: string, state: ModelMember['state']): void {
    const changed = member(memberId);
    if (!cluster.members.has(memberId)) throw new RangeError(`member ${memberId} has been removed`);
    change(() => {
      changed.state = state;
    });
  }

  return {
    memberIds: () => new Map([...cluster.members.values()].map((each) => [each.peerUrl, each.id])),
    endpoint: (memberId) => createModelEndpoint(cluster, member(memberId)),
    start: (memberId, identity) => {
      member(memberId).identity = identity;
      setState(memberId, 'running');
    },
    stop: (memberId) => setState(memberId, 'stopped'),
    pause: (memberId) => setState(memberId, 'paused'),
    resume: (memberId) => setState(memberId, 'running'),
    setLink: (leftId, rightId, up) => change(() => cluster.connections.setLink(leftId, rightId, up)),
    raiseNoSpace: (memberId) => {
      cluster.noSpace.add(member(memberId).id);
    },
  };
}
