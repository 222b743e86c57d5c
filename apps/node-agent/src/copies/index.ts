export { chooseLead, type Lead, type LeadBlock, type LeadOptions, type Tail } from './choose-lead.ts';
export type { Copy, WalPosition } from './copy.ts';
export { isBehind, isContained, reachesConsistency } from './lineage.ts';
export {
  type DeletionReason,
  type DeletionVerdict,
  mayDeleteCopy,
  type ServingLeader,
} from './may-delete-copy.ts';
