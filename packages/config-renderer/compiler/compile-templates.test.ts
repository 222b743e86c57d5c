import { readdirSync, readFileSync } from 'node:fs';
import { expect, test } from 'vitest';
import { blockHelperNames, type TemplateName, templateSerializers } from '../src/serializers.ts';
import { checkTemplate } from './check-template.ts';
import { compiledFile, compileTemplates } from './compile-templates.ts';

const templates = new URL('../templates/', import.meta.url);
const names = Object.keys(templateSerializers) as TemplateName[];

test('compiled.js is what the templates compile to; `pnpm templates` makes it so', () => {
  expect(readFileSync(compiledFile, 'utf8')).toBe(compileTemplates());
});

test('every template in the directory belongs to a file', () => {
  const sources = readdirSync(templates).filter((file) => file.endsWith('.hbs'));
  expect(sources.sort()).toEqual(names.map((name) => `${name}.hbs`).sort());
});

test.each(names)('%s interpolates through serializers of its format alone', (name) => {
  const source = readFileSync(new URL(`${name}.hbs`, templates), 'utf8');
  const rules = { serializers: templateSerializers[name], blockHelpers: blockHelperNames };
  expect(() => checkTemplate(source, rules)).not.toThrow();
});
