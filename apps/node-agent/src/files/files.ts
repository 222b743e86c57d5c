import type { HostEntry } from '@flux-pg/etcd-membership';
import type { NodeState } from '../identity/node-state.ts';
import type { EtcdStart } from '../loop/action.ts';
import type { RouterServers } from '../loop/wanted/router-servers.ts';
import type { RouterRuntime } from '../router/index.ts';

/** The files that programs are started from, and the addresses of names. */
export interface FilesPort {
  readonly writeRouterConfig: () => Promise<void>;
  readonly steerRouter: (router: RouterRuntime, servers: RouterServers) => Promise<void>;
  readonly writeHosts: (entries: readonly HostEntry[]) => Promise<void>;
  readonly writeEtcdConfig: (options: {
    readonly state: NodeState;
    readonly start: EtcdStart;
  }) => Promise<void>;
  readonly writePatroniConfig: (text: string) => Promise<void>;
}
