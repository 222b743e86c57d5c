import { ownDisk, recloneEvidence } from '../loop/reclone-evidence.ts';
import type { View } from '../loop/view.ts';
import {
  isCloning,
  isKeptWhole,
  isSpaceShort,
  mayBeReplaced,
  type Obstacle,
  obstacleTo,
  type ProvenLeader,
  type RecloneEvidence,
  relationTo,
} from '../reclone/index.ts';
import type { RecloneRequest } from './exchange.ts';
import { meaningOf } from './reasons/index.ts';
import { explained, listed, ordered, refused, type Verdict } from './verdict.ts';

function inWords({ reason, detail }: Obstacle): string {
  return `${meaningOf(reason)?.means ?? reason} (${reason}${detail === '' ? '' : `: ${detail}`})`;
}

/** Why there is nothing to give up on this node, whatever anybody else holds. */
function nothingToGiveUp({ volume, postgres }: View): string | null {
  if (volume.atRoot) return 'The data of version 1 at the root of this volume is not adopted yet.';
  if (volume.postgres.kind === 'absent')
    return 'There is no copy on this volume; Patroni clones into it by itself.';
  if (volume.postgres.kind === 'unfinished' && volume.postgres.operation !== 'rewind') {
    return 'What is on this volume was cut short and is no copy; it is moved aside by itself.';
  }
  if (!postgres.ok) return null;
  const { streaming, state, role } = postgres.value;
  if (role === 'primary' && state === 'running') return 'PostgreSQL runs as primary here; hand over first.';
  if (isCloning(state)) return 'This node is being cloned already.';
  return streaming ? 'This copy follows the primary, so there is nothing to give up.' : null;
}

/** What the copy may hold alone, as far as it can be told while Patroni may still be at work on it. */
function worth(view: View, leader: ProvenLeader, evidence: RecloneEvidence): string {
  const memory = view.memory.reclone;
  if (mayBeReplaced(evidence, memory)) return `${leader.nodeId} is proven to hold all of it.`;
  const relation = relationTo(leader, ownDisk(view), memory);
  if (relation.kind === 'ahead') {
    return 'WARNING: it is FURTHER than the primary: its last rows are in this copy ALONE.';
  }
  return relation.kind === 'tail' && relation.from !== null
    ? `WARNING: rows from ${relation.from.lsn} on timeline ${relation.from.timeline} on may be in this copy ALONE.`
    : 'WARNING: nobody can tell what is in this copy ALONE.';
}

function room({ space, silent }: RecloneEvidence, isShort: boolean, isKept: boolean): readonly string[] {
  const { freeBytes, neededBytes } = space;
  const sizes = `a clone may take ${neededBytes ?? 'unknown'} bytes, ${freeBytes ?? 'unknown'} are free`;
  if (isKept) return [`It is kept in quarantine/ until a person deletes it (${sizes}).`];
  if (!isShort) return [`There is room to keep it in quarantine/ until space runs low (${sizes}).`];
  const alone = silent.length === 0 ? [] : [`WARNING: silent now: ${silent.join(', ')}.`];
  return [
    `WARNING: there is no room to keep it, so it is DELETED once it is moved aside (${sizes}).`,
    ...alone,
  ];
}

function whatFollows(view: View, leader: ProvenLeader, evidence: RecloneEvidence): readonly string[] {
  const passing = obstacleTo(view.memory.reclone, evidence);
  const isKept = isKeptWhole({ ...evidence, disk: ownDisk(view) }, view.memory.reclone);
  return [
    "This node's own copy of the data is given up:",
    ...listed([worth(view, leader, evidence), ...room(evidence, isSpaceShort(evidence), isKept)]),
    'What happens:',
    ...listed([
      'The others are told, Patroni is stopped, and it is read how far the copy reaches.',
      'The copy is moved to quarantine/ on this volume.',
      `Patroni clones from ${leader.nodeId}, which leads timeline ${leader.timeline}.`,
    ]),
    ...(passing === null ? [] : [`It begins later: ${inWords(passing)}.`]),
    'Nothing is moved if the copy follows again, or if another node takes over. A copy that turns out to be further',
    'than the primary is moved and kept where there is room for both; flux-pg status says so.',
  ];
}

/**
 * Answers `flux-pg reclone`: the word that this node's own copy may go although it is not proven that the primary holds all
 * of it. Refused where that cannot be meant: on the primary, without one, and for another system's. A copy that is further
 * than the primary is only moved, never given up, so that is refused without room for both. Pure.
 */
export function judgeReclone(view: View, { dryRun }: RecloneRequest): Verdict {
  const { state, memory } = view;
  if (state.cluster === null) return refused(['This node belongs to no cluster.']);
  const evidence: RecloneEvidence = { ...recloneEvidence(view), order: 'ordered' };
  const { leader } = evidence;
  if (leader?.nodeId === state.nodeId) return refused(['This node is the primary; hand over first.']);
  const nothing = nothingToGiveUp(view);
  if (nothing !== null) return refused([nothing]);
  if (leader === null) {
    return refused(['Nobody proves to lead. A copy is given up only while a primary serves.']);
  }
  // While Patroni runs the disk is older than the copy: what it shows to be further is so all the more.
  const obstacle = obstacleTo(memory.reclone, { ...evidence, disk: evidence.disk ?? ownDisk(view) });
  if (obstacle !== null && obstacle.reason !== 'other-node-reclones')
    return refused([`${inWords(obstacle)}.`]);
  if (state.recloneOrder !== null) {
    return explained(['This copy is given up already.', ...whatFollows(view, leader, evidence)]);
  }
  const { nodeId, timeline } = leader;
  return ordered(
    { kind: 'give-up-copy', leader: nodeId, timeline },
    whatFollows(view, leader, evidence),
    dryRun,
  );
}
