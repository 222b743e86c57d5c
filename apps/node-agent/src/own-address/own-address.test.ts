import { createServer } from 'node:http';
import fc from 'fast-check';
import { afterEach, describe, expect, it } from 'vitest';
import { type AddressClues, chooseOwnAddress } from './choose-own-address.ts';
import { askEchoServices } from './echo-services.ts';
import { type AddressPorts, findOwnAddress } from './find-own-address.ts';

const everything: AddressClues = {
  configured: '203.0.113.1',
  interfaces: ['127.0.0.1', '172.23.5.2', '203.0.113.2'],
  listing: ['203.0.113.2', '203.0.113.9'],
  hostInfo: '203.0.113.3',
  environment: '203.0.113.4',
  echoed: ['203.0.113.5', '203.0.113.5', '203.0.113.6'],
};

const nothing: AddressClues = {
  configured: null,
  interfaces: [],
  listing: null,
  hostInfo: null,
  environment: null,
  echoed: [],
};

describe('chooseOwnAddress', () => {
  it('goes by the order of the sources', () => {
    let clues = everything;
    const chosen = [];
    for (const silence of [
      { configured: null },
      { interfaces: [] },
      { hostInfo: null },
      { environment: null },
      { echoed: [] },
    ]) {
      chosen.push(chooseOwnAddress(clues));
      clues = { ...clues, ...silence };
    }
    expect(chosen).toEqual([
      { address: '203.0.113.1', source: 'configured' },
      { address: '203.0.113.2', source: 'interface' },
      { address: '203.0.113.3', source: 'host-info' },
      { address: '203.0.113.4', source: 'environment' },
      { address: '203.0.113.5', source: 'echo' },
    ]);
    expect(chooseOwnAddress(clues)).toMatchObject({ missing: true, tried: { echo: 'says nothing' } });
  });

  it('takes no interface when the listing contains none of them, or several', () => {
    const none = { ...nothing, interfaces: ['10.0.0.1'], listing: ['10.0.0.2'] };
    expect(chooseOwnAddress(none)).toMatchObject({
      tried: { interface: 'the listing contains no local address' },
    });
    const several = { ...nothing, interfaces: ['10.0.0.1', '10.0.0.2'], listing: ['10.0.0.2', '10.0.0.1'] };
    expect(chooseOwnAddress(several)).toMatchObject({
      tried: { interface: 'the listing contains several local addresses' },
    });
  });

  it('takes an interface that appears twice, and one in another spelling', () => {
    const clues = { ...nothing, interfaces: ['2001:DB8:0::7', '2001:db8::7'], listing: ['2001:db8::7'] };
    expect(chooseOwnAddress(clues)).toEqual({ address: '2001:db8::7', source: 'interface' });
  });

  it('knows no interface while no listing is known', () => {
    expect(chooseOwnAddress({ ...nothing, interfaces: ['10.0.0.1'] })).toMatchObject({
      missing: true,
      tried: { interface: 'no listing is known' },
    });
  });

  it.each([
    '',
    'localhost',
    '127.0.0.1',
    '0.0.0.0',
    '169.254.43.43',
    '224.0.0.1',
    '255.255.255.255',
    '::',
    '::1',
    'fe80::1',
    'ff02::1',
    '<html>',
    '010.0.0.1',
  ])('takes %j from no source', (text) => {
    const clues = {
      configured: text,
      interfaces: [text],
      listing: [text],
      hostInfo: text,
      environment: text,
      echoed: [text],
    };
    expect(chooseOwnAddress(clues)).toMatchObject({ missing: true });
  });

  it('takes the echo that most services agree on, whatever the others say', () => {
    const order = fc.shuffledSubarray(['<html>', '198.51.100.7', '203.0.113.5', '203.0.113.5'], {
      minLength: 4,
    });
    fc.assert(
      fc.property(order, (echoed) => {
        expect(chooseOwnAddress({ ...nothing, echoed })).toEqual({ address: '203.0.113.5', source: 'echo' });
      }),
    );
  });
});

describe('findOwnAddress', () => {
  /** Ports that note which of them were asked. */
  function ports(clues: AddressClues, changes: Partial<AddressPorts> = {}) {
    const asked: string[] = [];
    const all: AddressPorts = {
      configured: clues.configured,
      environment: clues.environment,
      listing: clues.listing,
      interfaces: () => {
        asked.push('interfaces');
        return clues.interfaces;
      },
      hostInfo: async () => {
        asked.push('host-info');
        return clues.hostInfo;
      },
      allowEcho: true,
      echo: async () => {
        asked.push('echo');
        return clues.echoed;
      },
      ...changes,
    };
    return { all, asked };
  }

  it.each([
    ['configured', everything, []],
    ['interface', { ...everything, configured: null }, ['interfaces']],
    ['host-info', { ...everything, configured: null, interfaces: [] }, ['interfaces', 'host-info']],
    ['environment', { ...nothing, environment: '203.0.113.4' }, ['host-info']],
    ['echo', { ...nothing, echoed: ['203.0.113.5'] }, ['host-info', 'echo']],
  ])('stops at %s and asks nobody behind it', async (source, clues, expected) => {
    const { all, asked } = ports(clues);
    expect(await findOwnAddress(all)).toMatchObject({ source });
    expect(asked).toEqual(expected);
  });

  it('goes on when host-info fails', async () => {
    const { all } = ports(
      { ...nothing, environment: '203.0.113.4' },
      { hostInfo: () => Promise.reject(new Error('node not ready')) },
    );
    expect(await findOwnAddress(all)).toMatchObject({ source: 'environment' });
  });

  it('never asks a public service when that is not allowed', async () => {
    const { all, asked } = ports({ ...nothing, echoed: ['203.0.113.5'] }, { allowEcho: false });
    expect(await findOwnAddress(all)).toMatchObject({ missing: true });
    expect(asked).not.toContain('echo');
  });

  it('treats an empty listing as none', async () => {
    const { all, asked } = ports({ ...nothing, listing: [] });
    expect(await findOwnAddress(all)).toMatchObject({ tried: { interface: 'no listing is known' } });
    expect(asked).not.toContain('interfaces');
  });
});

describe('askEchoServices', () => {
  let close = async () => {};
  afterEach(() => close());

  async function serve(answers: Readonly<Record<string, { status?: number; text: string } | null>>) {
    const server = createServer((request, response) => {
      const answer = answers[request.url ?? ''];
      if (answer) response.writeHead(answer.status ?? 200).end(answer.text);
    });
    await new Promise<void>((resolve) => server.listen(0, '127.0.0.1', resolve));
    close = () =>
      new Promise((resolve) => {
        server.close(() => resolve());
        server.closeAllConnections();
      });
    const address = server.address();
    if (address === null || typeof address === 'string') throw new Error('the server has no port');
    return Object.keys(answers).map((path) => `http://127.0.0.1:${address.port}${path}`);
  }

  it('returns what was said in time, and drops errors, long texts and silence', async () => {
    const services = await serve({
      '/good': { text: '203.0.113.5\n' },
      '/error': { status: 500, text: '203.0.113.6' },
      '/page': { text: '<html>'.repeat(1000) },
      '/silent': null,
    });
    expect(await askEchoServices({ services, timeoutMs: 500 })).toEqual(['203.0.113.5']);
  });

  it('ends when it is told to', async () => {
    const services = await serve({ '/silent': null });
    const signal = AbortSignal.abort();
    expect(await askEchoServices({ services, timeoutMs: 60_000, signal })).toEqual([]);
  });
});
