import { expect, test } from 'vitest';
import { aBootstrap, anEtcdModel, aPatroniModel, aPgHbaModel, aRouterModel } from './model-builders.ts';
import { renderEtcdConfig } from './render-etcd-config.ts';
import { renderPatroniConfig } from './render-patroni-config.ts';
import { renderPgHba } from './render-pg-hba.ts';
import { renderRouterConfig } from './render-router-config.ts';

// After a wanted change of a template: `pnpm test -u`, then read the difference in `golden/`.

const second = {
  name: 'c8a1f2d0-77aa-4c62-b9e4-2f1f0f0f6b02-9f8e7d6c.fluxpg',
  peerUrl: 'https://c8a1f2d0-77aa-4c62-b9e4-2f1f0f0f6b02-9f8e7d6c.fluxpg:12380',
};

const files: readonly (readonly [name: string, text: string])[] = [
  ['patroni-founder.yml', renderPatroniConfig(aPatroniModel({ bootstrap: aBootstrap() }))],
  [
    'patroni-replica-ipv6.yml',
    renderPatroniConfig(
      aPatroniModel({ address: '2001:db8::1', parameters: {}, pgHba: renderPgHba(aPgHbaModel()) }),
    ),
  ],
  ['etcd-founder.yml', renderEtcdConfig(anEtcdModel())],
  [
    'etcd-joiner.yml',
    renderEtcdConfig(
      anEtcdModel({
        initialCluster: [second, ...anEtcdModel().initialCluster],
        initialClusterState: 'existing',
      }),
    ),
  ],
  ['haproxy.cfg', renderRouterConfig(aRouterModel())],
];

test.each(files)('%s is rendered exactly', async (name, text) => {
  await expect(text).toMatchFileSnapshot(`golden/${name}`);
});
