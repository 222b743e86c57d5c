import { expect, test } from 'vitest';
import { parse } from 'yaml';
import { aBootstrap, aPatroniModel } from './model-builders.ts';
import { renderDynamicConfig } from './render-dynamic-config.ts';
import { renderPatroniConfig } from './render-patroni-config.ts';

test.each(['off', 'on', 'quorum'] as const)(
  'the dynamic configuration is what a bootstrap would write, in the synchronous mode %s',
  (synchronousMode) => {
    for (const parameters of [{}, { max_connections: 100, wal_compression: true }]) {
      const bootstrap = aBootstrap({ synchronousMode, parameters });
      const document = parse(renderPatroniConfig(aPatroniModel({ bootstrap })));
      expect(JSON.parse(renderDynamicConfig(bootstrap))).toEqual(document.bootstrap.dcs);
    }
  },
);
