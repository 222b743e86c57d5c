import { describe, expect, it } from 'vitest';
import { aMemberState, aRecord, PORTS, processesIn, seen } from '../member-builder.ts';
import { aConfig, anEtcdContent, aView, NODE, OTHER } from '../view-builder.ts';
import { routerServers } from './router-servers.ts';

const records = [{ ...aRecord(OTHER), ports: { ...PORTS, postgres: 15_432, patroniApi: 18_088 } }];
const etcd = seen(anEtcdContent({ records }));

describe('the servers of the router', () => {
  it('are none on a node without a cluster', () => {
    expect(routerServers(aView())).toEqual({ etcd: [], readWrite: [], readOnly: [], localEtcd: false });
  });

  it('are this node by loopback and the others at their mapped ports, checked by Patroni', () => {
    const { readWrite, readOnly } = routerServers(aView({ state: aMemberState(), etcd }));
    expect(readWrite).toEqual([
      { key: NODE, address: '127.0.0.1', port: 5432, checkPort: 18_008 },
      { key: OTHER, address: '10.0.0.2', port: 15_432, checkPort: 18_088 },
    ]);
    expect(readOnly).toEqual(readWrite);
  });

  it('are reached inside the own container at its own port, not at the mapped one', () => {
    const config = aConfig({ POSTGRES_PORT: '6432', HOST_POSTGRES_PORT: '7432' });
    const { readWrite } = routerServers(aView({ state: aMemberState(), config }));
    expect(readWrite[0]?.port).toBe(6432);
  });

  it('for etcd are the others, with the own one apart: it is asked first while it runs', () => {
    const view = aView({ state: aMemberState(), etcd, processes: processesIn({ etcd: 'running' }) });
    expect(routerServers(view)).toMatchObject({
      etcd: [{ key: OTHER, address: '10.0.0.2', port: 2379, checkPort: 2379 }],
      localEtcd: true,
    });
    expect(routerServers(aView({ state: aMemberState(), etcd })).localEtcd).toBe(false);
  });
});
