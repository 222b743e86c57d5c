import { mkdir, mkdtemp, rm, writeFile } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { dirname, join } from 'node:path';
import { expect, test } from 'vitest';
import { hashInputs, isImageInput } from './inputs.ts';

async function tree(files: Readonly<Record<string, string>>) {
  const root = await mkdtemp(join(tmpdir(), 'flux-pg-inputs-'));
  for (const [path, content] of Object.entries(files)) {
    await mkdir(dirname(join(root, path)), { recursive: true });
    await writeFile(join(root, path), content);
  }
  return { root, [Symbol.asyncDispose]: () => rm(root, { recursive: true }) };
}

const files = {
  'package.json': '{}',
  'pnpm-lock.yaml': 'lockfileVersion: 9',
  'docker/Dockerfile': 'FROM scratch',
  'packages/pki/src/index.ts': 'export {};',
  'apps/node-agent/src/main.ts': 'run();',
};

test('the hash changes with contents, names and extra texts, and with nothing else', async () => {
  await using before = await tree(files);
  const hash = await hashInputs(before.root, ['base']);
  await using same = await tree({
    ...files,
    'README.md': 'text',
    'packages/pki/src/index.test.ts': 'test();',
    'packages/pki/dist/index.js': 'built',
    'packages/pki/node_modules/zod/index.js': 'installed',
    'docker/docker-compose.yml': 'services: {}',
    'apps/dev/src/main.ts': 'run();',
    'test-e2e/src/x.ts': 'run();',
  });
  expect(await hashInputs(same.root, ['base'])).toBe(hash);

  await using changed = await tree({ ...files, 'docker/Dockerfile': 'FROM debian' });
  await using added = await tree({ ...files, 'packages/pki/src/authority.ts': '' });
  const others = await Promise.all([
    hashInputs(changed.root, ['base']),
    hashInputs(added.root, ['base']),
    hashInputs(before.root, ['other base']),
    hashInputs(before.root, ['bas', 'e']),
  ]);
  expect(new Set([hash, ...others]).size).toBe(5);
});

test.each([
  ['packages/config-renderer/templates/patroni.yml.hbs', true],
  ['apps/mock-flux/fixtures/three-nodes.json', true],
  ['packages/pki/tsconfig.build.json', true],
  ['docker/supervisord.conf', true],
  ['docker/.env', false],
  ['packages/pki/vitest.config.ts', false],
  ['packages/etcd-membership/vitest.contract.config.ts', false],
  ['packages/etcd-membership/src/port/etcd.contract.ts', false],
  ['packages/discovery/README.md', false],
])('%s is an input of the image: %s', (path, expected) => {
  expect(isImageInput(path)).toBe(expected);
});
