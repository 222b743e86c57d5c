import { mkdtemp, rm } from 'node:fs/promises';
import { createServer } from 'node:http';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { afterEach, describe, expect, it } from 'vitest';
import { createSupervisor, type Supervisor } from './supervisor.ts';

type Reply = (body: string) => { readonly status?: number; readonly body: string } | 'silence' | 'reset';

const cleanups: (() => Promise<unknown>)[] = [];

afterEach(async () => {
  for (const cleanup of cleanups.splice(0).reverse()) await cleanup();
});

async function socketPath(): Promise<string> {
  const directory = await mkdtemp(join(tmpdir(), 'supervisor-'));
  cleanups.push(() => rm(directory, { recursive: true }));
  return join(directory, 'supervisor.sock');
}

/** A supervisord stand-in: an HTTP server on a Unix socket that answers what `reply` says and keeps what it was sent. */
async function supervisorThat(reply: Reply): Promise<{ supervisor: Supervisor; received: string[] }> {
  const path = await socketPath();
  const received: string[] = [];
  const server = createServer((request, response) => {
    const chunks: Buffer[] = [];
    request.on('data', (chunk: Buffer) => chunks.push(chunk));
    request.on('end', () => {
      const body = Buffer.concat(chunks).toString();
      received.push(`${request.method} ${request.url} ${body}`);
      const answer = reply(body);
      if (answer === 'silence') return;
      if (answer === 'reset') return request.socket.destroy();
      response.writeHead(answer.status ?? 200, { 'content-type': 'text/xml' }).end(answer.body);
    });
  });
  await new Promise<void>((resolve) => server.listen(path, resolve));
  const supervisor = createSupervisor({ socketPath: path, requestTimeoutMs: 300 });
  cleanups.push(
    () =>
      new Promise((resolve) => {
        server.closeAllConnections();
        server.close(resolve);
      }),
  );
  return { supervisor, received };
}

function value(xml: string): string {
  return `<?xml version='1.0'?>\n<methodResponse>\n<params>\n<param>\n<value>${xml}</value>\n</param>\n</params>\n</methodResponse>\n`;
}

/** As supervisord 4.2.5 writes a fault. */
function fault(code: number, text: string): string {
  return `<?xml version='1.0'?>\n<methodResponse>\n<fault>\n<value><struct>\n<member>\n<name>faultCode</name>\n<value><int>${code}</int></value>\n</member>\n<member>\n<name>faultString</name>\n<value><string>${text}</string></value>\n</member>\n</struct></value>\n</fault>\n</methodResponse>\n`;
}

/** One element of what supervisord 4.2.5 answers to `getAllProcessInfo`. */
function processXml(name: string, state: number, pid: number, start: number, exitStatus: number): string {
  const members = {
    name: `<string>${name}</string>`,
    group: `<string>${name}</string>`,
    start: `<int>${start}</int>`,
    stop: '<int>0</int>',
    now: '<int>1795425106</int>',
    state: `<int>${state}</int>`,
    statename: '<string>IGNORED</string>',
    spawnerr: '<string></string>',
    exitstatus: `<int>${exitStatus}</int>`,
    pid: `<int>${pid}</int>`,
    description: '<string>Exited too quickly (process log may have details)</string>',
  };
  const xml = Object.entries(members).map(
    ([key, member]) => `<member>\n<name>${key}</name>\n<value>${member}</value>\n</member>\n`,
  );
  return `<value><struct>\n${xml.join('')}</struct></value>\n`;
}

function processList(...processes: readonly string[]): string {
  return value(`<array><data>\n${processes.join('')}</data></array>`);
}

describe('the list of processes', () => {
  it('are read anew with each change, and known again while only time passes', async () => {
    const answers = [
      processXml('etcd', 20, 12, 1_795_425_000, 0),
      processXml('etcd', 20, 12, 1_795_425_000, 0).replaceAll('1795425106', '1795425111'),
      processXml('etcd', 100, 0, 1_795_425_000, 2).replaceAll('1795425106', '1795425116'),
    ];
    const { supervisor } = await supervisorThat(() => ({
      body: value(`<array><data>\n${answers.shift()}</data></array>`),
    }));
    const first = await supervisor.processes();
    expect(await supervisor.processes()).toBe(first);
    expect(await supervisor.processes()).toMatchObject([
      { name: 'etcd', state: 'exited', pid: null, exitStatus: 2 },
    ]);
  });

  it('carries state, pid, start time and exit status', async () => {
    const { supervisor } = await supervisorThat(() => ({
      body: processList(
        processXml('etcd', 20, 4711, 1795425106, 0),
        processXml('patroni', 0, 0, 0, 0),
        processXml('router', 40, 12, 1795425100, -1),
      ),
    }));
    expect(await supervisor.processes()).toEqual([
      { name: 'etcd', state: 'running', pid: 4711, startedAtMs: 1795425106000, exitStatus: 0 },
      { name: 'patroni', state: 'stopped', pid: null, startedAtMs: null, exitStatus: 0 },
      { name: 'router', state: 'stopping', pid: 12, startedAtMs: 1795425100000, exitStatus: -1 },
    ]);
  });

  it.each([
    [10, 'starting'],
    [30, 'backoff'],
    [100, 'exited'],
    [200, 'fatal'],
    [1000, 'unknown'],
    [77, 'unknown'],
  ])('calls state %i %s', async (number, state) => {
    const { supervisor } = await supervisorThat(() => ({
      body: processList(processXml('etcd', number, 0, 0, 0)),
    }));
    expect(await supervisor.processes()).toMatchObject([{ state }]);
  });

  it('may be empty', async () => {
    const { supervisor } = await supervisorThat(() => ({ body: value('<array><data>\n</data></array>') }));
    expect(await supervisor.processes()).toEqual([]);
  });
});

describe('start and stop', () => {
  const done = { body: value('<boolean>1</boolean>') };

  it('ask without waiting, with the name escaped', async () => {
    const { supervisor, received } = await supervisorThat(() => done);
    await supervisor.start('a<b&c');
    await supervisor.stop('etcd');
    await supervisor.signal('etcd', 'HUP');
    expect(received.map((call) => call.replace(/<\?xml[^>]*>/, ''))).toEqual([
      'POST /RPC2 <methodCall><methodName>supervisor.startProcess</methodName><params><param><value><string>a&lt;b&amp;c</string></value></param><param><value><boolean>0</boolean></value></param></params></methodCall>',
      'POST /RPC2 <methodCall><methodName>supervisor.stopProcess</methodName><params><param><value><string>etcd</string></value></param><param><value><boolean>0</boolean></value></param></params></methodCall>',
      'POST /RPC2 <methodCall><methodName>supervisor.signalProcess</methodName><params><param><value><string>etcd</string></value></param><param><value><string>HUP</string></value></param></params></methodCall>',
    ]);
  });

  it('are content when the program is already there or already gone', async () => {
    const { supervisor } = await supervisorThat((body) => ({
      body: body.includes('startProcess')
        ? fault(60, 'ALREADY_STARTED: etcd')
        : fault(70, 'NOT_RUNNING: etcd'),
    }));
    await expect(supervisor.start('etcd')).resolves.toBeUndefined();
    await expect(supervisor.stop('etcd')).resolves.toBeUndefined();
    await expect(supervisor.signal('etcd', 'HUP')).rejects.toMatchObject({ code: 'fault', faultCode: 70 });
  });

  it.each([
    [6, 'SHUTDOWN_STATE', 'shutdown'],
    [10, 'BAD_NAME: etcd', 'bad-name'],
    [50, 'SPAWN_ERROR: etcd', 'fault'],
    [70, 'NOT_RUNNING: etcd', 'fault'],
  ])('fail on fault %i %s with code %s', async (faultCode, text, code) => {
    const { supervisor } = await supervisorThat(() => ({ body: fault(faultCode, text) }));
    await expect(supervisor.start('etcd')).rejects.toMatchObject({
      name: 'SupervisorError',
      code,
      faultCode,
      message: `supervisor.startProcess: ${text}`,
    });
  });
});

describe('a failing exchange', () => {
  it('is unreachable when nobody listens', async () => {
    const supervisor = createSupervisor({ socketPath: await socketPath(), requestTimeoutMs: 300 });
    await expect(supervisor.processes()).rejects.toMatchObject({ code: 'unreachable' });
  });

  it('is unreachable when the connection breaks', async () => {
    const { supervisor } = await supervisorThat(() => 'reset');
    await expect(supervisor.processes()).rejects.toMatchObject({ code: 'unreachable' });
  });

  it('is a timeout when no answer comes', async () => {
    const { supervisor } = await supervisorThat(() => 'silence');
    await expect(supervisor.processes()).rejects.toMatchObject({ code: 'timeout' });
  });

  it.each([
    ['an HTTP error', { status: 500, body: 'Internal Server Error' }],
    ['no XML', { body: 'hello' }],
    ['cut XML', { body: value('<boolean>1</boolean>').slice(0, 80) }],
    ['other XML', { body: '<html><body>hello</body></html>' }],
    ['a value of an unknown type', { body: value('<double>1.5</double>') }],
    ['an integer that is none', { body: value('<int>one</int>') }],
    ['a fault without a code', { body: '<methodResponse><fault><value>x</value></fault></methodResponse>' }],
    ['processes of another shape', { body: value('<boolean>1</boolean>') }],
  ])('is a protocol error on %s', async (_what, reply) => {
    const { supervisor } = await supervisorThat(() => reply);
    await expect(supervisor.processes()).rejects.toMatchObject({ code: 'protocol' });
  });

  it('does not spoil the next call', async () => {
    let calls = 0;
    const { supervisor } = await supervisorThat(() => {
      calls += 1;
      return calls === 1 ? 'reset' : { body: processList() };
    });
    await expect(supervisor.processes()).rejects.toMatchObject({ code: 'unreachable' });
    expect(await supervisor.processes()).toEqual([]);
  });
});
