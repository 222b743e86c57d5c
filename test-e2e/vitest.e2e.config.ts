import { containerSuite } from './vitest.containers.ts';

export default containerSuite('src/**/*.e2e.ts');
