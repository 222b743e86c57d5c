import { isIP } from 'node:net';
import { canonicalIp } from '@flux-pg/discovery';
import type { Decision } from '../loop/action.ts';
import { foundCluster } from '../loop/rules/founding.ts';
import { isGrantDue, regrantBootstrap, tellLostData } from '../loop/rules/lost-copies.ts';
import type { Rule } from '../loop/rules/rule.ts';
import { leaveUnreadable } from '../loop/rules/volume.ts';
import type { View } from '../loop/view.ts';
import type { FoundRequest } from './exchange.ts';
import { meaningOf } from './reasons/index.ts';
import { duration, explained, listed, ordered, refused, type Verdict } from './verdict.ts';

function firstOf(rules: readonly Rule[], view: View): Decision | null {
  for (const rule of rules) {
    const decision = rule.apply(view);
    if (decision !== null) return decision;
  }
  return null;
}

function inWords({ action, reason, detail }: Decision): string {
  const means = meaningOf(reason)?.means ?? 'see docs/reasons.md';
  const lies = detail === '' ? '' : `: ${detail}`;
  return `${action.kind === 'wait' ? 'It waits' : `It does ${action.kind}`}: ${means} (${reason}${lies}).`;
}

function isAnswering({ peers }: View, address: string): boolean {
  return peers.some((peer) => peer.address === address && peer.heard.kind !== 'silent');
}

/** Addresses that are or were listed or asked, or that this node is bound to; each can keep a founding back. */
function knownAddresses({ peers, memory, state }: View): ReadonlySet<string> {
  const { founding } = state;
  const bound = founding.kind === 'joined' || founding.kind === 'resuming' ? [founding.proposerAddress] : [];
  return new Set([
    ...peers.map(({ address }) => address),
    ...Object.keys(memory.field?.instances ?? {}),
    ...Object.values(memory.seenAt),
    ...bound.flatMap((address) => address ?? []),
  ]);
}

function problemWith(view: View, address: string): string | null {
  if (isIP(address) === 0) return 'is no IP address';
  if (address === view.ownAddress?.address) return 'is this node itself';
  if (isAnswering(view, address)) return 'answers now; what it is and holds is asked there';
  return knownAddresses(view).has(address)
    ? null
    : 'is neither listed nor known here, so it keeps nothing back';
}

function permitting(view: View, addresses: readonly string[]): View {
  const { state } = view;
  return {
    ...view,
    state: {
      ...state,
      permittedAddresses: [...new Set([...state.permittedAddresses, ...addresses])],
      permitsNewData: true,
    },
  };
}

function explainFounding(view: View): readonly string[] {
  const decision = firstOf([leaveUnreadable, foundCluster], view);
  return decision === null ? ['Nothing is to be founded.'] : [inWords(decision)];
}

function silentAddresses(view: View): readonly string[] {
  return view.peers.flatMap(({ address, heard }) =>
    heard.kind === 'silent' ? [`${address}: silent for ${duration(heard.forMs)} (${heard.detail})`] : [],
  );
}

function judgeFounding(view: View, { addresses: names, dryRun }: FoundRequest): Verdict {
  if (names.length === 0) {
    const silent = silentAddresses(view);
    return explained([
      ...explainFounding(view),
      ...(silent.length === 0
        ? []
        : [
            'Silent addresses:',
            ...listed(silent),
            'If one of them is dead for good and holds nothing of value: flux-pg found ADDRESS (try it with --dry-run).',
          ]),
    ]);
  }
  const addresses = [...new Set(names.map((name) => canonicalIp(name.trim()) ?? name))];
  const problems = addresses.flatMap((address) => {
    const problem = problemWith(view, address);
    return problem === null ? [] : [`${address} ${problem}.`];
  });
  if (problems.length > 0) return refused(problems);
  return ordered(
    { kind: 'permit-founding', addresses },
    [
      'This node promises:',
      ...listed(addresses.map((address) => `${address} is dead for good and holds nothing of value.`)),
      'A cluster may be founded without it, and if data comes back from there it will not be taken over.',
      'The promise ends when the address answers.',
      ...explainFounding(permitting(view, addresses)),
      'The promise is of this node alone; the others that wait for the same address have to be told, too.',
    ],
    dryRun,
  );
}

/** The view with the wait behind it that the grant is preceded by, so that what it leads to can be told. */
function asIfWaited(view: View): View {
  const grantDueSinceMs = isGrantDue(view) ? Number.NEGATIVE_INFINITY : null;
  return { ...view, memory: { ...view.memory, grantDueSinceMs } };
}

/** What only a person can answer: everybody who could hold a copy has said that he does not, or is gone. */
const losses: ReadonlySet<string> = new Set(['data_lost', 'copy-set-aside']);

/**
 * A permission that is given before the loss is known would lie in wait for one, and be used without anybody being
 * asked. So only a node that tells of a loss takes it.
 */
function judgeNewBeginning(view: View, { addresses, dryRun }: FoundRequest): Verdict {
  const lost = tellLostData.apply(view);
  if (addresses.length > 0) {
    return refused([
      'This node belongs to a cluster, and no address keeps it from being founded.',
      'A node that is lost for good is declared gone with flux-pg recover; flux-pg found without addresses begins anew.',
    ]);
  }
  if (lost === null || !losses.has(lost.reason)) {
    const running = regrantBootstrap.apply(view);
    return explained([
      'This node belongs to a cluster, and does not know that all copies of its data are lost: nothing is to be permitted.',
      ...(lost === null ? [] : [inWords(lost)]),
      ...(running === null ? [] : [inWords(running)]),
      ...(view.etcd.ok ? [] : ['etcd does not answer; flux-pg recover says what a recovery waits for.']),
    ]);
  }
  const next = regrantBootstrap.apply(asIfWaited(permitting(view, [])));
  return ordered(
    { kind: 'permit-founding', addresses: [] },
    [
      inWords(lost),
      'This node promises: nothing of the lost copies is needed any more.',
      'The cluster begins anew with an EMPTY database. A copy that comes back later is not taken over;',
      'it stays on its volume, or in its quarantine, as foreign data.',
      next === null ? 'Nothing else is known to happen yet.' : inWords(next),
    ],
    dryRun,
  );
}

/**
 * Answers `flux-pg found`: on a node without a cluster what founding waits for, and with addresses the promise that
 * nothing is behind them; on a node whose cluster has lost all copies the permission to begin anew. Pure.
 */
export function judgeFound(view: View, request: FoundRequest): Verdict {
  return view.state.cluster === null ? judgeFounding(view, request) : judgeNewBeginning(view, request);
}
