import fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import { aConfig, aView, NODE, OTHER } from '../loop/view-builder.ts';
import { type PatroniFacts, renderPatroni } from './render.ts';

function rendered(difference: Partial<PatroniFacts> = {}): string {
  return renderPatroni({
    config: aConfig(),
    facts: aView().facts,
    nodeId: NODE,
    address: '10.0.0.1',
    superuser: null,
    memberAddresses: ['10.0.0.2'],
    bootstrap: false,
    ...difference,
  });
}

/** A hundred texts are rendered, which a busy machine takes its time for. */
const SLOWLY = { timeout: 30_000 };

/** The values of a key, in order, each read as the double-quoted YAML scalar that it has to be. */
function texts(yaml: string, key: string): string[] {
  return [...yaml.matchAll(new RegExp(`^ *${key}: ("(?:[^"\\\\\\n]|\\\\.)*")$`, 'gm'))].map(
    ([, scalar = '']) =>
      JSON.parse(
        scalar
          .replace(/\\x([0-9a-f]{2})/g, '\\u00$1')
          .replace(/\\U([0-9a-f]{8})/g, (_all, hex: string) =>
            String.fromCodePoint(Number.parseInt(hex, 16)),
          ),
      ),
  );
}

describe('patroni.yml', () => {
  it('names the node by its id and gives the address where others reach it', () => {
    const config = aConfig({ APP_NAME: 'shop', HOST_POSTGRES_PORT: '15432', HOST_PATRONI_API_PORT: '18088' });
    const yaml = rendered({ config });
    expect(texts(yaml, 'scope')).toEqual(['shop']);
    expect(texts(yaml, 'name')).toEqual([NODE]);
    expect(texts(yaml, 'connect_address')).toEqual(['10.0.0.1:18088', '10.0.0.1:15432']);
  });

  it('has the bootstrap section only where it was granted', () => {
    expect(rendered()).not.toContain('bootstrap');
    const yaml = rendered({ bootstrap: true });
    expect(yaml).toMatch(/^bootstrap:$/m);
    expect(yaml).toMatch(/^ {4}ttl: 30$/m);
    expect(yaml).toContain('data-checksums');
  });

  it('keeps settings that must be equal everywhere out of what a node sets alone', () => {
    expect(rendered()).not.toContain('max_connections');
    expect(rendered({ bootstrap: true })).toContain('max_connections');
  });

  it('prefers the superuser of the founding to that of the environment', () => {
    const config = aConfig({ POSTGRES_USER: 'later' });
    expect(texts(rendered({ config }), 'username')).toContain('later');
    const usernames = texts(rendered({ config, superuser: 'first' }), 'username');
    expect(usernames).toContain('first');
    expect(usernames).not.toContain('later');
  });

  it('leaves no way for Patroni to delete a data directory', () => {
    expect(rendered()).toContain('remove_data_directory_on_rewind_failure: false');
    expect(rendered()).toContain('remove_data_directory_on_diverged_timelines: false');
  });

  it('is the same for the same facts, in whatever order the members are known', () => {
    const addresses = ['10.0.0.2', '10.0.0.3', '2001:db8::1'];
    const yaml = rendered({ memberAddresses: addresses });
    expect(rendered({ memberAddresses: [...addresses].reverse() })).toBe(yaml);
    expect(yaml).toContain('2001:db8::1/128');
  });

  it('follows every fact that it is made of, also where one text was made before', () => {
    const config = aConfig();
    const { facts: given } = aView();
    const resources = { ...given.resources, memoryBytes: 8 * 1024 ** 3 };
    const apiCredentials = { ...given.apiCredentials, password: 'another' };
    const facts: readonly Partial<PatroniFacts>[] = [
      {},
      { nodeId: OTHER },
      { address: '10.0.0.9' },
      { superuser: 'first' },
      { memberAddresses: ['10.0.0.7'] },
      { bootstrap: true },
      { facts: { ...given, resources } },
      { facts: { ...given, apiCredentials } },
      { config: aConfig({ APP_NAME: 'shop' }) },
    ];
    const texts = facts.map((difference) => rendered({ config, ...difference }));
    expect(new Set(texts).size).toBe(facts.length);
    expect(facts.map((difference) => rendered({ config, ...difference }))).toEqual(texts);
  });

  it('carries passwords of any characters unchanged, and nothing breaks out of them', SLOWLY, () => {
    const passwords = fc.oneof(
      fc.string({ unit: 'binary', minLength: 1, maxLength: 60 }),
      fc.constantFrom(
        'a: b # c',
        '"\\"',
        "it's",
        '{{yaml x}}',
        'x\ny: z',
        '\u2028\u{1f600}',
        '!!null',
        '%',
        '~',
      ),
    );
    // Files of passwords are made of lines, which the environment is held to.
    const usable = passwords.filter((text) => text.trim() !== '' && !/[\0\r\n]/.test(text));
    fc.assert(
      fc.property(usable, usable, (superuser, replication) => {
        const config = aConfig({
          POSTGRES_SUPERUSER_PASSWORD: superuser,
          POSTGRES_REPLICATION_PASSWORD: replication,
        });
        const yaml = rendered({ config });
        expect(texts(yaml, 'password')).toEqual(['api-password', superuser, replication, replication]);
        expect(yaml.split('\n').length).toBe(rendered().split('\n').length);
      }),
    );
  });
});
