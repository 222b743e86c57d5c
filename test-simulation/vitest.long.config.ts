import { defineConfig } from 'vitest/config';

// Sources of the other packages are used directly, so that no test needs a build first.
const conditions = ['@flux-pg/source', 'node'];

export default defineConfig({
  resolve: { conditions },
  ssr: { resolve: { conditions, externalConditions: conditions } },
  test: { include: ['src/**/*.long.ts'], fileParallelism: false, testTimeout: 3_600_000 },
});
