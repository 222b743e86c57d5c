import { defineConfig } from 'vitest/config';

// Sources of the other packages are used directly, so that no test needs a build first.
const conditions = ['@flux-pg/source', 'node'];

export default defineConfig({
  resolve: { conditions },
  ssr: { resolve: { conditions, externalConditions: conditions } },
  // Each file starts worker threads of its own for all processors.
  test: { include: ['src/**/*.simulation.ts'], fileParallelism: false, testTimeout: 600_000 },
});
