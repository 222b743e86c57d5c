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

  test('give back the names that they were made of, in whatever order they come', () => {
    const letters = fc.string({ unit: fc.constantFrom(...'abcXYZ019'), minLength: 1, maxLength: 8 });
    const names = fc.uniqueArray(fc.record({ app: letters, component: fc.option(letters) }), {
      maxLength: 10,
      selector: ({ app, component }) => `${component}_${app}`,
    });
    const written = ({ app, component }: { app: string; component: string | null }) =>
      component === null ? `/flux${app}` : `/flux${component}_${app}`;
    fc.assert(
      fc.property(names, (given) => {
        const read = readRunningApps(given.map(written).map(container), 1000);
        if (!read.ok) throw new Error(read.reason);
        const { components, others } = read.value;
        expect(others).toEqual([]);
        const found = components.map(({ app, component }) => ({ app, component }));
        expect(new Set(found.map(written))).toEqual(new Set(given.map(written)));
        expect(readRunningApps(given.map(written).reverse().map(container), 1000)).toEqual(read);
      }),
    );
  });

  test('show what a stranger wrote cut and printable', () => {
    fc.assert(
      fc.property(fc.string({ unit: 'binary', maxLength: 200 }), (text) => {
        const read = readRunningApps([{ ...container('/fluxshop'), Status: text }, container(`/${text}`)], 2);
        if (!read.ok) throw new Error(read.reason);
        const shown = [...read.value.components.map(({ status }) => status), ...read.value.others];
        for (const one of shown) expect(one).toMatch(/^[ -~]{0,83}$/);
      }),
    );
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
