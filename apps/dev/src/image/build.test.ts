import { expect, test } from 'vitest';
import { buildArguments } from './build.ts';
import { nodeDockerfile } from './node-image.ts';

test('a build is told its base images, and a PostgreSQL version only when one is asked for', () => {
  const plain = ['--build-arg', 'BASE_IMAGE=base', '--build-arg', 'NODE_IMAGE=node'];
  expect(buildArguments('base', 'node', {})).toEqual(plain);
  expect(buildArguments('base', 'node', { PG_MAJOR: '16', HTTP_PROXY: '' })).toEqual([
    ...plain,
    '--build-arg',
    'PG_MAJOR=16',
  ]);
});

test('a proxy is passed by name, so that its password is on no command line', () => {
  const args = buildArguments('base', 'node', { HTTPS_PROXY: 'http://user:secret@proxy:3128' });
  expect(args).toContain('HTTPS_PROXY');
  expect(args.join(' ')).not.toContain('secret');
});

test('a build stage made here brings Node and the certificates only where they are missing', () => {
  const full = nodeDockerfile({ from: 'flux-pg-base:trixie', bringsNode: true, hasCa: true });
  expect(full).toContain('COPY node ');
  expect(full).toContain('NODE_EXTRA_CA_CERTS');
  const derived = nodeDockerfile({ from: 'node:24-trixie-slim', bringsNode: false, hasCa: false });
  expect(derived).not.toContain('COPY node ');
  expect(derived).not.toContain('NODE_EXTRA_CA_CERTS');
});
