import { createServer } from 'node:net';
import { run } from '../command/run.ts';
import { DevError } from '../dev-error.ts';
import { publishedPorts } from './local-nodes.ts';

/** Whether nobody listens on this port of the loopback address. Other failures than a taken port are not ours to judge. */
export function isPortFree(port: number): Promise<boolean> {
  return new Promise((resolve) => {
    const server = createServer();
    server.once('error', (error: NodeJS.ErrnoException) => resolve(error.code !== 'EADDRINUSE'));
    server.listen({ host: '127.0.0.1', port, exclusive: true }, () => server.close(() => resolve(true)));
  });
}

/** Who listens, out of what `ss -Hltnp` prints: `postgres (process 812)`; null where it does not tell. */
export function parseListener(printed: string): string | null {
  const [, program, pid] = /users:\(\("([^"]+)",pid=(\d+)/.exec(printed) ?? [];
  return program === undefined ? null : `${program} (process ${pid})`;
}

async function holderOf(port: number): Promise<string> {
  const format = ['--format', '{{.Names}}'];
  const { stdout: containers } = await run('docker', ['ps', '--filter', `publish=${port}`, ...format]);
  if (containers.trim() !== '') return `the container ${containers.trim().split('\n').join(', ')}`;
  const { stdout } = await run('ss', ['-Hltnp', `sport = :${port}`]);
  return parseListener(stdout) ?? 'another program';
}

/** Checks the ports of all containers that do not run yet. Throws a `DevError` that names each taken one. */
export async function requireFreePorts(): Promise<void> {
  const { stdout } = await run('docker', ['ps', '--format', '{{.Names}}']);
  const running = new Set(stdout.trim().split('\n'));
  const wanted = publishedPorts.filter(({ container }) => !running.has(container));
  const problems: string[] = [];
  for (const { container, ports } of wanted) {
    for (const port of ports) {
      if (!(await isPortFree(port))) {
        problems.push(`port ${port}, wanted by ${container}, is taken by ${await holderOf(port)}`);
      }
    }
  }
  if (problems.length === 0) return;
  throw new DevError('port-taken', {
    step: 'ports of the local cluster',
    cause: problems.join('\n'),
    mend: 'stop what listens there, or change the port in docker/docker-compose.yml and apps/dev/src/cluster/local-nodes.ts',
  });
}
