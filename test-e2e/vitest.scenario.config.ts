import { containerSuite } from './vitest.containers.ts';

export default containerSuite('src/**/*.scenario.ts');
