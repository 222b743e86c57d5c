import { compareIds } from '../member-names/compare-ids.ts';
import {
  allPeers,
  decision,
  type FoundingRule,
  holdsLooseData,
  isExcluded,
  listedPeers,
  sizeOf,
  wait,
} from './field.ts';
import type { FoundingDecision } from './founding-state.ts';
import type { FoundingView } from './founding-view.ts';

/** Whether anybody that answers, this node included, holds data that belongs to no cluster yet. */
export function isAdoption(view: FoundingView): boolean {
  return !view.self.virgin || allPeers(view).some(holdsLooseData);
}

/** The one system id of all copies that are known, null while it is not one. */
export function adoptedSystem(view: FoundingView): string | null {
  const systems = systemIds(view);
  return systems.length === 1 ? (systems[0] ?? null) : null;
}

function systemIds(view: FoundingView): readonly (string | null)[] {
  const systems = new Set<string | null>();
  if (!view.self.virgin) systems.add(view.self.systemId);
  for (const peer of allPeers(view)) if (holdsLooseData(peer)) systems.add(peer.systemId);
  return [...systems].sort((left, right) => compareIds(left ?? '', right ?? ''));
}

/** Of all N each has to answer or be gone: time alone does not help, the one that is missing may hold the newest rows. */
function missing(view: FoundingView): FoundingDecision | null {
  const others = view.listing?.others ?? [];
  for (const instance of others) {
    const { address, answer } = instance;
    if (answer.kind === 'authenticated' || isExcluded(view, instance)) continue;
    if (answer.kind === 'present') return wait('peer-unverifiable', `${address}: ${answer.detail}`);
    return wait('peer-silent', `${address}: ${answer.detail}`);
  }
  // Data is counted by the size that was read, even by a size of one: it is not what lets an empty node found.
  const size = sizeOf(view) ?? view.expectedNodes;
  if (size === null) return wait('size-unknown');
  const answering = new Set(listedPeers(view).map(({ address }) => address));
  const dead = [...view.goneAddresses, ...view.permitted].filter((address) => !answering.has(address));
  const accounted = answering.size + 1 + new Set(dead).size;
  return accounted < size ? wait('not-all-answered', `${accounted} of ${size}`) : null;
}

function blocked(view: FoundingView): FoundingDecision | null {
  const absent = missing(view);
  if (absent !== null) return absent;
  const systems = systemIds(view);
  if (systems.includes(null)) return wait('data-unreadable');
  if (systems.length > 1) return wait('two-systems', systems.join(', '));
  if (view.adoption.blocked !== null) return wait('adoption-blocked', view.adoption.blocked);
  return view.adoption.leadNodeId === null ? wait('lead-unknown') : null;
}

/**
 * Data without a cluster is adopted, never founded beside. Plain proposals make room for the adoption; then everybody
 * is asked, and only the lead among all N proposes.
 */
export const accountForData: FoundingRule = (view) => {
  if (!isAdoption(view)) return null;
  const { founding, virgin } = view.self;
  if (founding.kind === 'proposed' && founding.systemId === null) {
    return decision({ kind: 'withdraw', clusterId: founding.clusterId }, 'peer-holds-data');
  }
  const obstacle = blocked(view);
  if (obstacle === null) return null;
  return virgin ? wait('peer-holds-data', `${obstacle.reason} ${obstacle.detail}`.trim()) : obstacle;
};
