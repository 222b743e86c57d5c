import { z } from 'zod';
import { type Carrier, carrierFrom } from './carrier.ts';
import { type ClientSettings, type PatroniClientOptions, settingsFrom } from './client-options.ts';
import { type ClusterView, clusterViewSchema } from './cluster-view.ts';
import { type Call, type CallOptions, exchange } from './exchange.ts';
import { type HealthCheck, type HealthConditions, healthPath } from './health-check.ts';
import { historySchema, type TimelineSwitch } from './history.ts';
import { type Heard, plainText, readJson, refusal } from './interpret.ts';
import { type NodeStatus, nodeStatusSchema } from './node-status.ts';
import {
  type FailoverRequest,
  type Outcome,
  type ReinitializeRequest,
  type RestartRequest,
  reinitializeBody,
  restartBody,
  type SwitchoverRequest,
  switchoverBody,
} from './requests.ts';

/** Patroni's dynamic configuration. */
export type DynamicConfig = Readonly<Record<string, unknown>>;

const configSchema = z.record(z.string(), z.unknown());

/**
 * Asks one node's Patroni. Every method rejects with a `PatroniError`; none repeats a request.
 *
 * @example
 * ```ts
 * await using client = new PatroniClient({ baseUrl: 'http://127.0.0.1:8008', requestTimeoutMs: 1000 });
 * const { role, state, timeline } = await client.status();
 * ```
 */
export class PatroniClient implements AsyncDisposable {
  readonly #settings: ClientSettings;
  readonly #carrier: Carrier;

  /** Opens no connection. Throws a `TypeError` for options that make no sense. */
  constructor(options: PatroniClientOptions) {
    this.#settings = settingsFrom(options);
    this.#carrier = carrierFrom(this.#settings, options);
  }

  /** The node's own view of itself. Patroni asks PostgreSQL for it, and answers without it when that is down. */
  async status(options: CallOptions = {}): Promise<NodeStatus> {
    // The health checks answer the same document with 503, and so may what stands between.
    const heard = await this.#send({ method: 'GET', path: '/patroni', options });
    if (heard.answer.status !== 200 && heard.answer.status !== 503) throw refusal(heard);
    if (heard.answer.status === 503 && !heard.answer.text.trimStart().startsWith('{')) throw refusal(heard);
    return readJson(nodeStatusSchema, heard);
  }

  /** All members as etcd knows them. */
  async cluster(options: CallOptions = {}): Promise<ClusterView> {
    return readJson(clusterViewSchema, await this.#expect({ method: 'GET', path: '/cluster', options }));
  }

  /** The cluster's dynamic configuration; `unavailable` while there is none. */
  async config(options: CallOptions = {}): Promise<DynamicConfig> {
    return readJson(configSchema, await this.#expect({ method: 'GET', path: '/config', options }));
  }

  /**
   * Changes the given keys, removes those that are `null`, and returns the whole. `rejected` with status 409 if someone else
   * changed it at the same time; `unavailable` while there is none.
   */
  async patchConfig(patch: DynamicConfig, options: CallOptions = {}): Promise<DynamicConfig> {
    const call: Call = { method: 'PATCH', path: '/config', body: patch, options };
    return readJson(configSchema, await this.#expect(call));
  }

  /** Takes up to 20 seconds, so give it a `timeoutMs`. `rejected` with status 412 if it is not possible now. */
  async switchover(request: SwitchoverRequest, options: CallOptions = {}): Promise<Outcome> {
    return await this.#order('/switchover', switchoverBody(request), options);
  }

  /** Promotes a member without asking whether it is fit. Takes up to 20 seconds, so give it a `timeoutMs`. */
  async failover({ candidate }: FailoverRequest, options: CallOptions = {}): Promise<Outcome> {
    return await this.#order('/failover', { candidate }, options);
  }

  /** Restarts this node's PostgreSQL and waits for it, so give it a `timeoutMs`. `unavailable` if it did not. */
  async restart(request: RestartRequest = {}, options: CallOptions = {}): Promise<Outcome> {
    return await this.#order('/restart', restartBody(request), options);
  }

  /** Has this node's Patroni read its configuration file again. */
  async reload(options: CallOptions = {}): Promise<Outcome> {
    return await this.#order('/reload', undefined, options);
  }

  /** **Deletes this node's data** and copies it anew; returns when that has begun. `unavailable` on a leader. */
  async reinitialize(request: ReinitializeRequest = {}, options: CallOptions = {}): Promise<Outcome> {
    return await this.#order('/reinitialize', reinitializeBody(request), options);
  }

  /** The ends of all timelines, oldest first; empty before the first promotion. */
  async history(options: CallOptions = {}): Promise<readonly TimelineSwitch[]> {
    return readJson(historySchema, await this.#expect({ method: 'GET', path: '/history', options }));
  }

  /** Whether a health check passes. Only Patroni's 200 and 503 are answers to it. */
  async check(check: HealthCheck, options: CallOptions & HealthConditions = {}): Promise<boolean> {
    // GET, because HEAD answers `liveness` and `readiness` as if they were unknown checks.
    const heard = await this.#send({ method: 'GET', path: healthPath(check, options), options });
    if (heard.answer.status === 200) return true;
    if (heard.answer.status === 503) return false;
    throw refusal(heard);
  }

  /** Closes the client's own connections; calls under way fail. A dispatcher that was given stays open. */
  async close(): Promise<void> {
    await this.#carrier.close();
  }

  async [Symbol.asyncDispose](): Promise<void> {
    await this.close();
  }

  async #order(path: string, body: DynamicConfig | undefined, options: CallOptions): Promise<Outcome> {
    const call = { method: 'POST' as const, path, options, ...(body === undefined ? {} : { body }) };
    const heard = await this.#send(call);
    const { status } = heard.answer;
    if (status !== 200 && status !== 202) throw refusal(heard);
    return { scheduled: status === 202, message: plainText(heard) };
  }

  async #expect(call: Call): Promise<Heard> {
    const heard = await this.#send(call);
    if (heard.answer.status !== 200) throw refusal(heard);
    return heard;
  }

  async #send(call: Call): Promise<Heard> {
    const settings = this.#settings;
    const transport = await this.#carrier.transport();
    return { answer: await exchange(call, { settings, transport }), call, settings };
  }
}
