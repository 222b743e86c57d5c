import { compareAddresses } from '@flux-pg/discovery';
import {
  decideFounding,
  type FieldInstance,
  type FoundingDecision,
  type FoundingPeer,
  type FoundingView,
  type ListedInstance,
  recoveryGrace,
  shortHandedForMs,
} from '@flux-pg/etcd-membership';
import { chooseLead } from '../../copies/index.ts';
import { type NodeState, withWithdrawn } from '../../identity/node-state.ts';
import type { StatusDocument } from '../../status/document.ts';
import { type Decision, decided, waiting } from '../action.ts';
import { type BoundNode, boundNodes } from '../field-evidence.ts';
import { toldIdentity } from '../known-members.ts';
import { ownReport, reportOf } from '../reports.ts';
import type { Peer, View } from '../view.ts';
import { isVirgin } from '../virgin.ts';
import type { Rule } from './rule.ts';

function foundingPeer(document: StatusDocument): FoundingPeer {
  const { nodeId, virgin, cluster, founding, withdrawn, promisedEpoch, volume } = document;
  return {
    nodeId,
    virgin,
    cluster: cluster && { id: cluster.id, epoch: cluster.epoch },
    founding,
    withdrawn,
    systemId: volume.postgres.kind === 'copy' ? volume.postgres.systemId : null,
    promisedEpoch,
  };
}

function listedInstance(view: View, { address, listed, runningSinceMs }: FieldInstance): ListedInstance {
  const peer: Peer | undefined = view.peers.find((other) => other.address === address);
  const heard = peer?.heard ?? { kind: 'silent' as const, detail: 'not asked yet', forMs: 0 };
  return {
    address,
    listed,
    runningSinceMs,
    answer:
      heard.kind === 'authenticated'
        ? { kind: 'authenticated' as const, peer: foundingPeer(heard.document) }
        : { kind: heard.kind, detail: heard.detail },
    silentForMs: heard.kind === 'silent' ? heard.forMs : 0,
  };
}

/** The furthest copy among all that have told of one; the founding itself sees to it that all have. */
function adoption(view: View): FoundingView['adoption'] {
  const others = view.peers.flatMap(({ heard }) => {
    if (heard.kind !== 'authenticated' || heard.document.cluster !== null) return [];
    const report = reportOf(heard.document);
    return report?.kind === 'copy' ? [report.copy] : [];
  });
  const own = ownReport(view);
  const copies = [...(own?.kind === 'copy' ? [own.copy] : []), ...others];
  const lead = chooseLead(copies, new Set(), { lastPrimary: null, passOverUnknown: false });
  return { leadNodeId: lead.nodeId, blocked: lead.blocked };
}

/** Nodes that this one is bound to and that will not come back. */
function lostNodes({ memory, state, nowMs, config }: View): readonly BoundNode[] {
  return boundNodes(state, memory.seenAt).filter(({ nodeId }) => {
    const since = memory.boundAbsentSinceMs[nodeId];
    return since !== undefined && nowMs - since >= recoveryGrace(config);
  });
}

function foundingView(view: View): FoundingView {
  const { ownAddress, state, memory, volume, config } = view;
  const { field } = memory;
  const isKnown =
    field !== null && (field.containsSelf || Object.values(field.instances).some(({ listed }) => listed));
  const lost = lostNodes(view);
  const asked = new Set(Object.keys(field?.instances ?? {}));
  return {
    self: {
      nodeId: state.nodeId,
      address: ownAddress?.address ?? null,
      virgin: isVirgin(view),
      founding: state.founding,
      firstStartedAtMs: state.firstStartedAtMs,
      systemId: volume.postgres.kind === 'copy' ? volume.postgres.systemId : null,
      promisedEpoch: state.promisedEpoch,
    },
    expectedNodes: view.expectedNodes,
    clusterSizeConfigured: config.clusterSize !== null,
    listing: isKnown
      ? {
          containsSelf: field.containsSelf,
          others: Object.values(field.instances)
            .filter(({ address }) => address !== ownAddress?.address)
            .map((instance) => listedInstance(view, instance)),
        }
      : null,
    unlistedPeers: view.peers.flatMap(({ address, heard }) =>
      !asked.has(address) && heard.kind === 'authenticated' ? [foundingPeer(heard.document)] : [],
    ),
    shortHandedForMs: shortHandedForMs(field),
    permitted: new Set(state.permittedAddresses),
    gone: new Set(lost.map(({ nodeId }) => nodeId)),
    goneAddresses: new Set(lost.flatMap(({ address }) => address ?? [])),
    adoption: adoption(view),
    formationTimeoutMs: config.formationTimeoutMs,
    compareAddresses,
  };
}

/** The write that makes a founding decision true; a proposal gets its id where randomness is at hand. */
function persisted(view: View, { action, reason, detail }: FoundingDecision): Decision {
  const { state } = view;
  switch (action.kind) {
    case 'wait':
      return waiting(reason, detail);
    case 'propose':
      return decided(action, reason, detail);
    case 'join': {
      const founding = action.joined;
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
    case 'resume': {
      const founding = action.resuming;
      const promisedEpoch = Math.max(state.promisedEpoch, founding.epoch);
      return decided({ kind: 'persist-state', state: { ...state, founding, promisedEpoch } }, reason, detail);
    }
    case 'drop-intent': {
      const { founding } = action;
      const promisedEpoch = Math.max(state.promisedEpoch, action.epoch);
      return decided({ kind: 'persist-state', state: { ...state, founding, promisedEpoch } }, reason, detail);
    }
    case 'seal': {
      const { clusterId: id, epoch, adopts } = action;
      // A founding that was finished by another than its proposer is an epoch of that seeder.
      const seededBy = epoch === 1 ? null : state.nodeId;
      const sealedBy = { nodeId: state.nodeId, address: view.ownAddress?.address ?? null };
      const cluster = { id, epoch, seededBy, founder: true, seeding: true, adopts, sealedBy };
      const sealed: NodeState = { ...state, cluster, founding: { kind: 'none' } };
      return decided({ kind: 'persist-state', state: sealed }, reason, detail);
    }
    case 'take-cluster': {
      const cluster = { ...action.cluster, ...toldIdentity(view, action.cluster.id), founder: false };
      const taken: NodeState = { ...state, cluster, founding: { kind: 'none' } };
      return decided({ kind: 'persist-state', state: taken }, reason, detail);
    }
  }
}

/** A node without a cluster id founds or joins one; nothing else happens before. */
export const foundCluster: Rule = {
  name: 'found-cluster',
  blocks: true,
  apply: (view) => (view.state.cluster === null ? persisted(view, decideFounding(foundingView(view))) : null),
};
