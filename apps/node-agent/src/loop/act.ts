import { noteHandOver } from '@flux-pg/etcd-membership';
import { clusterKeys } from '../identity/member-record.ts';
import { completeBootstrap, writeClusterKeys } from './act-cluster-keys.ts';
import { changeMembership, etcdFor, writeAgreement } from './act-etcd.ts';
import { tendQuarantine } from './act-quarantine.ts';
import { adoptRootData, noteOrigin, renewIncarnation, yieldCluster } from './act-volume.ts';
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
      const founding = { ...action, kind: 'proposed' as const, clusterId: ports.newUuid() };
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
      await noteOrigin(ports, view, action.start);
      await ports.files.writeEtcdConfig({ state: view.state, start: action.start });
      await ports.supervisor.start('etcd');
      return {
        applied: { foundingEtcd: action.start.kind === 'new' },
        memory: {
          leaderlessSinceMs: null,
          etcdStartsAtMs: [...view.memory.etcdStartsAtMs, ports.clock.nowMs()].slice(-10),
        },
      };
    case 'restart-etcd':
      await ports.supervisor.stop('etcd');
      return { memory: { leaderlessSinceMs: null } };
    case 'renew-incarnation':
      return renewIncarnation(ports, view, action.quarantine);
    case 'renew-start-id':
      await ports.volume.renewStartId();
      return {};
    case 'stop-program':
      await ports.supervisor.stop(action.program);
      return {};
    case 'persist-order':
      await ports.volume.writeState(action.state);
      ports.operator.done(action.order);
      return {};
    case 'adopt-root-data':
      await adoptRootData(ports);
      return {};
    case 'yield-cluster':
      await yieldCluster(ports, view, action.to);
      return {};
    case 'complete-bootstrap':
      await completeBootstrap(etcdFor(ports, view), view, action.systemId);
      return {};
    case 'release-initialize':
      await etcdFor(ports, view).delete(`${clusterKeys(view.config.appName).patroniRoot}initialize`);
      return {};
    case 'write-cluster-keys':
      await writeClusterKeys(ports, view);
      return {};
    case 'note-copy':
    case 'forget-copy':
    case 'put-witnesses':
    case 'grant-bootstrap':
    case 'ask-failover':
      await writeAgreement(ports, view, action);
      return {};
    case 'hand-over':
      await writeAgreement(ports, view, action);
      return { memory: { standing: afterHandOver(view) } };
    case 'check-user-data':
      return checkUserData(ports, view);
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
      return { memory: { reclone: { ...view.memory.reclone, tendedAtMs: null } } };
    case 'tend-quarantine':
      return tendQuarantine(ports, view, action);
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

function afterHandOver({ memory }: View): Memory['standing'] {
  return { ...memory.standing, fencing: noteHandOver(memory.standing.fencing) };
}

/** What is in doubt counts as a user's; a question that failed is asked again after the same interval. */
async function checkUserData(ports: Ports, view: View): Promise<Done> {
  const memory = { userDataAskedAtMs: view.nowMs };
  const found = await ports.database.hasUserData().catch(() => null);
  if (found === null) return { memory };
  const etcd = etcdFor(ports, view);
  const key = clusterKeys(view.config.appName).userData;
  const stored = await etcd.get(key);
  // Once there was something the key stays, whoever asked meanwhile: what was dropped may still be wanted back.
  if (stored === null || (found && stored.value !== 'true')) {
    await etcd.putIfUnchanged(key, String(found), stored?.modRevision ?? 0);
  }
  return { memory };
}
