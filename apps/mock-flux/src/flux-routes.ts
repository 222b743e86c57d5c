import { setTimeout as sleep } from 'node:timers/promises';
import { canonicalIp } from '@flux-pg/discovery';
import type { FastifyInstance, FastifyReply, FastifyRequest } from 'fastify';
import { deliver } from './deliver.ts';
import { hostsIn, type Question, respond } from './respond.ts';
import type { Store } from './store.ts';

type AppRequest = FastifyRequest<{ Params: { app?: string } }>;

async function answer(store: Store, question: Question, request: FastifyRequest, reply: FastifyReply) {
  const caller = canonicalIp(request.ip) ?? request.ip;
  const fault = store.receive(caller, request.url);
  if (fault?.delayMs !== undefined) await sleep(fault.delayMs, undefined, { ref: false });
  const stale = fault?.kind === 'stale';
  const world = stale ? fault.setIn : store.world();
  const nowMs = stale ? fault.setAtMs : store.now();
  const hostAddresses = await store.hosts.resolve(hostsIn(world, question));
  const document = respond(world, question, { caller, hostAddresses, nowMs });
  const delivery = deliver(document, fault);
  if (delivery.kind === 'send') {
    return reply
      .code(delivery.status)
      .header('FLUXNODE', stale ? 'stale.mock-flux' : 'mock-flux')
      .type(delivery.contentType)
      .send(delivery.body);
  }
  reply.hijack();
  if (delivery.kind === 'reset') request.raw.socket.resetAndDestroy();
  return reply;
}

function named({ params: { app } }: AppRequest): string | null {
  return app === undefined || app === '' ? null : app;
}

/** The routes of the real API. */
export function registerFluxRoutes(server: FastifyInstance, store: Store): void {
  server.get('/apps/location/:app?', (request: AppRequest, reply) =>
    answer(store, { kind: 'location', app: named(request) }, request, reply),
  );
  server.get('/apps/locations', (request, reply) => answer(store, { kind: 'locations' }, request, reply));
  server.get('/apps/appspecifications/:app?', (request: AppRequest, reply) =>
    answer(store, { kind: 'specification', app: named(request) }, request, reply),
  );
  server.get('/flux/version', (request, reply) => answer(store, { kind: 'version' }, request, reply));
  server.get('/hostinfo', (request, reply) => answer(store, { kind: 'host-info' }, request, reply));
}
