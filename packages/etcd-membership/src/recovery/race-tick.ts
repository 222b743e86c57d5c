import { decideEtcdStart } from '../etcd-start/index.ts';
import { compareIds } from '../member-names/compare-ids.ts';
import { decideRecovery } from './decide-recovery.ts';
import { compareEpochs } from './epochs.ts';
import {
  epochKey,
  goneFor,
  inContact,
  isQuorate,
  type RaceNode,
  voterTarget,
  type World,
} from './race-world.ts';
import { CLUSTER, GRACE_MS } from './recovery-builders.ts';
import type { RecoveryDecision, RecoveryNode, RecoveryState, RecoveryView } from './recovery-view.ts';

/** How one tick of a node goes. */
export interface TickStep {
  /** Which of the others answer, of those that it can hear. */
  readonly heard: readonly boolean[];
  /** Their statuses are those of the step before. */
  readonly late: boolean;
  /** It takes itself for the lead. */
  readonly confused: boolean;
  /** It is killed between what an action persists and the rest of the action. */
  readonly cutShort: boolean;
}

/** What a node says of itself. */
export function tell(node: RaceNode): RecoveryNode {
  const { nodeId, epoch, seededBy, intent, cancelled, stale, patroniRuns, etcdRuns, data, listed } = node;
  const etcdData = data !== null && compareEpochs(data, node) === 0;
  return {
    nodeId,
    epoch,
    seededBy,
    intent,
    cancelled,
    stale: stale === 'stale',
    fenced: stale === 'fenced',
    patroniRuns,
    etcdRuns,
    etcdData,
    listedByQuorum: listed,
  };
}

function heardBy(world: World, self: RaceNode, step: TickStep): readonly RaceNode[] {
  return world.nodes.filter((node, index) => node !== self && inContact(node, self) && step.heard[index]);
}

/** Every node keeps the newest mirror that it hears of: with an older one, two could wait for different voters. */
function newestVoters(self: RaceNode, heard: readonly RaceNode[]): readonly string[] {
  const mirrors = [self, ...heard].map(({ mirror }) => mirror);
  mirrors.sort((left, right) => compareEpochs(left, right) || left.revision - right.revision);
  return mirrors.at(-1)?.voters ?? [];
}

function viewOf(world: World, self: RaceNode, step: TickStep): RecoveryView {
  const heard = heardBy(world, self, step);
  const ids = new Set(heard.map(({ nodeId }) => nodeId));
  const furthest = [self, ...heard].sort(
    (left, right) => right.wal - left.wal || compareIds(left.nodeId, right.nodeId),
  )[0];
  return {
    self: { ...tell(self), clusterId: CLUSTER, seeding: self.seeding },
    members: world.nodes.map(({ nodeId }) => ({ nodeId, address: nodeId })),
    voters: newestVoters(self, heard),
    formerVoters: [],
    etcdUnreachableForMs: isQuorate(world, self, self.side) ? 0 : GRACE_MS,
    graceMs: GRACE_MS,
    lead: { nodeId: (step.confused ? self : furthest)?.nodeId ?? null, blocked: null },
    gone: goneFor(world, self),
    declaredGone: new Set(),
    peers: heard.map((node) => {
      const earlier = step.late ? world.previous.get(node.nodeId) : undefined;
      return { ...(earlier ?? tell(node)), ageMs: 1000 };
    }),
    listed: world.nodes
      .filter((node) => node !== self && node.listed)
      .map(({ nodeId }) => ({
        address: nodeId,
        nodeId,
        answer: ids.has(nodeId)
          ? { kind: 'authenticated' as const, nodeId }
          : { kind: 'silent' as const, detail: 'cut off' },
      })),
  };
}

/**
 * Everybody has answered with no later epoch, and runs nothing in an earlier one, or is gone. A node that is not listed itself is still fenced for the others,
 * so it may count nobody as gone for this.
 */
function endStaleness(world: World, self: RaceNode, step: TickStep): boolean {
  if (self.stale === null) return false;
  const heard = new Set(heardBy(world, self, step));
  const gone = self.listed ? goneFor(world, self) : new Set();
  const isAccounted = (node: RaceNode) => {
    if (node === self || gone.has(node.nodeId)) return true;
    const order = compareEpochs(node, self);
    return heard.has(node) && (order === 0 || (order < 0 && !node.patroniRuns && !node.etcdRuns));
  };
  const accounted = world.nodes.every(isAccounted);
  if (accounted) self.stale = null;
  return accounted;
}

function startFromData(world: World, self: RaceNode, step: TickStep): void {
  const heard = new Set(heardBy(world, self, step));
  const verdict = decideEtcdStart({
    self: {
      nodeId: self.nodeId,
      clusterId: CLUSTER,
      epoch: self.epoch,
      seededBy: self.seededBy,
      intentHeld: self.intent !== null,
      stale: self.stale !== null,
      onlyFenced: self.stale === 'fenced',
      restored: false,
      data: self.data === null ? null : { clusterId: CLUSTER, ...self.data },
    },
    voters: newestVoters(self, [...heard]),
    others: world.nodes
      .filter((node) => node !== self)
      .map((node) => ({
        name: node.nodeId,
        nodeId: node.nodeId,
        answer: heard.has(node)
          ? { kind: 'authenticated' as const, epoch: node.epoch, seededBy: node.seededBy }
          : { kind: 'silent' as const, forMs: 20_000 },
      })),
  });
  if (verdict.start) self.etcdRuns = true;
  else if (verdict.reason === 'etcd-data-foreign') self.data = null;
}

/** What a node does while recovery leaves it alone. */
function goOn(world: World, self: RaceNode, step: TickStep): void {
  const etcd = world.etcds.get(epochKey(self));
  if (etcd === undefined || !isQuorate(world, self, self.side)) {
    self.patroniRuns = false;
    if (self.data !== null && !self.etcdRuns) startFromData(world, self, step);
    return;
  }
  if (self.stale === 'stale') return;
  const isVoter = etcd.voters.includes(self.nodeId);
  if (isVoter || etcd.voters.length < voterTarget(world.nodes.length)) {
    if (!isVoter) etcd.voters = [...etcd.voters, self.nodeId];
    self.data = { epoch: self.epoch, seededBy: self.seededBy };
    self.etcdRuns = true;
    etcd.revision += 1;
  }
  self.patroniRuns = self.stale === null;
  const { epoch, seededBy } = self;
  self.mirror = { epoch, seededBy, revision: etcd.revision, voters: etcd.voters };
}

function assign(self: RaceNode, { epoch, seededBy, intent, cancelled, seeding }: RecoveryState): void {
  Object.assign(self, { epoch, seededBy, intent, cancelled, seeding });
}

function seed(world: World, self: RaceNode, step: TickStep): void {
  if (step.cutShort) return;
  const { epoch, seededBy, nodeId } = self;
  if (self.data === null || compareEpochs(self.data, self) !== 0) {
    world.etcds.set(epochKey(self), { voters: [nodeId], revision: 1 });
    self.data = { epoch, seededBy };
  }
  self.etcdRuns = true;
  self.mirror = { epoch, seededBy, revision: 1, voters: world.etcds.get(epochKey(self))?.voters ?? [] };
  self.seeding = false;
}

/** One tick: observe, decide, do the one thing. */
export function tick(world: World, self: RaceNode, step: TickStep): RecoveryDecision | null {
  if (!self.up) return null;
  if (endStaleness(world, self, step)) return null;
  const decision = decideRecovery(viewOf(world, self, step));
  const action = decision?.action ?? { kind: 'none' as const };
  switch (action.kind) {
    case 'none':
      goOn(world, self, step);
      break;
    case 'hold':
      break;
    case 'persist':
      assign(self, action.state);
      break;
    case 'stop-patroni':
      self.patroniRuns = false;
      break;
    case 'stop-etcd':
      self.etcdRuns = false;
      break;
    case 'take-epoch':
      assign(self, action.state);
      if (!step.cutShort) self.data = null;
      break;
    case 'seed':
      if (!self.seeding) world.seeds.push({ epoch: action.state.epoch, nodeId: self.nodeId });
      assign(self, action.state);
      seed(world, self, step);
      break;
  }
  return decision;
}
