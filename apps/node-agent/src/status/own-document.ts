import type { NodeState } from '../identity/node-state.ts';
import { processState } from '../loop/rules/process.ts';
import type { View } from '../loop/view.ts';
import { isVirgin } from '../loop/virgin.ts';
import { ownMemberName } from '../loop/wanted/hosts-block.ts';
import type { StatusDocument } from './document.ts';

/** What the status needs beside the view. */
export interface OwnFacts {
  readonly software: string;
  readonly fingerprint: string;
  readonly reason: string;
  readonly nowMs: number;
}

function postgresOnDisk(volume: View['volume']): StatusDocument['volume']['postgres'] {
  const { postgres } = volume;
  if (postgres.kind !== 'copy') return { kind: postgres.kind, systemId: null, timeline: null };
  return { kind: 'copy', systemId: postgres.systemId, timeline: postgres.timeline };
}

function heardSecondsAgo(view: View): StatusDocument['heard'] {
  return Object.fromEntries(
    Object.entries(view.memory.heardAtMs).map(([nodeId, atMs]) => [
      nodeId,
      Math.round((view.nowMs - atMs) / 1000),
    ]),
  );
}

/**
 * This node's status out of the last view and the state as persisted now: a promise is told only once it is on disk,
 * and as soon as it is, so the state is not taken from the view.
 */
export function ownDocument(view: View, state: NodeState, facts: OwnFacts): StatusDocument {
  const current = { ...view, state };
  const { localEtcd } = view;
  return {
    protocol: 1,
    software: facts.software,
    ageMs: Math.max(0, facts.nowMs - view.lookedAtMs),
    nodeId: state.nodeId,
    address: view.ownAddress?.address ?? null,
    ports: view.config.hostPorts,
    fingerprint: facts.fingerprint,
    expectedNodes: view.expectedNodes,
    virgin: isVirgin(current),
    cluster: state.cluster === null ? null : { id: state.cluster.id, epoch: state.cluster.epoch },
    founding: state.founding,
    withdrawn: state.withdrawn,
    volume: { postgres: postgresOnDisk(view.volume), etcd: view.volume.etcdData },
    etcd: {
      memberName: ownMemberName(current),
      running: processState(view, 'etcd')?.running ?? false,
      reading: localEtcd.ok ? { ...localEtcd.value, errors: [...localEtcd.value.errors] } : null,
    },
    postgres: view.postgres.ok
      ? {
          role: view.postgres.value.role,
          state: view.postgres.value.state,
          timeline: view.postgres.value.timeline,
        }
      : null,
    heard: heardSecondsAgo(view),
    reason: facts.reason,
  };
}
