import { clusterKeys } from '../identity/member-record.ts';
import { changeMembership, writeClusterKeys } from './act-etcd.ts';
import type { Action } from './action.ts';
import type { Ports } from './ports.ts';
import type { Applied, Memory, View } from './view.ts';

/** What an action leaves behind in the agent: texts that are in force now, and memories that changed. */
export interface Done {
  readonly applied?: Partial<Applied>;
  readonly memory?: Partial<Memory>;
}

/** Does the one thing that was decided. Throws where it could not; the next tick looks again before it tries again. */
export async function act(ports: Ports, view: View, action: Action): Promise<Done> {
  switch (action.kind) {
    case 'wait':
      return {};
    case 'persist-state':
      await ports.volume.writeState(action.state);
      return {};
    case 'propose': {
      const founding = {
        kind: 'proposed' as const,
        clusterId: ports.newUuid(),
        expectedNodes: action.expectedNodes,
      };
      await ports.volume.writeState({ ...view.state, founding });
      return {};
    }
    case 'start-router':
      await ports.files.writeRouterConfig();
      await ports.supervisor.start('router');
      return { applied: { routerServers: null } };
    case 'set-router-servers':
      await ports.files.steerRouter(ports.router, action.servers);
      return { applied: { routerServers: action.signature } };
    case 'write-hosts':
      await ports.files.writeHosts(action.entries);
      return { applied: { hosts: action.signature } };
    case 'start-etcd':
      await ports.files.writeEtcdConfig({ state: view.state, start: action.start });
      await ports.supervisor.start('etcd');
      return {
        applied: { foundingEtcd: action.start.kind === 'new' },
        memory: { leaderlessSinceMs: null },
      };
    case 'restart-etcd':
      await ports.supervisor.stop('etcd');
      return { memory: { leaderlessSinceMs: null } };
    case 'renew-incarnation':
      return renewIncarnation(ports, view, action.quarantine);
    case 'write-cluster-keys':
      await writeClusterKeys(ports, view);
      return {};
    case 'put-record': {
      const key = clusterKeys(view.config.appName).member(action.record.nodeId);
      await etcdFor(ports, view).put(key, JSON.stringify(action.record));
      return {};
    }
    case 'set-aside-pgdata':
      await ports.volume.setAsidePostgres(action.why);
      if (action.releaseInitialize) {
        await etcdFor(ports, view).delete(`${clusterKeys(view.config.appName).patroniRoot}initialize`);
      }
      return {};
    case 'apply-patroni-config':
      await ports.files.writePatroniConfig(action.text);
      if (action.reload) await ports.supervisor.signal('patroni', 'HUP');
      return { applied: { patroniConfig: action.text } };
    case 'delete-registration': {
      const { patroniRoot } = clusterKeys(view.config.appName);
      await etcdFor(ports, view).delete(`${patroniRoot}members/${view.state.nodeId}`);
      return {};
    }
    case 'start-patroni':
      await ports.supervisor.start('patroni');
      return {};
    case 'provision-database':
      await ports.database.provision();
      await etcdFor(ports, view).put(clusterKeys(view.config.appName).provisioned, view.state.nodeId);
      return { memory: { rolesEnsured: true } };
    case 'ensure-roles':
      await ports.database.ensureRoles();
      return { memory: { rolesEnsured: true } };
    case 'change-membership':
      await changeMembership(ports, view, action.change);
      return {};
    case 'write-mirror':
      await ports.volume.writeMirror(action.mirror);
      return {};
  }
}

/** The own etcd where it serves, else any voter through the router: the same choice as in `observe`. */
export function etcdFor(ports: Ports, view: View) {
  const { localEtcd } = view;
  const serving = localEtcd.ok && !localEtcd.value.isLearner && localEtcd.value.leaderId !== null;
  return serving ? ports.localEtcd : ports.routedEtcd;
}

/** The new name is persisted last: until then a restart finds the old data again and takes the same way. */
async function renewIncarnation(ports: Ports, view: View, quarantine: boolean): Promise<Done> {
  if (quarantine) await ports.volume.quarantineEtcd(view.state.etcd.incarnation);
  const etcd = { incarnation: ports.newIncarnation(), started: false };
  await ports.volume.writeState({ ...view.state, etcd });
  return {};
}
