import { z } from 'zod';
import type { faultSchema } from './fault.ts';
import type { Instance } from './instance.ts';
import { MockFluxError } from './mock-flux-error.ts';
import type { NodeInput } from './node.ts';
import type { SpecificationInput } from './specification.ts';
import type { LoggedRequest } from './store.ts';

/** One fault as it is given. */
export type FaultInput = z.input<typeof faultSchema>;

const requestsSchema = z.array(
  z.object({ time: z.string(), caller: z.string(), path: z.string(), node: z.string().optional() }),
);
const refusalSchema = z.object({ error: z.string() });

/** How long one control call may take. */
const CALL_TIMEOUT_MS = 10_000;

/** Drives a mock over its control API. Every call throws {@link MockFluxError}. */
export class MockFluxControl {
  readonly #baseUrl: string;

  /** @param baseUrl - where the mock listens, such as `http://127.0.0.1:8080`. */
  constructor(baseUrl: string) {
    this.#baseUrl = baseUrl.replace(/\/+$/, '');
  }

  /** Replaces what everybody sees of an app. */
  async setInstances(app: string, instances: readonly Instance[]): Promise<void> {
    await this.#call('PUT', `apps/${encodeURIComponent(app)}/instances`, instances);
  }

  /** Replaces an app's specification; what is not given has a default. */
  async setSpecification(app: string, specification: SpecificationInput): Promise<void> {
    await this.#call('PUT', `apps/${encodeURIComponent(app)}/specification`, specification);
  }

  /** Replaces what one caller sees of an app. */
  async setView(app: string, callerIp: string, instances: readonly Instance[]): Promise<void> {
    await this.#call(
      'PUT',
      `apps/${encodeURIComponent(app)}/views/${encodeURIComponent(callerIp)}`,
      instances,
    );
  }

  /** Lets one caller see again what everybody sees. */
  async clearView(app: string, callerIp: string): Promise<void> {
    await this.#call('DELETE', `apps/${encodeURIComponent(app)}/views/${encodeURIComponent(callerIp)}`);
  }

  /** Lets every caller see the same again. */
  async clearViews(app: string): Promise<void> {
    await this.#call('DELETE', `apps/${encodeURIComponent(app)}/views`);
  }

  /** Replaces the nodes, each with a database of its own; without any, one database answers everything. */
  async setNodes(...nodes: readonly NodeInput[]): Promise<void> {
    await this.#call('PUT', 'nodes', nodes);
  }

  /** How long nodes give the same answer again; real ones do for 30 000 ms, the mock for 0 unless told. */
  async setCache(lifetimeMs: number): Promise<void> {
    await this.#call('PUT', 'cache', { lifetimeMs });
  }

  /** Replaces all faults; of those that fit a request, the first hits it. */
  async setFaults(...faults: readonly FaultInput[]): Promise<void> {
    await this.#call('PUT', 'faults', faults);
  }

  async clearFaults(): Promise<void> {
    await this.#call('DELETE', 'faults');
  }

  /** Back to the fixture, without views, faults and the log of requests. */
  async reset(): Promise<void> {
    await this.#call('POST', 'reset');
  }

  /** The last 1000 calls of the Flux API, the oldest first. */
  async requests(): Promise<readonly LoggedRequest[]> {
    const requests = requestsSchema.safeParse(await this.#call('GET', 'requests'));
    if (requests.success) {
      return requests.data.map(({ node, ...request }) => ({
        ...request,
        ...(node === undefined ? {} : { node }),
      }));
    }
    throw new MockFluxError('unexpected-answer', z.prettifyError(requests.error), requests.error);
  }

  async #call(method: string, path: string, document?: unknown): Promise<unknown> {
    const url = `${this.#baseUrl}/control/${path}`;
    const body = document === undefined ? {} : { body: JSON.stringify(document) };
    const headers: Record<string, string> =
      document === undefined ? {} : { 'content-type': 'application/json' };
    const signal = AbortSignal.timeout(CALL_TIMEOUT_MS);
    const response = await fetch(url, { method, headers, signal, ...body }).catch((cause: unknown) => {
      throw new MockFluxError('unreachable', `${method} ${url}: no answer`, cause);
    });
    const answer: unknown = await response.json().catch((cause: unknown) => {
      throw new MockFluxError(
        'unexpected-answer',
        `${method} ${url}: not JSON, status ${response.status}`,
        cause,
      );
    });
    if (response.ok) return answer;
    const refusal = refusalSchema.safeParse(answer);
    const reason = refusal.success ? refusal.data.error : `status ${response.status}`;
    throw new MockFluxError('refused', `${method} ${url}: ${reason}`);
  }
}
