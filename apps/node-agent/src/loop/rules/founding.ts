import { compareAddresses } from '@flux-pg/discovery';
import {
  decideFounding,
  type FoundingDecision,
  type FoundingPeer,
  type FoundingView,
} from '@flux-pg/etcd-membership';
import { type NodeState, withWithdrawn } from '../../identity/node-state.ts';
import type { StatusDocument } from '../../status/document.ts';
import { type Decision, decided, waiting } from '../action.ts';
import type { Peer, View } from '../view.ts';
import { isVirgin } from '../virgin.ts';
import type { Rule } from './rule.ts';

/** A listing older than this says nothing about who exists now (design: 10 minutes). */
const LISTING_MAX_AGE_MS = 10 * 60_000;

function foundingPeer(document: StatusDocument): FoundingPeer {
  const { nodeId, virgin, cluster, founding, withdrawn } = document;
  return { nodeId, virgin, cluster, founding, withdrawn };
}

function listedInstance(view: View, instance: { address: string; runningSinceMs: number | null }) {
  const peer: Peer | undefined = view.peers.find(({ address }) => address === instance.address);
  const heard = peer?.heard ?? { kind: 'silent' as const, detail: 'not asked yet', forMs: 0 };
  return {
    address: instance.address,
    runningSinceMs: instance.runningSinceMs,
    answer:
      heard.kind === 'authenticated'
        ? { kind: 'authenticated' as const, peer: foundingPeer(heard.document) }
        : { kind: heard.kind, detail: heard.detail },
    silentForMs: heard.kind === 'silent' ? heard.forMs : 0,
  };
}

function foundingView(view: View): FoundingView {
  const { listing, ownAddress } = view;
  const usable = listing.ok && view.nowMs - listing.seenAtMs <= LISTING_MAX_AGE_MS ? listing.value : null;
  const own = ownAddress?.address ?? null;
  return {
    self: {
      nodeId: view.state.nodeId,
      address: own,
      virgin: isVirgin(view),
      founding: view.state.founding,
      firstStartedAtMs: view.state.firstStartedAtMs,
    },
    expectedNodes: view.expectedNodes,
    listing: usable && {
      containsSelf: usable.instances.some(({ address }) => address === own),
      others: usable.instances
        .filter(({ address }) => address !== own)
        .map((instance) => listedInstance(view, instance)),
    },
    unlistedPeers: view.peers.flatMap(({ listed, heard }) =>
      !listed && heard.kind === 'authenticated' ? [foundingPeer(heard.document)] : [],
    ),
    formationTimeoutMs: view.config.formationTimeoutMs,
    compareAddresses,
  };
}

/** The write that makes a founding decision true; a proposal gets its id where randomness is at hand. */
function persisted(state: NodeState, { action, reason, detail }: FoundingDecision): Decision {
  switch (action.kind) {
    case 'wait':
      return waiting(reason, detail);
    case 'propose':
      return decided(action, reason, detail);
    case 'join': {
      const { clusterId, proposerNodeId } = action;
      const founding = { kind: 'joined' as const, clusterId, proposerNodeId };
      return decided({ kind: 'persist-state', state: { ...state, founding } }, reason, detail);
    }
    case 'release-join':
      return decided(
        { kind: 'persist-state', state: { ...state, founding: { kind: 'none' } } },
        reason,
        detail,
      );
    case 'withdraw':
      return decided(
        { kind: 'persist-state', state: withWithdrawn(state, action.clusterId) },
        reason,
        detail,
      );
    case 'seal': {
      const cluster = { id: action.clusterId, epoch: 1, founder: true };
      const sealed: NodeState = { ...state, cluster, founding: { kind: 'none' } };
      return decided({ kind: 'persist-state', state: sealed }, reason, detail);
    }
    case 'take-cluster': {
      const cluster = { ...action.cluster, founder: false };
      const taken: NodeState = { ...state, cluster, founding: { kind: 'none' } };
      return decided({ kind: 'persist-state', state: taken }, reason, detail);
    }
  }
}

/** A node without a cluster id founds or joins one; nothing else happens before. */
export const foundCluster: Rule = {
  name: 'found-cluster',
  apply: (view) =>
    view.state.cluster === null ? persisted(view.state, decideFounding(foundingView(view))) : null,
};
