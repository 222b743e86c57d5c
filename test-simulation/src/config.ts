/** How many seeds the standard run has, and from which on; a longer run asks for others. */
export const standardRun = {
  seeds: Number(process.env.SIMULATION_SEEDS ?? 400),
  from: Number(process.env.SIMULATION_FROM ?? 1_000_000),
} as const;
