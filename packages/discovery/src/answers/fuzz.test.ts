import { setFlagsFromString } from 'node:v8';
import { runInNewContext } from 'node:vm';
import fc from 'fast-check';
import { expect, test } from 'vitest';
import { APP, documents, type Route } from '../../testing/answer-arbitraries.ts';
import { answerFaults, type Limits, reasonFaults } from '../../testing/answer-checks.ts';
import { wildDocument } from '../../testing/document-mutations.ts';
import { readFluxNodes } from './flux-nodes.ts';
import { readHostInfo } from './host-info.ts';
import { readListing } from './locations.ts';
import type { Reading } from './reading.ts';
import { readRunningApps, readVersion } from './running-apps.ts';
import { readSpecification } from './specification.ts';

/** Answers read here; with the 30 000 of `src/client/fuzz.test.ts` they are 120 000. */
const RUNS = Number(process.env.FUZZ_RUNS ?? 90_000);
const SEED = Number(process.env.FUZZ_SEED ?? 20_260_701);

type Reader = (data: unknown, limits: Limits) => Reading<object>;

const readers: Readonly<Record<Route, Reader>> = {
  location: (data, limits) => readListing(data, { app: APP, ...limits }),
  specification: (data) => readSpecification(data, APP),
  hostInfo: (data, limits) => readHostInfo(data, limits),
  runningApps: (data, { maxEntries }) => readRunningApps(data, maxEntries),
  version: (data) => readVersion(data),
  fluxNodes: (data, { maxEntries, ...options }) => readFluxNodes(data, { ...options, maxNodes: maxEntries }),
};

/** Few shapes of version exist, and many of listings. */
const shares: Readonly<Record<Route, number>> = {
  location: 0.35,
  specification: 0.15,
  hostInfo: 0.15,
  runningApps: 0.1,
  version: 0.05,
  fluxNodes: 0.2,
};

function faultsOf(route: Route, reading: Reading<object>, limits: Limits): readonly string[] {
  if (reading.ok) return answerFaults(route, reading.value, limits);
  const codeIsKnown = reading.code === 'schema' || reading.code === 'too-large';
  return [...reasonFaults(reading.reason), ...(codeIsKnown ? [] : [`a code ${String(reading.code)}`])];
}

const title = '%s: whatever is answered is read soundly or refused';
test.each(Object.entries(shares))(title, { timeout: 60_000 + RUNS }, (name, share) => {
  const route = name as Route;
  const counts = { read: 0, refused: 0 };
  const limits = fc.record({ maxEntries: fc.constantFrom(6, 100), allowPrivateAddresses: fc.boolean() });
  fc.assert(
    fc.property(wildDocument(documents[route]), limits, (data, given) => {
      const reading = readers[route](data, given);
      const faults = faultsOf(route, reading, given);
      if (faults.length > 0) throw new Error(faults.join('; '));
      counts[reading.ok ? 'read' : 'refused'] += 1;
    }),
    { seed: SEED, numRuns: Math.ceil(RUNS * share) },
  );
  // A fuzz run shows nothing where all answers come to the same end.
  const total = counts.read + counts.refused;
  expect(Math.min(counts.read, counts.refused) / total).toBeGreaterThan(0.1);
});

test('what was read and refused leaves nothing behind in memory', () => {
  setFlagsFromString('--expose-gc');
  const collect: () => void = runInNewContext('gc');
  const listings = fc.sample(wildDocument(documents.location), { seed: SEED, numRuns: 500 });
  const readAll = () => {
    for (const data of listings) readers.location(data, { maxEntries: 100, allowPrivateAddresses: false });
  };
  readAll();
  collect();
  const before = process.memoryUsage().heapUsed;
  for (let round = 0; round < 20; round += 1) readAll();
  collect();
  expect(process.memoryUsage().heapUsed - before).toBeLessThan(8_000_000);
});
