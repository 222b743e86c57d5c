import type { EtcdModelClock } from '../model/index.ts';
import { createEtcdModel } from '../model/index.ts';
import {
  type ContractCluster,
  type ContractHarness,
  eventually,
  NODES,
  REQUEST_TIMEOUT_MS,
} from './contract-cluster.ts';

/** Time that passes only while somebody waits for it. */
function virtualClock(): EtcdModelClock {
  let nowMs = 1_000_000;
  return {
    nowMs: () => nowMs,
    sleep: async (ms) => {
      nowMs += ms;
    },
  };
}

function peerUrl(node: number): string {
  return `https://node-${node}.fluxpg:2380`;
}

function identity(node: number) {
  return {
    name: `node-${node}`,
    clientUrl: `https://node-${node}.fluxpg:2379`,
  };
}

async function found(
  voters: number,
  options: { readonly quotaBytes?: number } = {},
): Promise<ContractCluster> {
  const clock = virtualClock();
  const founders = Array.from({ length: voters }, (_, node) => ({
    ...identity(node),
    peerUrl: peerUrl(node),
  }));
  const timing = {
    electionMs: 1000,
    requestTimeoutMs: REQUEST_TIMEOUT_MS,
    ...options,
  };
  const model = createEtcdModel({ clock, founders, timing });

  function idOf(node: number): string {
    const id = model.memberIds().get(peerUrl(node));
    if (id === undefined || node >= NODES) throw new RangeError(`no member on node ${node}`);
    return id;
  }

  const cluster: ContractCluster = {
    peerUrl,
    endpoint: (node) => model.endpoint(idOf(node)),
    start: async (node) => model.start(idOf(node), identity(node)),
    stop: async (node) => model.stop(idOf(node)),
    pause: async (node) => model.pause(idOf(node)),
    resume: async (node) => model.resume(idOf(node)),
    elapse: (ms) => clock.sleep(ms),
    [Symbol.asyncDispose]: async () => {},
  };
  await eventually(cluster, () => cluster.endpoint(0).members());
  return cluster;
}

/** The in-memory model. */
export const modelHarness: ContractHarness = {
  name: 'the model',
  found,
  open: async () => {},
  close: async () => {},
};
