import type { Ports } from '@flux-pg/node-agent/loop';
import type { PatroniSettings } from '../kernel/contracts.ts';

type FilesPort = Ports['files'];

/** The router's servers as the agent set them. */
export type RouterServers = Parameters<FilesPort['steerRouter']>[1];
/** What etcd.yml was written from. */
export type EtcdConfig = Parameters<FilesPort['writeEtcdConfig']>[0];
/** The agent's block in `/etc/hosts`. */
export type HostEntries = Parameters<FilesPort['writeHosts']>[0];

/** The files outside of the volume, as values; a new container has none of them. */
export interface Files {
  hosts: HostEntries;
  /** Null when the router was started and nothing has been set since. */
  routerServers: RouterServers | null;
  etcdConfig: EtcdConfig | null;
  patroni: PatroniSettings | null;
}

/** The files of a new container. */
export function noFiles(): Files {
  return { hosts: [], routerServers: null, etcdConfig: null, patroni: null };
}

function textOf(yaml: string, pattern: RegExp, what: string): string {
  const found = pattern.exec(yaml)?.[1];
  if (found === undefined) throw new Error(`patroni.yml has no ${what}`);
  return found;
}

/** Reads of patroni.yml what the model of Patroni reads of it. */
function settingsOf(
  yaml: string,
  rest: Omit<PatroniSettings, 'address' | 'bootstrap' | 'nodeId'>,
): PatroniSettings {
  const advertised = textOf(yaml, /^restapi:[\s\S]*?^ {2}connect_address: "([^"]+)"/m, 'connect_address');
  return {
    ...rest,
    nodeId: textOf(yaml, /^name: "([^"]+)"/m, 'name'),
    address: advertised.slice(0, advertised.lastIndexOf(':')).replace(/^\[|\]$/g, ''),
    bootstrap: /^bootstrap:/m.test(yaml),
  };
}

/** The files port of one run of the agent. */
export function createFilesPort(
  files: Files,
  effect: <T>(name: string, apply: () => T) => Promise<T>,
  facts: {
    readonly routerRuns: () => boolean;
    readonly settings: Omit<PatroniSettings, 'address' | 'bootstrap' | 'nodeId'>;
    readonly etcdHostsChanged: () => void;
  },
): FilesPort {
  return {
    writeRouterConfig: () => effect('files.writeRouterConfig', () => undefined),
    steerRouter: (_router, servers) =>
      effect('files.steerRouter', () => {
        if (!facts.routerRuns()) throw new Error('the router does not run');
        files.routerServers = servers;
      }),
    writeHosts: (entries) =>
      effect('files.writeHosts', () => {
        files.hosts = entries;
        facts.etcdHostsChanged();
      }),
    writeEtcdConfig: (config) =>
      effect('files.writeEtcdConfig', () => {
        files.etcdConfig = config;
      }),
    writePatroniConfig: (text) =>
      effect('files.writePatroniConfig', () => {
        files.patroni = settingsOf(text, facts.settings);
      }),
  };
}
