import { expect, test } from 'vitest';
import { createHostAddresses, lookupIpv4 } from './host-addresses.ts';

test('an address follows its name and is kept when the name is gone', async () => {
  const names = new Map([['node1', '10.0.0.1']]);
  const hosts = createHostAddresses(async (host) => {
    const ip = names.get(host);
    if (ip === undefined) throw new Error('ENOTFOUND');
    return ip;
  });
  expect(await hosts.resolve(['node1', 'node2'])).toEqual(new Map([['node1', '10.0.0.1']]));
  names.set('node1', '10.0.0.7').set('node2', '10.0.0.2');
  const both = new Map([
    ['node1', '10.0.0.7'],
    ['node2', '10.0.0.2'],
  ]);
  expect(await hosts.resolve(['node1', 'node2'])).toEqual(both);
  names.clear();
  expect(await hosts.resolve(['node1', 'node2'])).toEqual(both);
  hosts.forget();
  expect(await hosts.resolve(['node1', 'node2'])).toEqual(new Map());
});

test('a name that takes for ever to resolve does not hold up the others and is asked for once only', async () => {
  let lookups = 0;
  const hosts = createHostAddresses(async (host) => {
    if (host === 'node1') return '10.0.0.1';
    lookups += 1;
    return await new Promise<string>(() => undefined);
  });
  expect(await hosts.resolve(['slow', 'node1'])).toEqual(new Map([['node1', '10.0.0.1']]));
  expect(await hosts.resolve(['slow', 'node1'])).toEqual(new Map([['node1', '10.0.0.1']]));
  expect(lookups).toBe(1);
});

test('the operating system is asked for IPv4 addresses', async () => {
  expect(await lookupIpv4('localhost')).toBe('127.0.0.1');
});
