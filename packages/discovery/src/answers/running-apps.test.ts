import fc from 'fast-check';
import { describe, expect, test } from 'vitest';
import { readRunningApps, readVersion } from './running-apps.ts';

const container = (name: string) => ({
  Id: 'x',
  Names: [name],
  Image: 'i',
  State: 'running',
  Status: 'Up 3 days',
});

describe('running apps', () => {
  test('are read from the names that Flux gives its containers', () => {
    const rows = ['/fluxweb_shop', '/fluxpg_shop', '/fluxsolo', '/zelold', '/watchtower'].map(container);
    expect(readRunningApps(rows, 100)).toEqual({
      ok: true,
      value: {
        components: [
          { app: 'old', component: null, state: 'running', status: 'Up 3 days' },
          { app: 'shop', component: 'pg', state: 'running', status: 'Up 3 days' },
          { app: 'shop', component: 'web', state: 'running', status: 'Up 3 days' },
          { app: 'solo', component: null, state: 'running', status: 'Up 3 days' },
        ],
        others: ['/watchtower'],
      },
    });
  });

  test('may be none, which a node can say with certainty of itself', () => {
    expect(readRunningApps([], 100)).toEqual({ ok: true, value: { components: [], others: [] } });
  });

  test.each<[string, unknown, string]>([
    ['no list', {}, 'schema'],
    ['a row without names', [{ State: 'running' }], 'schema'],
    ['a row with no name at all', [container('')].map((row) => ({ ...row, Names: [] })), 'schema'],
    ['more than allowed', Array.from({ length: 4 }, () => container('/fluxa')), 'too-large'],
  ])('%s is refused', (_title, data, code) => {
    expect(readRunningApps(data, 3)).toMatchObject({ ok: false, code });
  });

  test('never throw, whatever the names are', () => {
    fc.assert(
      fc.property(fc.array(fc.string()), (names) => {
        const read = readRunningApps(names.map(container), 1000);
        expect(read.ok && read.value.components.length + read.value.others.length).toBe(names.length);
      }),
    );
  });
});

describe('a version', () => {
  test('is a text like 8.17.0 and nothing else', () => {
    expect(readVersion('8.17.0')).toEqual({ ok: true, value: { version: '8.17.0' } });
    for (const data of [8, null, '', 'latest', '8.17', `8.1.0${'x'.repeat(99)}`, '8.17.0\n']) {
      expect(readVersion(data)).toMatchObject({ ok: false, code: 'schema' });
    }
  });
});
