import { FluxClient } from '@flux-pg/discovery';
import { Agent } from 'undici';

/** A discovery client that calls from an address of its own, as another container would. */
export interface Caller extends AsyncDisposable {
  readonly client: FluxClient;
}

/** @param localAddress - any address of 127.0.0.0/8. */
export function callerFrom(localAddress: string, baseUrl: string, requestTimeoutMs = 5000): Caller {
  const dispatcher = new Agent({ localAddress });
  const client = new FluxClient({
    baseUrls: [baseUrl],
    allowPrivateAddresses: true,
    dispatcher,
    requestTimeoutMs,
  });
  return { client, [Symbol.asyncDispose]: async () => await dispatcher.destroy() };
}
