/** Images under test, built beforehand; nothing is pulled. */
export const images = {
  node: process.env.FLUX_PG_IMAGE ?? 'flux-pg-cluster:dev',
  mockFlux: process.env.FLUX_PG_MOCK_IMAGE ?? 'flux-pg-mock:dev',
} as const;

/** How many rounds a benchmark takes. */
export const benchRounds = Number(process.env.BENCH_ROUNDS ?? 3);
