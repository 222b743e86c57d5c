import fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import { nodeId } from '../copies/copy-builders.ts';
import { decideReclone } from './decide-reclone.ts';
import { aDisk, aLeader, anEvidence, aStandby } from './reclone-builders.ts';
import { noReclone, type RecloneMemory, type RivalStage } from './reclone-view.ts';
import { rememberReclone } from './remember-reclone.ts';

const TICK_MS = 5000;
/** No status that is older counts. */
const STATUS_AGE_MS = 5000;
const CLONE_MS = 60_000;

interface Node {
  readonly id: string;
  nextMs: number;
  memory: RecloneMemory;
  stoppedAtMs: number | null;
  clonedFromMs: number | null;
  done: boolean;
  /** What it told, newest last. */
  readonly told: { readonly atMs: number; readonly stage: RivalStage }[];
}

function aNode(n: number, startMs: number): Node {
  const told = [{ atMs: Number.NEGATIVE_INFINITY, stage: 'none' as const }];
  return {
    id: nodeId(n),
    nextMs: startMs,
    memory: noReclone,
    stoppedAtMs: null,
    clonedFromMs: null,
    done: false,
    told,
  };
}

function isAtIt(node: Node): boolean {
  return !node.done && (node.stoppedAtMs !== null || node.clonedFromMs !== null);
}

function stageSeen(other: Node, atMs: number): RivalStage {
  return other.told.findLast((status) => status.atMs <= atMs)?.stage ?? 'none';
}

function tick(node: Node, other: Node, nowMs: number, ageMs: number): void {
  if (node.clonedFromMs !== null && nowMs - node.clonedFromMs >= CLONE_MS) node.done = true;
  const isDown = node.stoppedAtMs !== null && node.clonedFromMs === null;
  const cloning = node.clonedFromMs !== null && !node.done;
  const evidence = anEvidence({
    nowMs,
    self: node.id,
    leader: aLeader({ nodeId: nodeId(9) }),
    rivals: [{ nodeId: other.id, stage: stageSeen(other, nowMs - ageMs) }],
    patroniAlive: !isDown,
    postgres: isDown
      ? null
      : aStandby({ streaming: node.done, state: cloning ? 'creating replica' : 'running' }),
    disk: isDown ? aDisk() : null,
  });
  node.memory = rememberReclone(node.memory, evidence);
  const decision = decideReclone(node.memory, evidence);
  if (decision?.step.kind === 'stop-patroni') node.stoppedAtMs = nowMs;
  if (decision?.step.kind === 'set-aside') node.clonedFromMs = nowMs;
  if (decision === null && isDown) node.stoppedAtMs = null;
  const announced = decision?.reason === 'reclone-announced';
  node.told.push({ atMs: nowMs, stage: isAtIt(node) ? 'under-way' : announced ? 'announced' : 'none' });
}

describe('two nodes that cannot follow', () => {
  it('are cloned anew one after the other, however their ticks and statuses fall', () => {
    fc.assert(
      fc.property(
        fc.integer({ min: 0, max: 6000 }),
        fc.infiniteStream(fc.integer({ min: 0, max: STATUS_AGE_MS })),
        fc.infiniteStream(fc.integer({ min: 1000, max: TICK_MS })),
        (startMs, ages, pauses) => {
          const nodes = [aNode(1, 0), aNode(2, startMs)] as const;
          for (let nowMs = 0; nowMs < 10 * 60_000; ) {
            const [node, other] = nodes[0].nextMs <= nodes[1].nextMs ? nodes : [nodes[1], nodes[0]];
            nowMs = node.nextMs;
            tick(node, other, nowMs, ages.next().value);
            node.nextMs = nowMs + pauses.next().value;
            expect(nodes.filter(isAtIt).length).toBeLessThan(2);
          }
          expect(nodes.map(({ done }) => done)).toEqual([true, true]);
        },
      ),
      { numRuns: 200 },
    );
  });
});
