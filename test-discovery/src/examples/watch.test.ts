import { describe, expect, test } from 'vitest';
import { askedAgain, exampleWorld, PROCESS_TIMEOUT_MS } from '../../testing/example-world.ts';

const often = ['myapp', '--interval', '0.1'];

describe('watch', { timeout: PROCESS_TIMEOUT_MS }, () => {
  test('reports who is there, who comes, and ends cleanly on SIGTERM', async () => {
    await using world = await exampleWorld('8.8.4.1');
    await using example = world.start('watch', often);
    await example.printed(/ added {2}8\.8\.4\.1:16127 {2}1 now\n/);
    await world.listOn('8.8.4.1', '8.8.4.2');
    await example.printed(/ added {2}8\.8\.4\.2:16127 {2}2 now\n/);
    example.kill('SIGTERM');
    const { status, out, err } = await example.ended;
    expect(out.match(/added|changed|removed/g)).toEqual(['added', 'added']);
    expect(out).toMatch(/\nstopped\n$/);
    expect({ status, err }).toEqual({ status: 0, err: '' });
  });

  test('reports nothing in an outage, and goes on after it', async () => {
    await using world = await exampleWorld('8.8.4.1', '8.8.4.2');
    await using example = world.start('watch', often);
    await example.printed(/ added {2}8\.8\.4\.2:16127/);
    await world.control.setFaults({ kind: 'http-status' });
    const before = example.out();
    await askedAgain(world.control, 6);
    expect(example.out()).toBe(before);
    await world.control.clearFaults();
    await world.listOn('8.8.4.1', '8.8.4.3');
    await example.printed(/ added {2}8\.8\.4\.3:16127 {2}3 now\n/);
    expect(example.out()).not.toContain('removed');
  });

  test.each(['SIGINT', 'SIGTERM'] as const)('ends on %s while an answer is waited for', async (signal) => {
    await using world = await exampleWorld('8.8.4.1');
    await world.control.setFaults({ kind: 'hang' });
    await using example = world.start('watch', often);
    await askedAgain(world.control, 1);
    example.kill(signal);
    expect(await example.ended).toEqual({ status: 0, out: 'watching myapp\nstopped\n', err: '' });
  });

  test('ends while it waits for its next round', async () => {
    await using world = await exampleWorld('8.8.4.1');
    await using example = world.start('watch', ['myapp']);
    await example.printed(/ added {2}8\.8\.4\.1:16127/);
    example.kill('SIGINT');
    expect(await example.ended).toMatchObject({ status: 0, err: '' });
  });
});
