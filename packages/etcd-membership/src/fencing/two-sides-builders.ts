import {
  type AbsenceMemory,
  goneForRecovery,
  isGone,
  isListedByQuorum,
  maxAnswerGap,
  recoveryGrace,
  rememberAbsence,
  type WitnessAnswer,
} from '../absence/index.ts';
import { decideFencing } from './decide-fencing.ts';
import { decideStaleness } from './decide-staleness.ts';
import {
  assuredWallMs,
  type FencingEvidence,
  type FencingMemory,
  rememberFencing,
  startFencing,
} from './fencing-memory.ts';
import { rememberAnswers, type StaleFlag, type StalenessMemory } from './staleness.ts';

/** The default times, divided by five. */
export const FENCE_AFTER_MS = 60_000;
export const ABSENCE_GRACE_MS = 60_000;
export const GRACE_MS = recoveryGrace({ fenceAfterMs: FENCE_AFTER_MS, absenceGraceMs: ABSENCE_GRACE_MS });
const INTERVAL_MS = 12_000;
const GAP_MS = maxAnswerGap(INTERVAL_MS, ABSENCE_GRACE_MS);
const END_MS = 9 * 60_000;
const WITNESSES = 9;
/** Nodes 0 and 1 are one side, 2 and 3 the other. */
const NODES = [0, 1, 2, 3];
const VOTERS = ['0', '1', '2'];
const address = (n: number) => `10.0.0.${n}`;
const sameSide = (left: number, right: number) => left < 2 === right < 2;

/** What may happen in a run. */
export interface World {
  /** Witnesses that tell each side that only that side exists. */
  readonly liars: number;
  /** How likely an attempt to ask a witness fails. */
  readonly failures: number;
  readonly graceMs: number;
  /** How likely a tick is the first one of a restarted agent. */
  readonly restarts: number;
  /** Whether the time of the last assurance is persisted. */
  readonly keepsAssurance: boolean;
  /** `comes-back`: the sides are in contact now and then; `never`: they always are. */
  readonly cut: 'for-good' | 'comes-back' | 'never';
  /** Whether who asks for the status is alive to who is asked. */
  readonly callersCount: boolean;
}

/** How often in a run, counted at each tick, ... */
export interface Outcome {
  /** ... a node was counted as gone by the other side, */
  gone: number;
  /** ... although it had not fenced, */
  unfenced: number;
  /** ... or while it counted that other one as gone, */
  mutual: number;
  /** ... a node fenced, */
  fences: number;
  /** ... and was released. */
  releases: number;
}

interface SideNode {
  readonly n: number;
  readonly absence: AbsenceMemory | null;
  readonly fencing: FencingMemory;
  readonly answered: StalenessMemory;
  readonly flag: StaleFlag | null;
  /** Since when it has not been stale. */
  readonly soundSinceMs: number;
  readonly answers: ReadonlyMap<number, WitnessAnswer>;
  readonly askAtMs: readonly number[];
  readonly tickAtMs: number;
  /** When it last had an answer of each other node, and a call. */
  readonly heardAtMs: Map<number, number>;
  readonly calledAtMs: Map<number, number>;
}

function generator(seed: number): () => number {
  let state = seed >>> 0;
  return () => {
    state = (state + 0x6d2b79f5) >>> 0;
    let mixed = Math.imul(state ^ (state >>> 15), state | 1);
    mixed ^= mixed + Math.imul(mixed ^ (mixed >>> 7), mixed | 61);
    return ((mixed ^ (mixed >>> 14)) >>> 0) / 2 ** 32;
  };
}

/** When something begins and stops, in turn; it never lasts for less than `shortestMs`, and the more it leans to on the longer. */
function switchTimes(random: () => number, leaning: number, shortestMs: number): readonly number[] {
  const times: number[] = [];
  let on = random() < leaning;
  let atMs = 0;
  if (!on) times.push(0);
  while (atMs < END_MS) {
    const stay = on ? leaning : 1 - leaning;
    atMs += (on ? shortestMs : 1) + random() * (random() < stay ? 40 : 0.5) * GRACE_MS;
    times.push(atMs);
    on = !on;
  }
  return times;
}

function isOn(times: readonly number[], nowMs: number): boolean {
  return times.filter((atMs) => atMs <= nowMs).length % 2 === 0;
}

/** The times at which two sides are in contact: for good until some moment, or for moments now and then. */
function contactTimes(random: () => number, cut: World['cut']): readonly number[] {
  if (cut === 'never') return [];
  const times = [random() * 2 * 60_000];
  if (cut === 'for-good') return times;
  for (let atMs = times[0] ?? 0; atMs < END_MS; ) {
    atMs += random() * 2 * GRACE_MS;
    times.push(atMs);
    atMs += random() < 0.5 ? 500 : random() * GRACE_MS;
    times.push(atMs);
  }
  return times;
}

/** One run of four nodes on two sides, while the witnesses list whom they like. */
export class TwoSides {
  private readonly random: () => number;
  private readonly listings: readonly (readonly (readonly number[])[])[];
  private readonly contact: readonly number[];
  private readonly world: World;
  private readonly nodes: SideNode[];
  private readonly seen: Outcome = { gone: 0, unfenced: 0, mutual: 0, fences: 0, releases: 0 };

  constructor(seed: number, world: World) {
    this.random = generator(seed);
    this.world = world;
    const leanings = [0, 1].map(() => [0.02, 0.02, 0.98, 0.98, 0.5][Math.floor(this.random() * 5)] ?? 0.5);
    this.listings = Array.from({ length: WITNESSES }, () =>
      NODES.map((n) => switchTimes(this.random, leanings[n < 2 ? 0 : 1] ?? 0.5, GAP_MS)),
    );
    this.contact = contactTimes(this.random, world.cut);
    this.nodes = NODES.map((n) => this.start(n));
  }

  private start(n: number): SideNode {
    return {
      n,
      absence: null,
      fencing: startFencing(null, {
        nowMs: 0,
        wallMs: 0,
        fenceAfterMs: FENCE_AFTER_MS,
        witnessTotal: WITNESSES,
      }),
      answered: {},
      flag: null,
      soundSinceMs: 0,
      answers: new Map(),
      askAtMs: Array.from({ length: WITNESSES }, () => this.random() * INTERVAL_MS),
      tickAtMs: 0,
      heardAtMs: new Map(),
      calledAtMs: new Map(),
    };
  }

  private lists(witness: number, asker: number, nowMs: number): readonly string[] {
    if (witness < this.world.liars) return NODES.filter((n) => sameSide(n, asker)).map(address);
    return NODES.filter((n) => isOn(this.listings[witness]?.[n] ?? [], nowMs)).map(address);
  }

  private ask(node: SideNode, nowMs: number): Pick<SideNode, 'answers' | 'askAtMs'> {
    const answers = new Map(node.answers);
    const askAtMs = node.askAtMs.map((atMs, witness) => {
      if (atMs > nowMs) return atMs;
      const addresses = this.lists(witness, node.n, nowMs);
      if (this.random() < this.world.failures) answers.delete(witness);
      else answers.set(witness, { witness: `w${witness}`, addresses, atMs: nowMs });
      return nowMs + INTERVAL_MS * (0.8 + 0.4 * this.random());
    });
    return { answers, askAtMs };
  }

  private restarted(node: SideNode, nowMs: number): SideNode {
    if (this.random() >= this.world.restarts) return node;
    const at = { nowMs, wallMs: nowMs, fenceAfterMs: FENCE_AFTER_MS, witnessTotal: WITNESSES };
    const stamp = { assuredWallMs: assuredWallMs(node.fencing, at) };
    const fencing = startFencing(this.world.keepsAssurance ? stamp : null, at);
    const forgotten = {
      absence: null,
      answered: {},
      answers: new Map(),
      heardAtMs: new Map(),
      calledAtMs: new Map(),
    };
    return { ...node, ...forgotten, fencing };
  }

  /** Asks every other node that can be reached; each of the two then knows of the other. */
  private exchange(node: SideNode, nowMs: number): readonly SideNode[] {
    const inContact = isOn(this.contact, nowMs);
    const reached = this.nodes.filter(({ n }) => n !== node.n && (inContact || sameSide(n, node.n)));
    for (const other of reached) {
      node.heardAtMs.set(other.n, nowMs);
      other.calledAtMs.set(node.n, nowMs);
    }
    return reached;
  }

  private tick(before: SideNode, nowMs: number): SideNode {
    const node = this.restarted(before, nowMs);
    const asked = this.ask(node, nowMs);
    const reached = this.exchange(node, nowMs);
    const others = NODES.filter((n) => n !== node.n);
    const witnesses = { total: WITNESSES, answers: [...asked.answers.values()] };
    const base = { nowMs, witnesses, ownAddress: address(node.n), maxAnswerGapMs: GAP_MS };
    const absence = rememberAbsence(node.absence, {
      ...base,
      answering: reached.map(({ n }) => ({ address: address(n), nodeId: `${n}` })),
      watched: others.map((n) => {
        const called = this.world.callersCount ? (node.calledAtMs.get(n) ?? -1) : -1;
        const aliveAtMs = Math.max(called, node.heardAtMs.get(n) ?? -1);
        return { nodeId: `${n}`, address: address(n), aliveAtMs: aliveAtMs < 0 ? null : aliveAtMs };
      }),
    });
    const gone = goneForRecovery(absence, {
      ...this.query(nowMs),
      timeoutRecoveryMs: null,
      unverifiableAnswer: false,
    });
    const evidence: FencingEvidence = {
      ...base,
      wallMs: nowMs,
      members: others
        .filter((n) => !gone.has(`${n}`))
        .map((n) => ({
          nodeId: `${n}`,
          address: address(n),
          heardAtMs: node.heardAtMs.get(n) ?? null,
          healthy: true,
        })),
      isPrimary: false,
      stale: node.flag !== null,
      fenceAfterMs: FENCE_AFTER_MS,
    };
    const fencing = rememberFencing(node.fencing, evidence);
    const after = { ...node, ...asked, absence, fencing, tickAtMs: nowMs + 1000 + 4000 * this.random() };
    return this.judge(after, evidence, reached, gone);
  }

  private judge(
    node: SideNode,
    evidence: FencingEvidence,
    reached: readonly SideNode[],
    gone: ReadonlySet<string>,
  ): SideNode {
    const { nowMs } = evidence;
    const fencing = decideFencing(node.fencing, evidence);
    if (fencing.action.kind === 'fence') {
      this.seen.fences += 1;
      return { ...node, flag: fencing.action.flag, answered: {} };
    }
    const answers = reached.map(({ n, flag, soundSinceMs }) => ({
      nodeId: `${n}`,
      epoch: 1,
      seededBy: null,
      runs: true,
      notStaleForMs: flag === null ? nowMs - soundSinceMs : null,
      atMs: nowMs,
    }));
    const answered = rememberAnswers(node.answered, { flag: node.flag, answers });
    const { action } = decideStaleness({
      nowMs,
      wallMs: nowMs,
      nodeId: `${node.n}`,
      epoch: 1,
      seededBy: null,
      flag: node.flag,
      lastTick: { atMs: nowMs, wallMs: nowMs },
      memory: answered,
      mirror: { members: NODES.map((n) => `${n}`), voters: VOTERS },
      gone,
      listedByQuorum: isListedByQuorum(evidence.witnesses, evidence.ownAddress, evidence),
      fenceAfterMs: FENCE_AFTER_MS,
    });
    if (action.kind !== 'release') return { ...node, answered };
    this.seen.releases += 1;
    return { ...node, answered: {}, flag: null, soundSinceMs: nowMs };
  }

  private query(nowMs: number) {
    return { nowMs, graceMs: this.world.graceMs, maxAnswerGapMs: GAP_MS };
  }

  private count(node: SideNode, nowMs: number): void {
    for (const other of this.nodes.filter(({ n }) => !sameSide(n, node.n))) {
      if (!isGone(node.absence, `${other.n}`, this.query(nowMs))) continue;
      this.seen.gone += 1;
      if (other.flag === null) this.seen.unfenced += 1;
      if (isGone(other.absence, `${node.n}`, this.query(nowMs))) this.seen.mutual += 1;
    }
  }

  /** Lets the time pass. */
  run(): Outcome {
    for (let nowMs = 0; nowMs < END_MS; nowMs += 500) {
      for (const [index, node] of this.nodes.entries()) {
        if (node.tickAtMs > nowMs) continue;
        const after = this.tick(node, nowMs);
        this.nodes[index] = after;
        this.count(after, nowMs);
      }
    }
    return this.seen;
  }
}
