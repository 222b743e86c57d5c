import { Readable } from 'node:stream';
import {
  FluxClient,
  type FluxClientOptions,
  type NodeAddress,
  type NodeClient,
  parseNodeAddress,
  type Transport,
} from '@flux-pg/discovery';
import { createMockFlux, MockFluxControl, type NodeInput } from '@flux-pg/mock-flux';
import { Pool } from 'undici';
import { Traffic, type VirtualTime, virtualTime } from './virtual-time.ts';

/** The app that all scenarios are about. */
export const APP = 'myapp';
/** The public endpoint, as a host; its base URL is HTTPS, so that its answers are authenticated. */
export const API = 'api.flux.test';
/** The nodes that run the app. The public endpoint does not ask them, so that each can fail without the other. */
export const HOSTING = ['8.8.4.1', '8.8.4.2', '8.8.4.3', '8.8.4.4'] as const;
/** The nodes behind the public endpoint. */
export const PUBLIC = ['8.21.0.1', '8.22.0.1', '8.23.0.1', '8.24.0.1'] as const;

/** `refuses` as a closed port does; `silent` as a dead machine, which never answers. */
export type Cut = 'refuses' | 'silent';

/** A Flux network on loopback, in which each node and the public endpoint can fail alone. */
export interface RoutedNetwork extends AsyncDisposable {
  readonly control: MockFluxControl;
  readonly time: VirtualTime;
  /** Asks the public endpoint. */
  readonly client: FluxClient;
  /** Another client in the same network. */
  readonly clientWith: (options: FluxClientOptions) => FluxClient;
  /** From now on these hosts cannot be reached. */
  readonly cut: (how: Cut, hosts: readonly string[]) => void;
  /** Makes every host reachable again. */
  readonly mend: () => void;
  /** How often each host was called since the last look. */
  readonly takeCalls: () => Readonly<Record<string, number>>;
  /** The most that was read of any answer. */
  readonly largestReadBytes: () => number;
}

/** How a node is called, in URLs, by faults and by cuts. */
export function hostOf(ip: string, apiPort = 16_127): string {
  return `${ip.includes(':') ? `[${ip}]` : ip}:${apiPort}`;
}

/** The address that a text stands for. */
export function addressOf(text: string): NodeAddress {
  const read = parseNodeAddress(text);
  if (!read.ok) throw new TypeError(`${text}: ${read.reason}`);
  return read.address;
}

/** Nodes of the mock, one for each IP. */
export function nodesAt(ips: readonly string[], options: Omit<NodeInput, 'ip'> = {}): readonly NodeInput[] {
  return ips.map((ip) => ({ ...options, ip }));
}

/** A client whose calls are counted as traffic while they last. */
class ObservedClient extends FluxClient {
  readonly #traffic: Traffic;

  constructor(options: FluxClientOptions, traffic: Traffic) {
    super(options);
    this.#traffic = traffic;
  }

  override async locations(...call: Parameters<FluxClient['locations']>) {
    return await this.#traffic.call(() => super.locations(...call));
  }

  override nodeClient(node: NodeAddress | string): NodeClient {
    const client = super.nodeClient(node);
    const locations = client.locations.bind(client);
    client.locations = (...call) => this.#traffic.call(() => locations(...call));
    return client;
  }
}

function refused(host: string): Error {
  return Object.assign(new Error(`connect ECONNREFUSED ${host}`), { code: 'ECONNREFUSED' });
}

/** The same body, with the bytes that are read of it noted. */
function metered(body: Readable, note: (sizeBytes: number) => void): Readable {
  async function* chunks() {
    let sizeBytes = 0;
    for await (const chunk of body) {
      sizeBytes += Buffer.byteLength(chunk);
      note(sizeBytes);
      yield chunk;
    }
  }
  const read = Readable.from(chunks());
  // A body of which nothing was read is not closed by its reader.
  return read.once('close', () => body.on('error', () => undefined).destroy());
}

/**
 * Starts a network in which {@link HOSTING} run the app and {@link PUBLIC} answer for the public endpoint. Every request,
 * wherever it is meant to go, is sent to the mock on loopback, which knows by its `Host` which node has to answer.
 */
export async function routedNetwork(options: FluxClientOptions = {}): Promise<RoutedNetwork> {
  const traffic = new Traffic();
  const time = virtualTime(() => traffic.quiet());
  const mock = await createMockFlux({ now: time.wallMs });
  const url = await mock.listen({ host: '127.0.0.1' });
  const control = new MockFluxControl(url);
  await control.setInstances(
    APP,
    HOSTING.map((ip) => ({ ip })),
  );
  await control.setNodes(...nodesAt(HOSTING, { public: false }), ...nodesAt(PUBLIC));
  const pool = new Pool(url);
  const cuts = new Map<string, Cut>();
  let calls: Readonly<Record<string, number>> = {};
  let largestReadBytes = 0;
  const dispatcher: Transport = {
    request: async ({ origin, path, method, headers, signal }) => {
      const { host } = new URL(origin);
      calls = { ...calls, [host]: (calls[host] ?? 0) + 1 };
      const cut = cuts.get(host);
      if (cut === 'refuses') throw refused(host);
      if (cut === 'silent') return await traffic.silence(signal);
      const answer = await pool.request({ path, method, headers: { ...headers, host }, signal });
      const body = metered(answer.body, (sizeBytes) => {
        largestReadBytes = Math.max(largestReadBytes, sizeBytes);
      });
      return { statusCode: answer.statusCode, headers: answer.headers, body };
    },
  };
  const clientWith = (more: FluxClientOptions) =>
    new ObservedClient(
      { baseUrls: [`https://${API}`], now: time.wallMs, ...options, ...more, dispatcher },
      traffic,
    );
  return {
    control,
    time,
    client: clientWith({}),
    clientWith,
    cut: (how, hosts) => {
      for (const host of hosts) cuts.set(host, how);
    },
    mend: () => cuts.clear(),
    takeCalls: () => {
      const taken = calls;
      calls = {};
      return taken;
    },
    largestReadBytes: () => largestReadBytes,
    [Symbol.asyncDispose]: async () => {
      await pool.destroy();
      await mock.close();
    },
  };
}
