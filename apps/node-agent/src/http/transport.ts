import { urlToHttpOptions } from 'node:url';
import type { Transport as FluxTransport } from '@flux-pg/discovery';
import type { Transport as PatroniTransport } from '@flux-pg/patroni-client';
import { send } from './send.ts';

type Asked = Parameters<FluxTransport['request']>[0] | Parameters<PatroniTransport['request']>[0];

/** Carries the requests of clients that would use undici otherwise, see {@link send}; each has a connection of its own. */
export const transport = {
  async request(asked: Asked) {
    const { method, headers, signal } = asked;
    const body = 'body' in asked ? asked.body : null;
    const target = urlToHttpOptions(new URL(asked.path, asked.origin));
    const answer = await send({ ...target, method, headers, signal, agent: false }, { body });
    return { statusCode: answer.statusCode ?? 0, headers: answer.headers, body: answer };
  },
} satisfies FluxTransport & PatroniTransport;
