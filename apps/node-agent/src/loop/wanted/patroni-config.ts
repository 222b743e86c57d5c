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

/** The text of patroni.yml for this view, or null while the own address is not known. */
export const patroniConfig = oncePerView((view: View): string | null => {
  if (view.ownAddress === null) return null;
  return renderPatroni({
    config: view.config,
    facts: view.facts,
    nodeId: view.state.nodeId,
    address: view.ownAddress.address,
    superuser: view.etcd.ok ? (view.etcd.value.cluster?.superuser ?? null) : null,
    memberAddresses: knownMembers(view).map(({ address }) => address),
    bootstrap: mayBootstrap(view),
  });
});
