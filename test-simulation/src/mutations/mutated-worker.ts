import { workerData } from 'node:worker_threads';
import { mutations } from './catalogue/index.ts';
import { loadMutated } from './load-mutated.ts';

/** A worker of which the sources are mutated before the first of them is loaded. */
const { mutation: name } = workerData as { readonly mutation: string };
const mutation = mutations.find((candidate) => candidate.name === name);
if (mutation === undefined) throw new Error(`there is no mutation ${name}`);
loadMutated(mutation);
await import('../run/worker.ts');
