import { createMockFlux, MockFluxControl, type NodeInput } from '@flux-pg/mock-flux';
import { type ExampleEnd, type ExampleName, type ExampleProcess, startExample } from './example-process.ts';

/** How an example is run where it matters. */
export interface RunOptions {
  /** Default: a name that only the mock stands behind. Null: the public endpoints. */
  readonly fluxApiUrl?: string | null;
  readonly refused?: readonly string[];
}

/** A Flux with the app `myapp`, and the examples run against it. */
export interface ExampleWorld extends AsyncDisposable {
  readonly control: MockFluxControl;
  /** Lists the app on these nodes and nowhere else; each is there with an API of its own. */
  readonly listOn: (...ips: readonly string[]) => Promise<void>;
  readonly start: (name: ExampleName, words: readonly string[], options?: RunOptions) => ExampleProcess;
  /** Runs an example to its end. */
  readonly run: (name: ExampleName, words: readonly string[], options?: RunOptions) => Promise<ExampleEnd>;
}

/** For tests that start processes, on a machine that has others to run. */
export const PROCESS_TIMEOUT_MS = 30_000;

/** Where the examples look for the API. No DNS knows the name. */
export const API_URL = 'http://flux.test';

/** A world whose app is listed on these nodes. Addresses are data only: no connection goes to them. */
export async function exampleWorld(...nodes: readonly (string | NodeInput)[]): Promise<ExampleWorld> {
  const mock = await createMockFlux();
  const url = new URL(await mock.listen());
  const control = new MockFluxControl(url.origin);
  const start: ExampleWorld['start'] = (name, words, { fluxApiUrl = API_URL, refused = [] } = {}) =>
    startExample(name, words, { mockPort: Number(url.port), fluxApiUrl, refused });
  const listNodes = async (inputs: readonly NodeInput[]) => {
    await control.setNodes(...inputs);
    await control.setInstances(
      'myapp',
      inputs.map(({ ip }) => ({ ip })),
    );
  };
  await listNodes(nodes.map((node) => (typeof node === 'string' ? { ip: node } : node)));
  return {
    control,
    start,
    listOn: async (...ips) => await listNodes(ips.map((ip) => ({ ip }))),
    run: async (name, words, options) => {
      await using example = start(name, words, options);
      return await example.ended;
    },
    [Symbol.asyncDispose]: async () => await mock.close(),
  };
}

/** Waits until the listing was asked for so many times more, whatever the answer was. */
export async function askedAgain(control: MockFluxControl, times: number): Promise<void> {
  const asked = async () =>
    (await control.requests()).filter(({ path }) => path.startsWith('/apps/location')).length;
  const enough = (await asked()) + times;
  const endMs = performance.now() + 10_000;
  while ((await asked()) < enough) {
    if (performance.now() > endMs) throw new Error(`the listing was not asked for ${times} times more`);
    await new Promise((resolve) => setTimeout(resolve, 50));
  }
}
