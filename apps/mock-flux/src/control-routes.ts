import type { FastifyInstance, FastifyReply } from 'fastify';
import { z } from 'zod';
import { faultsSchema } from './fault.ts';
import { appNameSchema, callerIpSchema, instancesSchema } from './instance.ts';
import { nodesSchema } from './node.ts';
import { specificationInputSchema } from './specification.ts';
import type { Store } from './store.ts';
import { withInstances, withoutViews, withSpecification, withView } from './world.ts';

const appParams = z.object({ app: appNameSchema });
const viewParams = z.object({ app: appNameSchema, callerIp: callerIpSchema });

const cacheSchema = z.strictObject({ lifetimeMs: z.int().min(0).max(3_600_000) });

function state(store: Store) {
  return {
    apps: [...store.world().values()].map(({ instances, views, ...app }) => ({
      ...app,
      instances: instances.map(({ instance }) => instance),
      views: Object.fromEntries(
        [...views].map(([caller, seen]) => [caller, seen.map(({ instance }) => instance)]),
      ),
    })),
    faults: store.faults().map(({ setIn: _setIn, setAtMs: _setAtMs, ...fault }) => fault),
    hosts: Object.fromEntries(store.hosts.known()),
    nodes: store.nodes(),
    cacheMs: store.cache.lifetimeMs(),
  };
}

/** Every problem at once, each with its place in the document. */
function explain(error: z.ZodError, reply: FastifyReply) {
  const issues = error.issues.map(({ path, message }) => ({ path: path.map(String).join('.'), message }));
  return reply.code(400).send({ error: z.prettifyError(error), issues });
}

/** The control API, which no fault ever hits. */
export function registerControlRoutes(server: FastifyInstance, store: Store): void {
  server.setErrorHandler((error, _request, reply) => {
    if (error instanceof z.ZodError) return explain(error, reply);
    const { statusCode = 500, message } = error as { statusCode?: number; message?: string };
    return reply.code(statusCode).send({ error: message ?? 'unknown error' });
  });
  server.get('/state', () => state(store));
  server.get('/requests', () => store.requests());
  server.put('/apps/:app/instances', ({ params, body }) => {
    const { app } = appParams.parse(params);
    const instances = instancesSchema.parse(body);
    store.change((world) => withInstances(world, app, instances, store.now()));
    return state(store);
  });
  server.put('/apps/:app/specification', ({ params, body }) => {
    const { app } = appParams.parse(params);
    const specification = specificationInputSchema.parse(body);
    store.change((world) => withSpecification(world, app, specification));
    return state(store);
  });
  server.put('/apps/:app/views/:callerIp', ({ params, body }) => {
    const { app, callerIp } = viewParams.parse(params);
    const instances = instancesSchema.parse(body);
    store.change((world) => withView(world, app, callerIp, instances, store.now()));
    return state(store);
  });
  server.delete('/apps/:app/views/:callerIp', ({ params }) => {
    const { app, callerIp } = viewParams.parse(params);
    store.change((world) => withoutViews(world, app, callerIp));
    return state(store);
  });
  server.delete('/apps/:app/views', ({ params }) => {
    const { app } = appParams.parse(params);
    store.change((world) => withoutViews(world, app));
    return state(store);
  });
  server.put('/nodes', ({ body }) => {
    store.setNodes(nodesSchema.parse(body));
    return state(store);
  });
  server.put('/cache', ({ body }) => {
    store.cache.setLifetime(cacheSchema.parse(body).lifetimeMs);
    return state(store);
  });
  server.put('/faults', ({ body }) => {
    store.setFaults(faultsSchema.parse(body));
    return state(store);
  });
  server.delete('/faults', () => {
    store.setFaults([]);
    return state(store);
  });
  server.post('/reset', () => {
    store.reset();
    return state(store);
  });
}
