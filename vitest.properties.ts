import fc from 'fast-check';

/**
 * Property tests draw the same cases in each run, so that whether a commit passes depends on the commit alone. Other cases:
 * `PROPERTY_SEED=7`, or `PROPERTY_SEED=random`, where the report of a failure names the seed.
 */
const { PROPERTY_SEED = '1' } = process.env;

if (PROPERTY_SEED !== 'random') fc.configureGlobal({ seed: Number(PROPERTY_SEED) });
