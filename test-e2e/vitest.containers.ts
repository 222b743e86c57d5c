import { defineConfig } from 'vitest/config';
import unit from './vitest.config.ts';

/** A suite on real containers: one file after the other, each test once, with time for what clusters take. */
export function containerSuite(include: string) {
  return defineConfig({
    ...unit,
    test: {
      include: [include],
      // The reaper's image would have to come from a registry; see src/engine/leftovers.ts for what stands in for it.
      env: { TESTCONTAINERS_RYUK_DISABLED: 'true' },
      globalSetup: ['src/global-setup.ts'],
      fileParallelism: false,
      retry: 0,
      testTimeout: 180_000,
      hookTimeout: 180_000,
      teardownTimeout: 60_000,
      reporters: ['verbose'],
    },
  });
}
