import { MockFluxControl } from '@flux-pg/mock-flux';
import { images } from '../config.ts';
import type { InternalNetwork } from '../engine/engine.ts';
import { PlacedContainer } from '../engine/placed-container.ts';
import { until } from '../waiting.ts';

const PORT = 8080;

/** The running mock: what nodes call and what tests steer. */
export interface MockFlux {
  readonly url: string;
  readonly control: MockFluxControl;
}

/** Starts a Flux API that knows no app yet. */
export async function startMockFlux(
  network: InternalNetwork,
  name: string,
  address: string,
): Promise<MockFlux> {
  await new PlacedContainer(images.mockFlux, name, network, address).start();
  const url = `http://${address}:${PORT}`;
  const control = new MockFluxControl(url);
  await until('the mock Flux API answers', { timeoutMs: 20_000, intervalMs: 100 }, async () => {
    await control.requests();
    return true;
  });
  return { url, control };
}
