import { describe, expect, test } from 'vitest';
import { exampleWorld, PROCESS_TIMEOUT_MS } from '../../testing/example-world.ts';

describe('list', { timeout: PROCESS_TIMEOUT_MS }, () => {
  test('shows each instance, who lists it and how fresh that is', async () => {
    await using world = await exampleWorld('8.8.4.1', { ip: '8.8.4.2', apiPort: 16_137 });
    const { status, out, err } = await world.run('list', ['myapp']);
    expect(out).toMatch(/^8\.8\.4\.1:16127 {2}announced 0 min ago$/m);
    expect(out).toMatch(/^ {2}listed by http:\/\/flux\.test, node 8\.8\.4\.1:16127, node 8\.8\.4\.2:16127$/m);
    expect(out).toMatch(/^ {2}http:\/\/flux\.test {2}lists 2, the latest announced 0 min ago$/m);
    expect({ status, err }).toEqual({ status: 0, err: '' });
  });

  test('shows which source does not list an instance, and which failed', async () => {
    await using world = await exampleWorld(
      '8.8.4.1',
      { ip: '8.8.4.2', public: false, apps: { myapp: [{ ip: '8.8.4.1' }] } },
      '8.8.4.3',
    );
    const { status, out } = await world.run('list', ['myapp'], { refused: ['8.8.4.3:16127'] });
    expect(out).toMatch(/^8\.8\.4\.3:16127 .*\n.*\n {2}missing from node 8\.8\.4\.2:16127$/m);
    expect(out).toMatch(/^ {2}node 8\.8\.4\.3:16127 {2}failed \(network: .*ECONNREFUSED\)\)$/m);
    expect(status).toBe(0);
  });

  test('says in an outage that nothing is known, and why', async () => {
    await using world = await exampleWorld('8.8.4.1');
    await world.control.setFaults({ kind: 'error-envelope' });
    const { status, out, err } = await world.run('list', ['myapp']);
    expect(out).toMatch(/^Nothing is known of myapp: every source failed\./);
    expect(out).toMatch(/^ {2}http:\/\/flux\.test {2}failed \(envelope: .*Database is not available\)$/m);
    expect({ status, err }).toEqual({ status: 1, err: '' });
  });

  test('does not take an empty answer for an app without instances', async () => {
    await using world = await exampleWorld();
    const { status, out } = await world.run('list', ['myapp']);
    expect(out).toMatch(/^Nothing is known of myapp: those that answered list nobody\./);
    expect(out).toMatch(/^ {2}http:\/\/flux\.test {2}lists nobody$/m);
    expect(status).toBe(1);
  });

  test('takes the private addresses of a Flux of its own', async () => {
    await using world = await exampleWorld('10.0.0.1');
    expect((await world.run('list', ['myapp'])).out).toMatch(/^10\.0\.0\.1:16127 /);
  });

  test('asks the public endpoints unless told otherwise', async () => {
    await using world = await exampleWorld('8.8.4.1');
    const { status, out } = await world.run('list', ['myapp'], { fluxApiUrl: null });
    expect(out).toMatch(/^ {2}https:\/\/api\.runonflux\.io \(or 1 more\) {2}failed \(network: /m);
    expect(status).toBe(1);
    expect(await world.control.requests()).toEqual([]);
  });

  test('says how it is called', async () => {
    await using world = await exampleWorld();
    expect(await world.run('list', [])).toEqual({ status: 1, out: '', err: 'usage: node list.mjs APP\n' });
  });
});
