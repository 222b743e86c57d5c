import { defineConfig } from 'vitest/config';

const conditions = ['@flux-pg/source', 'node', 'import', 'default'];

export default defineConfig({
  resolve: { conditions },
  ssr: { resolve: { conditions, externalConditions: conditions } },
  test: {
    include: ['src/**/*.contract.ts'],
    // Several etcds at once on a small machine would only miss each other's election timeouts.
    fileParallelism: false,
    testTimeout: 30_000,
    hookTimeout: 30_000,
  },
});
