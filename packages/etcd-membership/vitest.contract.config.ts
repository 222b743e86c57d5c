import { defineConfig } from 'vitest/config';

// Sources of the other packages are used directly, so that no test needs a build first. `import` must not be among these:
// Node would apply it to a `require` too, and protobufjs, handed an ES module, would round 64-bit member ids.
const conditions = ['@flux-pg/source', 'node'];

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
