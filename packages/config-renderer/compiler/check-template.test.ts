import { expect, test } from 'vitest';
import { checkTemplate } from './check-template.ts';

const rules = { serializers: ['yaml'], blockHelpers: ['if', 'each'] };

test.each([
  'name: {{yaml name}}',
  '{{#if isFounder}}a: {{yaml founder.name}}{{/if}}',
  '{{#each list}}- {{yaml this}} {{yaml ../name}}\n{{/each}}',
  '{{! a remark }}plain text',
])('%s passes', (source) => {
  expect(() => checkTemplate(source, rules)).not.toThrow();
});

test.each([
  ['a value without a serializer', '{{name}}'],
  ['a raw value', '{{{yaml name}}}'],
  ['a raw value by ampersand', '{{&yaml name}}'],
  ['a serializer of another format', '{{haproxy name}}'],
  ['a value that is called like a serializer', '{{this.yaml name}}'],
  ['a serializer without a value', '{{yaml}}'],
  ['a serializer with two values', '{{yaml a b}}'],
  ['a named argument', '{{yaml a b=c}}'],
  ['a literal', '{{yaml "text"}}'],
  ['a nested call', '{{yaml (lookup a b)}}'],
  ['a value of the engine', '{{#each list}}{{yaml @index}}{{/each}}'],
  ['an unknown block', '{{#with a}}{{yaml b}}{{/with}}'],
  ['an inverted block', '{{^if a}}x{{/if}}'],
  ['an else', '{{#if a}}x{{else}}y{{/if}}'],
  ['block parameters', '{{#each list as |item|}}{{yaml item}}{{/each}}'],
  ['a partial', '{{> other}}'],
  ['a decorator', '{{* decorate}}'],
  ['a bare value inside of a block', '{{#if a}}{{b}}{{/if}}'],
])('%s is refused', (_title, source) => {
  expect(() => checkTemplate(source, rules)).toThrow(expect.objectContaining({ name: 'TemplateRefused' }));
});

test('a refusal names the line', () => {
  expect(() => checkTemplate('a: {{yaml a}}\nb: {{b}}\n', rules)).toThrow(/^line 2: b is not a serializer/);
});

test('what does not parse is refused', () => {
  expect(() => checkTemplate('{{#if a}}', rules)).toThrow();
});
