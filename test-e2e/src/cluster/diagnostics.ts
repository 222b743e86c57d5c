import { mkdir, writeFile } from 'node:fs/promises';
import { fileURLToPath } from 'node:url';
import { messageOf } from '../waiting.ts';
import type { ClusterNode } from './node.ts';

const RESULTS = fileURLToPath(new URL('../../.results/', import.meta.url));

const tls =
  '--cacert /run/flux-pg/tls/ca.crt --cert /run/flux-pg/tls/node.crt --key /run/flux-pg/tls/node.key';
/** What the router thinks of its servers; it answers on a socket only. */
const askRouter = `python3 -c "
import socket
router = socket.socket(socket.AF_UNIX); router.connect('/run/flux-pg/router.sock'); router.send(b'show stat\\n')
print(b''.join(iter(lambda: router.recv(65536), b'')).decode())"`;

const commands = {
  'status.txt': 'flux-pg status',
  'processes.txt': 'supervisorctl -c /etc/flux-pg/supervisord.conf status; ps aux 2>/dev/null || true',
  'patroni.txt':
    'patronictl -c /run/flux-pg/patroni.yml list 2>&1; cat /run/flux-pg/patroni.yml | grep -v password',
  // Its own etcd, and whichever the router leads to.
  'etcd.txt': [2379, 2378]
    .map((port) => `etcdctl --endpoints https://127.0.0.1:${port} ${tls} member list -w table 2>&1`)
    .join('; '),
  'router.txt': askRouter,
  'connections.txt': 'cat /proc/net/tcp',
  'hosts.txt': 'cat /etc/hosts',
  'volume.txt': 'cd /var/lib/postgresql/data; ls -la . */; cat flux-pg/node.json flux-pg/dcs.json',
  'updater.log': 'tail -n 500 /var/log/supervisor/updater.out.log',
  'patroni.log': 'tail -n 500 /var/log/supervisor/patroni.out.log',
  'etcd.log': 'tail -n 300 /var/log/supervisor/etcd.out.log',
  'router.log': 'tail -n 300 /var/log/supervisor/router.out.log',
} as const;

/** A node whose container has ended answers no command, but what it wrote is still there. */
async function textOf(node: ClusterNode, command: string): Promise<string> {
  try {
    return await node.exec(['sh', '-c', `${command}; true`]);
  } catch (error) {
    return `${messageOf(error)}\n`;
  }
}

/**
 * Writes what can be known of every node into a folder below `.results`, and returns a text for the test's output: where that
 * is, and each node's status.
 */
export async function dumpNodes(nodes: readonly ClusterNode[], title: string): Promise<string> {
  const folder = `${RESULTS}${new Date().toISOString().replace(/[:.]/g, '-')} ${title.replace(/[^\w -]+/g, '_').slice(0, 80)}`;
  await mkdir(folder, { recursive: true });
  const statuses = await Promise.all(
    nodes.map(async (node) => {
      const file = (name: string) => `${folder}/${node.name}-${name}`;
      for (const [name, command] of Object.entries(commands)) {
        await writeFile(file(name), await textOf(node, command));
      }
      await writeFile(file('output.log'), await node.output().catch(messageOf));
      return `${node.name} (${node.address})\n${await textOf(node, 'flux-pg status')}`;
    }),
  );
  return [`what the nodes left is in ${folder}`, ...statuses].join('\n');
}
