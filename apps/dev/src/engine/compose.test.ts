import { expect, test } from 'vitest';
import { chooseCompose, composePackage } from './compose.ts';

const plugin = { program: 'docker', leading: ['compose'] };
const standalone = { program: 'docker-compose', leading: [] };

test.each([
  ['the plugin comes first', { plugin: '2.39.1\n', standalone: '1.29.2\n' }, plugin],
  ['a leading v is accepted', { plugin: 'v5.0.0', standalone: '' }, plugin],
  ['the standalone program is second', { plugin: '', standalone: '1.29.2\n' }, standalone],
  ['so is a standalone version 2', { plugin: '', standalone: '2.26.1-4\n' }, standalone],
  ['one that needs a version key is none', { plugin: '', standalone: '1.25.0\n' }, null],
  ['a help text is no version', { plugin: 'Usage: docker [OPTIONS] COMMAND', standalone: '' }, null],
])('%s', (_, printed, expected) => {
  expect(chooseCompose(printed)).toEqual(expected);
});

test('version 2 is preferred where the distribution has both', () => {
  expect(composePackage(new Set(['docker-compose', 'docker-compose-v2']))).toBe('docker-compose-v2');
  expect(composePackage(new Set(['docker-compose']))).toBe('docker-compose');
  expect(composePackage(new Set())).toBe(null);
});
