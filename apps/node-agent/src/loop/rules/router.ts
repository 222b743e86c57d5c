import { decided, waiting } from '../action.ts';
import { routerServers } from '../wanted/router-servers.ts';
import { processState } from './process.ts';
import type { Rule } from './rule.ts';

/** The router comes first: through it a booting node can be asked for its status. */
export const runRouter: Rule = {
  name: 'run-router',
  apply: (view) => {
    const router = processState(view, 'router');
    if (router === null)
      return waiting('supervisor-unreachable', view.processes.ok ? '' : view.processes.error);
    return router.alive ? null : decided({ kind: 'start-router' }, 'router-down');
  },
};

/** A router that was restarted has forgotten its servers, so its process id is part of what is compared. */
export const steerRouter: Rule = {
  name: 'steer-router',
  apply: (view) => {
    const servers = routerServers(view);
    const signature = JSON.stringify([processState(view, 'router')?.pid ?? null, servers]);
    if (signature === view.applied.routerServers) return null;
    return decided({ kind: 'set-router-servers', servers, signature }, 'router-servers-differ');
  },
};
