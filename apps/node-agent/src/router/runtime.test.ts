import { mkdtemp, rm } from 'node:fs/promises';
import { createServer, type Socket } from 'node:net';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { afterEach, describe, expect, it } from 'vitest';
import { createRouterRuntime, type RouterRuntime } from './runtime.ts';

const cleanups: (() => Promise<unknown>)[] = [];

afterEach(async () => {
  for (const cleanup of cleanups.splice(0).reverse()) await cleanup();
});

/** As HAProxy 3.0 answers to `show servers state`. */
const statesText = `1
# be_id be_name srv_id srv_name srv_addr srv_op_state srv_admin_state srv_uweight srv_iweight srv_time_since_last_change srv_check_status srv_check_result srv_check_health srv_check_state srv_agent_state bk_f_forced_id srv_f_forced_id srv_fqdn srv_port srvrecord srv_use_ssl srv_check_port srv_check_addr srv_agent_addr srv_agent_port
4 read_write 1 slot1 10.0.0.7 2 4 1 1 34 15 3 2 6 0 0 0 - 5432 - 0 8008 - - 1
4 read_write 2 slot2 127.0.0.1 0 5 1 1 34 1 0 0 14 0 0 0 - 1 - 0 1 - - 1
5 etcd 1 local 127.0.0.1 0 0 1 1 67 8 2 0 6 0 0 0 - 2379 - 0 0 - - 0

`;

async function runtimeAt(
  answer: (command: string, socket: Socket) => void,
): Promise<{ runtime: RouterRuntime; received: string[] }> {
  const directory = await mkdtemp(join(tmpdir(), 'router-'));
  const socketPath = join(directory, 'router.sock');
  const received: string[] = [];
  const sockets = new Set<Socket>();
  const server = createServer((socket) => {
    sockets.add(socket);
    socket.on('error', () => sockets.delete(socket));
    socket.on('data', (data: Buffer) => {
      const command = data.toString();
      received.push(command);
      answer(command, socket);
    });
  });
  await new Promise<void>((resolve) => server.listen(socketPath, resolve));
  cleanups.push(
    () => rm(directory, { recursive: true }),
    () =>
      new Promise((resolve) => {
        for (const socket of sockets) socket.destroy();
        server.close(resolve);
      }),
  );
  return { runtime: createRouterRuntime({ socketPath, timeoutMs: 300 }), received };
}

describe('servers', () => {
  it('reads addresses, check ports and states, with the check port falling back to the port', async () => {
    const { runtime, received } = await runtimeAt((_command, socket) => socket.end(statesText));
    expect(await runtime.servers()).toEqual([
      {
        backend: 'read_write',
        name: 'slot1',
        address: '10.0.0.7',
        port: 5432,
        checkPort: 8008,
        inMaintenance: false,
        operation: 'running',
      },
      {
        backend: 'read_write',
        name: 'slot2',
        address: '127.0.0.1',
        port: 1,
        checkPort: 1,
        inMaintenance: true,
        operation: 'stopped',
      },
      {
        backend: 'etcd',
        name: 'local',
        address: '127.0.0.1',
        port: 2379,
        checkPort: 2379,
        inMaintenance: false,
        operation: 'stopped',
      },
    ]);
    expect(received).toEqual(['show servers state\n']);
  });

  it('finds columns by name, wherever a later version puts them', async () => {
    const reordered =
      '1\n# srv_new srv_name be_name srv_addr srv_port srv_check_port srv_admin_state srv_op_state\n' +
      'x slot1 etcd 10.0.0.1 2379 0 32 0\n\n';
    const { runtime } = await runtimeAt((_command, socket) => socket.end(reordered));
    expect(await runtime.servers()).toMatchObject([{ name: 'slot1', backend: 'etcd', inMaintenance: true }]);
  });

  it.each([
    ['an error text', 'Permission denied\n\n'],
    ['a list that is cut short', statesText.slice(0, statesText.indexOf('4 read_write 2'))],
    ['another format version', statesText.replace(/^1/, '2')],
    ['a missing column', statesText.replace('srv_port', 'srv_bort')],
    ['a port that is none', statesText.replace(' 5432 ', ' none ')],
    ['an unknown state', statesText.replace('10.0.0.7 2', '10.0.0.7 9')],
  ])('is a protocol error on %s', async (_what, text) => {
    const { runtime } = await runtimeAt((_command, socket) => socket.end(text));
    await expect(runtime.servers()).rejects.toMatchObject({ code: 'protocol' });
  });
});

describe('apply', () => {
  it('sends one line per connection and takes silence and reports of a change as success', async () => {
    const { runtime, received } = await runtimeAt((command, socket) =>
      socket.end(
        command.includes(' addr ')
          ? "IP changed from '127.0.0.1' to '10.0.0.7', port changed from '1' to '5432' by 'stats socket command'\n\n"
          : '\n\n',
      ),
    );
    await runtime.apply([
      'set server read_write/slot1 addr 10.0.0.7 port 5432',
      'set server read_write/slot1 state ready;set server read_write/slot1 health down',
    ]);
    expect(received).toEqual([
      'set server read_write/slot1 addr 10.0.0.7 port 5432\n',
      'set server read_write/slot1 state ready;set server read_write/slot1 health down\n',
    ]);
  });

  it.each([
    'No such server.\n\n',
    'No such backend.\n\n',
    "Invalid addr 'banana'\n\n",
    'provided port is not an integer\n\n',
    'Permission denied\n\n',
    "Unknown command: 'bogus', but maybe one of the following ones is a better match:\n  quit\n\n",
    "port changed from '1' to '2' by 'stats socket command'\n\nNo such server.\n\n",
  ])('stops at the first refusal: %j', async (text) => {
    const { runtime, received } = await runtimeAt((_command, socket) => socket.end(text));
    await expect(runtime.apply(['first', 'second'])).rejects.toMatchObject({
      name: 'RouterError',
      code: 'refused',
      message: expect.stringMatching(/^first: /),
    });
    expect(received).toEqual(['first\n']);
  });

  it('refuses a command with a line break', async () => {
    const { runtime, received } = await runtimeAt((_command, socket) => socket.end('\n'));
    await expect(runtime.apply(['show info\nset server'])).rejects.toMatchObject({ code: 'invalid' });
    expect(received).toEqual([]);
  });
});

describe('a failing exchange', () => {
  it('is unreachable when nobody listens', async () => {
    const runtime = createRouterRuntime({ socketPath: '/nonexistent/router.sock', timeoutMs: 300 });
    await expect(runtime.servers()).rejects.toMatchObject({ code: 'unreachable' });
  });

  it('is unreachable when the connection ends without or within an answer', async () => {
    for (const text of ['', '1\n# be_id be_na']) {
      const { runtime } = await runtimeAt((_command, socket) => socket.end(text));
      await expect(runtime.servers()).rejects.toMatchObject({ code: 'unreachable' });
    }
  });

  it('is a timeout when the answer does not end', async () => {
    const { runtime } = await runtimeAt((_command, socket) => socket.write(statesText));
    await expect(runtime.servers()).rejects.toMatchObject({ code: 'timeout' });
  });
});
