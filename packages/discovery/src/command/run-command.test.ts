import { describe, expect, test } from 'vitest';
import { answering, loopbackServer, sendText } from '../../testing/loopback-server.ts';
import { aRow, success } from '../../testing/row-builder.ts';
import type { Fetch } from '../http/fetch-transport.ts';
import { runCommand } from './run-command.ts';

const NOW_MS = Date.parse('2026-07-01T12:00:00Z');

/** Runs a command line and gives all that it said. */
async function run(words: readonly string[], signal = new AbortController().signal, fetch?: Fetch) {
  const said = { out: '', err: '' };
  const terminal = {
    out: (text: string) => {
      said.out += text;
    },
    err: (text: string) => {
      said.err += text;
    },
    signal,
    nowMs: () => NOW_MS,
  };
  const status = await runCommand(words, terminal, fetch);
  return { status, ...said };
}

const specification = {
  version: 8,
  name: 'myapp',
  instances: 2,
  compose: [{ name: 'pg', repotag: 'example/pg:1', ports: [15_432, 18_008], containerPorts: [5432, 8008] }],
};

function aFlux(rows: readonly unknown[] = [aRow(), aRow({ ip: '8.8.4.2' })]) {
  return loopbackServer((request, response) => {
    const data = request.url?.startsWith('/apps/location') === true ? rows : specification;
    answering(success(data), { FLUXNODE: '8.8.4.9:16127' })(request, response);
  });
}

describe('locations', () => {
  test('shows the instances, who lists them, and what the sources said', async () => {
    await using flux = await aFlux();
    const { status, out } = await run(['locations', 'myapp', '--api', flux.url, '--nodes', '0']);
    expect(status).toBe(0);
    expect(out).toMatch(
      /^ADDRESS +RUNNING FOR +ANNOUNCED +LISTED BY\n8\.8\.4\.1:16137 +\d+ d +\d+ (d|h) +1 of 1/,
    );
    expect(out).toMatch(/8\.8\.4\.2:16127/);
    expect(out).toContain(`${flux.url}  listed   2`);
    expect(out).toContain('answered by 8.8.4.9:16127');
  });

  test('is one JSON document on request', async () => {
    await using flux = await aFlux();
    const { out } = await run(['locations', 'myapp', '--api', flux.url, '--nodes', '0', '--json']);
    expect(JSON.parse(out)).toMatchObject({ known: true, instances: [{ address: { ip: '8.8.4.1' } }, {}] });
  });

  test('says that an empty answer is no information, with a status of its own', async () => {
    await using flux = await aFlux([]);
    const { status, out } = await run(['locations', 'myapp', '--api', flux.url]);
    expect(status).toBe(3);
    expect(out).toContain('Nothing is known of myapp: every answer was empty');
  });

  test('names the failure of each source, and shows no stack in JSON either', async () => {
    await using flux = await loopbackServer((_request, response) => sendText(response, '<html>'));
    const plain = await run(['locations', 'myapp', '--api', flux.url]);
    expect(plain.status).toBe(1);
    expect(plain.out).toMatch(/failed .*schema: not JSON/);
    const { out } = await run(['locations', 'myapp', '--api', flux.url, '--json']);
    expect(JSON.parse(out)).toMatchObject({ known: false, sources: [{ error: { code: 'schema' } }] });
    expect(out).not.toContain('run-command');
  });
});

describe('spec', () => {
  test('shows what was ordered, with the ports', async () => {
    await using flux = await aFlux();
    const { status, out } = await run(['spec', 'myapp', '--api', flux.url]);
    expect(status).toBe(0);
    expect(out).toBe(
      'myapp: 2 instances, specification version 8\n\nCOMPONENT  IMAGE         NODE PORT->CONTAINER PORT\npg         example/pg:1  15432->5432 18008->8008\n',
    );
  });

  test('tells an error on the error stream, without the password in the URL', async () => {
    await using flux = await loopbackServer(
      answering({ status: 'error', data: { message: 'Application not found' } }),
    );
    const url = flux.url.replace('//', '//me:secret@');
    const { status, out, err } = await run(['spec', 'myapp', '--api', url]);
    expect({ status, out }).toEqual({ status: 1, out: '' });
    expect(err).toContain('Application not found');
    expect(err).not.toContain('secret');
  });
});

describe('watch', () => {
  const watchingTwo = (url: string) => ['watch', 'myapp', '--api', url, '--nodes', '0', '--changes', '2'];

  test('reports changes until there were enough', async () => {
    await using flux = await aFlux();
    const { status, out } = await run(watchingTwo(flux.url));
    expect(status).toBe(0);
    expect(out.split('\n')).toMatchObject([
      expect.stringMatching(
        /^2026-07-01T12:00:00\.000Z {2}added {4}8\.8\.4\.1:16137 {2}2 instances now, listed by /,
      ),
      expect.stringContaining('8.8.4.2:16127'),
      '',
    ]);
  });

  test('is one JSON document a line on request', async () => {
    await using flux = await aFlux();
    const { out } = await run([...watchingTwo(flux.url), '--json']);
    const [first = '', second = ''] = out.trim().split('\n');
    expect(JSON.parse(first)).toMatchObject({ kind: 'added', time: '2026-07-01T12:00:00.000Z' });
    expect(JSON.parse(second)).toMatchObject({ listing: [{}, {}] });
  });

  test('ends when the user interrupts', async () => {
    await using flux = await aFlux();
    const { status } = await run(
      ['watch', 'myapp', '--api', flux.url, '--nodes', '0'],
      AbortSignal.timeout(300),
    );
    expect(status).toBe(130);
  });
});

/** Answers by host and path, as a network of nodes would; what is not named refuses. */
function aNetwork(answers: Readonly<Record<string, unknown>>): Fetch {
  return async (url) => {
    const { host, pathname } = new URL(url);
    const data = answers[`${host}${pathname}`];
    if (data === undefined) throw new TypeError('connection refused');
    return Response.json(success(data));
  };
}

describe('doctor', () => {
  const api = ['--api', 'https://one.example', '--api', 'https://two.example'];
  const healthy = {
    'one.example/apps/location/myapp': [aRow(), aRow({ ip: '8.8.4.2' })],
    'two.example/apps/location/myapp': [aRow(), aRow({ ip: '8.8.4.2' })],
    'one.example/apps/appspecifications/myapp': specification,
    '8.8.4.1:16137/flux/version': '8.17.0',
    '8.8.4.1:16137/apps/listrunningapps': [{ Names: ['/fluxpg_myapp'] }],
    '8.8.4.1:16137/apps/location/myapp': [aRow(), aRow({ ip: '8.8.4.2' })],
    '8.8.4.2:16127/flux/version': '8.17.0',
    '8.8.4.2:16127/apps/listrunningapps': [],
    '8.8.4.2:16127/apps/location/myapp': [aRow()],
  };

  test('looks at each base URL, the order, the agreement and each node', async () => {
    const { status, out } = await run(['doctor', 'myapp', ...api], undefined, aNetwork(healthy));
    expect(out).toMatch(/ok +https:\/\/one\.example +2 rows in \d+ ms/);
    expect(out).toMatch(/ok +contact +the API answers/);
    expect(out).toMatch(/ok +listing +2 of 2 instances are listed/);
    expect(out).toMatch(/warn +agreement +8\.8\.4\.2:16127 is missing from node 8\.8\.4\.2:16127/);
    expect(out).toMatch(/ok +node 8\.8\.4\.1:16137 +FluxOS 8\.17\.0, runs 1 container of it/);
    expect(out).toMatch(/warn +node 8\.8\.4\.2:16127 +FluxOS 8\.17\.0, is listed but/);
    expect(status).toBe(0);
  });

  test('fails for a base URL that gives no usable answer, and only warns of a dead node', async () => {
    const {
      'two.example/apps/location/myapp': _gone,
      '8.8.4.2:16127/flux/version': _dead,
      ...rest
    } = healthy;
    const { status, out } = await run(['doctor', 'myapp', ...api, '--json'], undefined, aNetwork(rest));
    const { checks } = JSON.parse(out);
    expect(checks).toContainEqual(expect.objectContaining({ verdict: 'FAIL', what: 'https://two.example' }));
    expect(checks).toContainEqual(expect.objectContaining({ verdict: 'warn', what: 'node 8.8.4.2:16127' }));
    expect(status).toBe(1);
  });

  test('fails where nothing is known', async () => {
    const { status, out } = await run(['doctor', 'myapp', ...api], undefined, aNetwork({}));
    expect(status).toBe(1);
    expect(out).toMatch(/FAIL +specification +network/);
    expect(out).toMatch(/FAIL +contact +nobody answers: this machine may be cut off/);
  });
});

describe('the command line', () => {
  test('explains itself', async () => {
    const { status, out } = await run(['--help']);
    expect(status).toBe(0);
    for (const word of ['locations', 'spec', 'watch', 'doctor', '--json', '--interval', 'Exit status']) {
      expect(out).toContain(word);
    }
    expect((await run(['--version'])).out).toMatch(/^\d+\.\d+\.\d+/);
  });

  test.each<[readonly string[], RegExp]>([
    [[], /COMMAND is one of[\s\S]*APP is missing/],
    [['list', 'myapp'], /COMMAND is one of locations, spec, watch, doctor/],
    [['locations'], /APP is missing/],
    [['locations', '.*'], /APP consists of/],
    [['locations', 'a', 'b'], /too many arguments: b/],
    [['locations', 'a', '--frsh'], /--frsh/],
    [['locations', 'a', '--api', 'ftp://x'], /--api is a URL/],
    [['watch', 'a', '--interval', '0', '--nodes=-x'], /--nodes[\s\S]*--interval|--interval[\s\S]*--nodes/],
  ])('%j is refused with everything that is wrong', async (words, message) => {
    const { status, out, err } = await run(words);
    expect({ status, out }).toEqual({ status: 2, out: '' });
    expect(err).toMatch(message);
    expect(err).toContain('--help');
  });
});
