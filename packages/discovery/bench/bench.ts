/** Measures what the package costs, one line for each figure, and exits with 1 when a bound is missed. */
import { fileURLToPath } from 'node:url';
import { readFluxNodes } from '../src/answers/flux-nodes.ts';
import { readListing } from '../src/answers/locations.ts';
import type { Reading } from '../src/answers/reading.ts';
import { combine } from '../src/index.ts';
import { NOW_MS } from '../testing/answer-builder.ts';
import { type Figure, isWithinBound, line, median, medianMs, onceMs } from './figure.ts';
import { freshStarts } from './fresh-process.ts';
import { packedSizeBytes } from './packed-size.ts';
import { listingText, nodeListText, overlappingAnswers } from './realistic-answers.ts';

const packageFolder = fileURLToPath(new URL('..', import.meta.url));
const REPETITIONS = 101;
const FRESH_PROCESSES = 11;

/** A figure of answers that were refused would be a figure of nothing. */
function readWhole<T>(reading: Reading<T>, countOf: (value: T) => number, expected: number): void {
  const count = reading.ok ? countOf(reading.value) : 0;
  if (count !== expected) throw new Error(`${count} of ${expected} entries were read`);
}

function parsingFigures(): readonly Figure[] {
  const text = listingText(1000);
  const { data } = JSON.parse(text);
  const options = { app: 'myapp', maxEntries: 1000 };
  const read = () => readWhole(readListing(data, options), ({ locations }) => locations.length, 1000);
  const parseAndRead = () => readListing(JSON.parse(text).data, options);
  const firstMs = onceMs(read);
  return [
    { name: 'listing of 1000 rows read', value: medianMs(read, REPETITIONS), unit: 'ms', below: 5 },
    { name: 'listing of 1000 rows read, first time in a process', value: firstMs, unit: 'ms' },
    {
      name: `listing of 1000 rows (${Math.round(text.length / 1000)} kB) from JSON text`,
      value: medianMs(parseAndRead, REPETITIONS),
      unit: 'ms',
    },
  ];
}

function nodeListFigures(): readonly Figure[] {
  const text = nodeListText(7000);
  const { data } = JSON.parse(text);
  const read = () => readWhole(readFluxNodes(data, { maxNodes: 30_000 }), ({ nodes }) => nodes.length, 6930);
  return [
    { name: 'node list of 7000 nodes, size', value: text.length / 1000, unit: 'kB' },
    {
      name: 'node list of 7000 nodes parsed as JSON',
      value: medianMs(() => JSON.parse(text), 11),
      unit: 'ms',
    },
    { name: 'node list of 7000 nodes read', value: medianMs(read, 11), unit: 'ms' },
  ];
}

function combiningFigures(): readonly Figure[] {
  const answers = overlappingAnswers(100, 10);
  const run = () => combine('myapp', answers, NOW_MS);
  const firstMs = onceMs(run);
  return [
    { name: '100 instances x 10 sources combined', value: medianMs(run, REPETITIONS), unit: 'ms', below: 10 },
    { name: '100 instances x 10 sources combined, first time in a process', value: firstMs, unit: 'ms' },
  ];
}

async function startFigures(): Promise<readonly Figure[]> {
  const starts = await freshStarts(new URL('../dist/index.js', import.meta.url), FRESH_PROCESSES);
  const importMs = median(starts.map((start) => start.importMs));
  const loadingMs = median(starts.map(({ firstCallMs, secondCallMs }) => firstCallMs - secondCallMs));
  return [
    { name: 'import of the built package in a fresh process', value: importMs, unit: 'ms', below: 60 },
    { name: 'first call, over the second: loading zod and undici', value: loadingMs, unit: 'ms' },
  ];
}

async function sizeFigures(): Promise<readonly Figure[]> {
  const packedBytes = await packedSizeBytes(packageFolder);
  return [{ name: 'packed', value: packedBytes / 1000, unit: 'kB', below: 100 }];
}

// Packing builds the package anew, and the starts are those of what was built.
const groups = [parsingFigures, combiningFigures, nodeListFigures, sizeFigures, startFigures];
const figures: Figure[] = [];
for (const measure of groups) {
  for (const figure of await measure()) {
    figures.push(figure);
    process.stdout.write(`${line(figure)}\n`);
  }
}
if (!figures.every(isWithinBound)) process.exitCode = 1;
