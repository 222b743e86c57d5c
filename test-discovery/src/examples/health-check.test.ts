import { describe, expect, test } from 'vitest';
import { exampleWorld, PROCESS_TIMEOUT_MS } from '../../testing/example-world.ts';

/** Two instances ordered and listed, each on a node that answers. */
async function twoInstances() {
  const world = await exampleWorld('8.8.4.1', '8.8.4.2');
  await world.control.setSpecification('myapp', { instances: 2 });
  return world;
}

describe('health-check', { timeout: PROCESS_TIMEOUT_MS }, () => {
  test.each([[['myapp']], [['MyApp', '5432']]])(
    'is healthy when all that was ordered works: %j',
    async (words) => {
      await using world = await twoInstances();
      expect(await world.run('health-check', words)).toEqual({
        status: 0,
        out: expect.stringMatching(
          /^(8\.8\.4\.[12]:16127 {2}works\n){2}healthy: of 2 listed instances 2 work, 2 are ordered\n$/,
        ),
        err: '',
      });
    },
  );

  test('is unhealthy when the node of an instance is dead', async () => {
    await using world = await twoInstances();
    const { status, out } = await world.run('health-check', ['myapp'], { refused: ['8.8.4.2:16127'] });
    expect(out).toMatch(/^8\.8\.4\.2:16127 {2}its node does not answer \(.*ECONNREFUSED\)\)$/m);
    expect(out).toMatch(/^unhealthy: of 2 listed instances 1 work, 2 are ordered$/m);
    expect(status).toBe(1);
  });

  test('is healthy with a dead node still listed while enough others work', async () => {
    await using world = await exampleWorld('8.8.4.1', '8.8.4.2', '8.8.4.3');
    await world.control.setSpecification('myapp', { instances: 2 });
    const { status, out } = await world.run('health-check', ['myapp'], { refused: ['8.8.4.3:16127'] });
    expect(out).toMatch(/^8\.8\.4\.3:16127 {2}its node does not answer/m);
    expect(status).toBe(0);
  });

  test('is unhealthy when a port of the app is closed', async () => {
    await using world = await twoInstances();
    const { status, out } = await world.run('health-check', ['myapp', '5432'], { refused: ['8.8.4.1:5432'] });
    expect(out).toMatch(/^8\.8\.4\.1:16127 {2}port 5432 accepts no connection$/m);
    expect(out).toMatch(/^8\.8\.4\.2:16127 {2}works$/m);
    expect(status).toBe(1);
  });

  test('is unhealthy when a node says that it does not run the app', async () => {
    await using world = await exampleWorld('8.8.4.1', { ip: '8.8.4.2', running: [{ app: 'other' }] });
    await world.control.setSpecification('myapp', { instances: 2 });
    const { status, out } = await world.run('health-check', ['myapp']);
    expect(out).toMatch(/^8\.8\.4\.2:16127 {2}its node says that it does not run the app$/m);
    expect(status).toBe(1);
  });

  test('is unhealthy when a node does not run all components', async () => {
    const compose = ['pg', 'ui'].map((name) => ({
      name,
      repotag: `example/${name}:1`,
      ports: [],
      containerPorts: [],
    }));
    await using world = await exampleWorld({ ip: '8.8.4.1', running: [{ app: 'myapp', component: 'ui' }] });
    await world.control.setSpecification('myapp', { instances: 1, compose });
    const { status, out } = await world.run('health-check', ['myapp']);
    expect(out).toMatch(/^8\.8\.4\.1:16127 {2}its node does not run the component pg$/m);
    expect(status).toBe(1);
  });

  test('is unhealthy when fewer instances are listed than ordered', async () => {
    await using world = await exampleWorld('8.8.4.1', '8.8.4.2');
    await world.control.setSpecification('myapp', { instances: 3 });
    const { status, out } = await world.run('health-check', ['myapp']);
    expect(out).toMatch(/^unhealthy: of 2 listed instances 2 work, 3 are ordered$/m);
    expect(status).toBe(1);
  });

  test('takes any container of an encrypted app, whose components are hidden', async () => {
    await using world = await exampleWorld({ ip: '8.8.4.1', running: [{ app: 'myapp', component: 'pg' }] });
    await world.control.setSpecification('myapp', { instances: 1, enterprise: 'encrypted', compose: [] });
    expect(await world.run('health-check', ['myapp'])).toMatchObject({ status: 0, err: '' });
  });

  test('cannot tell without a specification, unless nothing works', async () => {
    await using world = await exampleWorld('8.8.4.1', '8.8.4.2');
    const { status, out } = await world.run('health-check', ['myapp']);
    expect(out).toMatch(/^no specification \(.*Application not found\)$/m);
    expect(out).toMatch(/^cannot tell: of 2 listed instances 2 work, /m);
    expect(status).toBe(2);
    const refused = ['8.8.4.1:5432', '8.8.4.2:5432'];
    expect(await world.run('health-check', ['myapp', '5432'], { refused })).toMatchObject({ status: 1 });
  });
});

describe('health-check in an outage', { timeout: PROCESS_TIMEOUT_MS }, () => {
  test.each(['error-envelope', 'http-status', 'reset'] as const)(
    'cannot tell when all answers are %s',
    async (kind) => {
      await using world = await twoInstances();
      await world.control.setFaults({ kind });
      const { status, out, err } = await world.run('health-check', ['myapp']);
      expect(out).toBe('cannot tell: Flux API outage, or this machine is cut off\n');
      expect({ status, err }).toEqual({ status: 2, err: '' });
    },
  );

  test('cannot tell from an empty listing', async () => {
    await using world = await twoInstances();
    await world.control.setFaults({ kind: 'empty', paths: ['/apps/location'] });
    const { status, out } = await world.run('health-check', ['myapp']);
    expect({ status, out }).toEqual({ status: 2, out: 'cannot tell: nobody lists an instance\n' });
  });

  test('knows by a node of an earlier listing that it is the API that is out', async () => {
    await using world = await twoInstances();
    const words = ['myapp', '5432', '--node', '8.8.4.1', '--node', '8.8.4.9'];
    const refused = ['flux.test:80', '8.8.4.9:16127'];
    const { status, out } = await world.run('health-check', words, { refused });
    expect(out).toMatch(/^Flux API outage: only single nodes answer$/m);
    expect(out).toMatch(/^8\.8\.4\.2:16127 {2}works$/m);
    expect(out).toMatch(/^cannot tell: of 2 listed instances 2 work, /m);
    expect(status).toBe(2);
    const closed = [...refused, '8.8.4.1:5432', '8.8.4.2:5432'];
    expect(await world.run('health-check', words, { refused: closed })).toMatchObject({ status: 1 });
  });

  test.each([[[]], [['my.app']], [['myapp', '99999']], [['myapp', '--node', 'nowhere']]])(
    'does not call an app unhealthy when called with %j',
    async (words) => {
      await using world = await twoInstances();
      const { status, err } = await world.run('health-check', words);
      expect(err).toMatch(/^cannot tell: [^\n]+\n$/);
      expect(status).toBe(2);
    },
  );
});
