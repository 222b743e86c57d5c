import { renderPatroni } from '../../patroni/render.ts';
import { knownMembers } from '../known-members.ts';
import { oncePerView } from '../once-per-view.ts';
import type { View } from '../view.ts';

/**
 * Only the grantee of the key `bootstrap` may initialise PostgreSQL, and only until the cluster has been initialised.
 * Everyone else gets no `bootstrap` section and can only clone. Patroni reads the section until it has written its
 * `config` key and taken the leader key, so it stays until then.
 */
export function mayBootstrap(view: View): boolean {
  if (!view.etcd.ok) return false;
  const { bootstrap, provisioned, patroni } = view.etcd.value;
  const done = (patroni.initialize ?? '') !== '' && patroni.config !== null && patroni.leader !== null;
  return bootstrap === view.state.nodeId && !done && !provisioned;
}

type Model = Parameters<typeof renderPatroni>[0];

interface Rendered {
  readonly facts: Model['facts'];
  readonly key: string;
  readonly text: string;
}

/** The last text for each node of a configuration: every tick asks for it, and it seldom changes. */
const texts = new WeakMap<Model['config'], Map<string, Rendered>>();

function rendered({ config, facts, ...rest }: Model): string {
  const nodes = texts.get(config) ?? new Map<string, Rendered>();
  texts.set(config, nodes);
  const key = JSON.stringify(rest);
  const last = nodes.get(rest.nodeId);
  if (last?.key === key && last.facts === facts) return last.text;
  const text = renderPatroni({ config, facts, ...rest });
  nodes.set(rest.nodeId, { facts, key, text });
  return text;
}

/** The text of patroni.yml for this view, or null while the own address is not known. */
export const patroniConfig = oncePerView((view: View): string | null => {
  if (view.ownAddress === null) return null;
  return rendered({
    config: view.config,
    facts: view.facts,
    nodeId: view.state.nodeId,
    address: view.ownAddress.address,
    superuser: view.etcd.ok ? (view.etcd.value.cluster?.superuser ?? null) : null,
    memberAddresses: knownMembers(view).map(({ address }) => address),
    bootstrap: mayBootstrap(view),
  });
});
