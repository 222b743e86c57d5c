import { defineConfig } from 'vitest/config';

// Sources of the other packages are used directly, so that no test needs a build first. vitest hands these to Node for every
// import and every require; so `import` may not be among them, or pg would be given half of its parts as ES modules.
const conditions = ['@flux-pg/source', 'node'];

export default defineConfig({
  resolve: { conditions },
  ssr: { resolve: { conditions } },
  test: { include: ['src/**/*.test.ts'] },
});
