import { defineConfig } from 'vitest/config';

// Sources of the other packages are used directly, so that no test needs a build first.
const conditions = ['@flux-pg/source', 'node'];

export default defineConfig({
  resolve: { conditions },
  ssr: { resolve: { conditions, externalConditions: conditions } },
  // What takes a second takes ten where all suites share two cores; a time that matters is asserted by its test.
  test: {
    include: ['src/**/*.test.ts'],
    setupFiles: ['../../vitest.properties.ts'],
    testTimeout: 60_000,
  },
});
