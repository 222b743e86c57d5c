export { leaderAncestors } from './ancestors.ts';
export { type ContainedView, isContainedNow, isGivenUp } from './aside-name.ts';
export { decideReclone, explainReclone, type RecloneDecision } from './decide-reclone.ts';
export { decideRelease, newlyContained, type ReleaseDecision } from './decide-release.ts';
export { isKeptWhole, isSpaceShort, mayBeReplaced, obstacleTo, relationTo } from './obstacle.ts';
export { decideOrder, type OrderDecision, orderStage, type RecloneOrder } from './order.ts';
export {
  type Ancestor,
  noReclone,
  type Obstacle,
  type OwnDisk,
  type OwnPostgres,
  type ProvenLeader,
  type RecloneEvidence,
  type RecloneMemory,
  type RecloneReason,
  type Rival,
  type RivalStage,
} from './reclone-view.ts';
export { rememberReclone } from './remember-reclone.ts';
export { hasFollowed, isCloning } from './stall.ts';
