import { setTimeout as sleep } from 'node:timers/promises';
import { canonicalIp } from '@flux-pg/discovery';
import type { FastifyInstance, FastifyReply, FastifyRequest } from 'fastify';
import { deliver } from './deliver.ts';
import { type MockNode, nodeName } from './node.ts';
import { hostsIn, type Question, respond } from './respond.ts';
import type { Store } from './store.ts';
import { type World, withInstances } from './world.ts';

type AppRequest = FastifyRequest<{ Params: { app?: string } }>;

/** Routes that Flux answers from its cache (RunOnFlux/flux, `routes.js`). */
const cachedKinds: ReadonlySet<Question['kind']> = new Set(['location', 'locations', 'running-apps']);

/** The node of that address, or the next one behind the public endpoint. */
function answeringNode(store: Store, host: string | undefined): MockNode | null {
  return store.nodes().find((node) => nodeName(node) === host) ?? store.nextPublicNode();
}

/** The network as a node's database shows it. */
function worldOfNode(store: Store, node: MockNode | null): { readonly world: World; readonly nowMs: number } {
  const nowMs = store.now() - (node?.lagMs ?? 0);
  if (node === null) return { world: store.world(), nowMs };
  const world = node.lagMs === 0 ? store.world() : store.worldAt(nowMs);
  const own = Object.entries(node.apps).reduce(
    (changed, [app, instances]) => withInstances(changed, app, instances, nowMs),
    world,
  );
  return { world: own, nowMs };
}

async function answer(store: Store, question: Question, request: FastifyRequest, reply: FastifyReply) {
  const caller = canonicalIp(request.ip) ?? request.ip;
  const node = answeringNode(store, request.headers.host);
  const name = node === null ? null : nodeName(node);
  const fault = store.receive(caller, request.url, name);
  if (fault?.delayMs !== undefined) await sleep(fault.delayMs, undefined, { ref: false });
  reply.header('FLUXNODE', fault?.kind === 'stale' ? 'stale.mock-flux' : (name ?? 'mock-flux'));
  const cacheKey = `${name} ${request.url}`;
  const isCached = cachedKinds.has(question.kind) && request.headers['x-apicache-bypass'] === undefined;
  const kept = isCached ? store.cache.find(cacheKey) : null;
  if (kept !== null && fault === null) return reply.code(kept.status).type(kept.contentType).send(kept.body);
  const { world, nowMs } =
    fault?.kind === 'stale' ? { world: fault.setIn, nowMs: fault.setAtMs } : worldOfNode(store, node);
  const hostAddresses = await store.hosts.resolve(hostsIn(world, question));
  const document = respond(world, question, { caller, hostAddresses, nowMs, node, nodes: store.nodes() });
  const delivery = deliver(document, fault);
  if (delivery.kind === 'send') {
    if (isCached) store.cache.keep(cacheKey, delivery);
    return reply.code(delivery.status).type(delivery.contentType).send(delivery.body);
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
  const route = (path: string, question: (request: AppRequest) => Question) =>
    server.get(path, (request: AppRequest, reply) => answer(store, question(request), request, reply));
  route('/apps/location/:app?', (request) => ({ kind: 'location', app: named(request) }));
  route('/apps/locations', () => ({ kind: 'locations' }));
  route('/apps/appspecifications/:app?', (request) => ({ kind: 'specification', app: named(request) }));
  route('/apps/listrunningapps', () => ({ kind: 'running-apps' }));
  route('/daemon/viewdeterministicfluxnodelist', () => ({ kind: 'nodes' }));
  route('/flux/version', () => ({ kind: 'version' }));
  route('/hostinfo', () => ({ kind: 'host-info' }));
}
