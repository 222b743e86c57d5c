export {
  type ClashAction,
  type ClashDecision,
  type ClashParty,
  type ClashReason,
  type ClashView,
  decideClash,
} from './decide-clash.ts';
