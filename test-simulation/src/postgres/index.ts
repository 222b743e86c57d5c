export { contains, forkOf, historyLines, type Position } from './history.ts';
export { startPatroni } from './start-patroni.ts';
export { ROW_BYTES, TIMINGS } from './timings.ts';
