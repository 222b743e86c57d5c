import fc from 'fast-check';
import { expect, test } from 'vitest';
import { aRouterModel } from './model-builders.ts';
import { RenderError } from './render-error.ts';
import { type RouterConfigModel, renderRouterConfig } from './render-router-config.ts';

/** How HAProxy cuts a line into words, as far as its manual (2.2, quoting and escaping) says. */
function words(line: string): readonly string[] {
  const found: string[] = [];
  let word: string | null = null;
  let quote = '';
  for (let index = 0; index < line.length; index += 1) {
    const character = line.charAt(index);
    if (quote !== "'" && character === '\\') {
      index += 1;
      word = (word ?? '') + line.charAt(index);
    } else if (quote === '' && (character === '"' || character === "'")) {
      quote = character;
      word ??= '';
    } else if (quote !== '' && character === quote) {
      quote = '';
    } else if (quote === '"' && character === '$') {
      throw new Error('a variable would be expanded');
    } else if (quote === '' && character === '#') {
      break;
    } else if (quote === '' && /\s/.test(character)) {
      if (word !== null) found.push(word);
      word = null;
    } else {
      word = (word ?? '') + character;
    }
  }
  if (quote !== '') throw new Error('a quote is not closed');
  return word === null ? found : [...found, word];
}

function configuration(text: string): readonly (readonly string[])[] {
  return text
    .split('\n')
    .map(words)
    .filter((line) => line.length > 0);
}

/** The lines of one section, without its head. */
function sectionOf(model: RouterConfigModel, head: string): readonly string[] {
  const sections = renderRouterConfig(model).split(/^(?=\w)/m);
  const section = sections.find((text) => text.startsWith(`${head}\n`)) ?? '';
  return section.split('\n').map((line) => line.trim());
}

const placeholder = 'PLACEHOLDER';
const carried = fc
  .string({ unit: 'binary', minLength: 1, maxLength: 100 })
  .filter((value) => !/\p{Cc}/u.test(value));
const troublesome = fc.constantFrom(
  "'",
  "a'b",
  '"',
  '$HOME',
  '"$x"',
  '\\',
  '\\n',
  '# x',
  'a b',
  '%[src]',
  '😀',
);
const free = fc.oneof(carried, troublesome);
const fields = ['user', 'group', 'etcdCaFile', 'etcdPemFile'] as const;

test.each(fields)('any %s stays the one word that it is', (field) => {
  const template = configuration(renderRouterConfig(aRouterModel({ [field]: placeholder })));
  fc.assert(
    fc.property(free, (value) => {
      const expected = template.map((line) => line.map((word) => (word === placeholder ? value : word)));
      expect(configuration(renderRouterConfig(aRouterModel({ [field]: value })))).toEqual(expected);
    }),
  );
});

test.each(fields)('a %s that no line can carry is refused', (field) => {
  for (const value of ['', 'a\nb', 'a\rb', 'a\0', '\t', '\u0085', '\ud800', 'x'.repeat(1025)]) {
    expect(() => renderRouterConfig(aRouterModel({ [field]: value }))).toThrow(RenderError);
  }
});

test('every backend that follows the members has its slots, none of them in use', () => {
  for (const backend of ['etcd', 'postgres_primary', 'postgres_replicas']) {
    const slots = sectionOf(aRouterModel({ slots: 7 }), `backend ${backend}`).filter((line) =>
      line.startsWith('server-template'),
    );
    expect(slots).toHaveLength(1);
    expect(slots[0]).toMatch(/^server-template slot 7 127\.0\.0\.1:1 .*disabled$/);
  }
});

test('each port leads where it should', () => {
  const model = aRouterModel();
  expect(sectionOf(model, 'frontend rest')).toContain('bind :8008');
  expect(sectionOf(model, 'frontend etcd')).toContain('bind 127.0.0.1:2378');
  expect(sectionOf(model, 'frontend postgres_rw')).toContain('bind :5433');
  expect(sectionOf(model, 'frontend postgres_ro')).toContain('bind :5434');
  expect(sectionOf(model, 'backend agent')).toContain('server agent unix@/run/flux-pg/agent.sock');
  expect(sectionOf(model, 'backend patroni')).toContain('server patroni 127.0.0.1:18008');
  expect(sectionOf(model, 'backend etcd')).toContain('server local 127.0.0.1:2379 disabled');
});

test('a replica is asked for its lag in bytes', () => {
  expect(sectionOf(aRouterModel({ replicaMaximumLagBytes: 1000 }), 'backend postgres_replicas')).toContain(
    'http-check send meth GET uri /replica?lag=1000',
  );
});

const contradictions: readonly (readonly [title: string, difference: Partial<RouterConfigModel>])[] = [
  ['port 0', { restPort: 0 }],
  ['a port above 65535', { readOnlyPort: 65_536 }],
  ['one port for two frontends', { readWritePort: 5434 }],
  ['a port that leads to itself', { patroniPort: 8008 }],
  ['no slots', { slots: 0 }],
  ['no connections', { maxConnections: 0 }],
  ['a negative lag', { replicaMaximumLagBytes: -1 }],
  ['a relative socket path', { agentSocket: 'agent.sock' }],
  ['a socket path with a variable', { adminSocket: '/run/$HOME.sock' }],
  ['two socket paths in one', { adminSocket: '/run/a.sock,/run/b.sock' }],
  ['a socket path that the kernel would cut', { adminSocket: `/${'x'.repeat(100)}` }],
];

test.each(contradictions)('%s is refused', (_title, difference) => {
  expect(() => renderRouterConfig(aRouterModel(difference))).toThrow(
    expect.objectContaining({ name: 'RenderError', code: 'invalid_model' }),
  );
});
