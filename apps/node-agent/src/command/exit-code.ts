/** How the command ends; programs rely on these. `failed`: the agent does not answer, or does not act. */
export const exitCode = { done: 0, failed: 1, usage: 2, refused: 3 } as const;
