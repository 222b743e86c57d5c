import fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import {
  aMemberDocument,
  aMemberState,
  aMirror,
  aPeer,
  aRecord,
  aSilentPeer,
  THIRD,
} from '../loop/member-builder.ts';
import type { Peer } from '../loop/view.ts';
import { aMemory, aView, NODE, OTHER } from '../loop/view-builder.ts';
import { judgeFound } from './found.ts';
import { judgeRecover } from './recover.ts';

const addressOf = { [NODE]: '10.0.0.1', [OTHER]: '10.0.0.2', [THIRD]: '10.0.0.3' } as const;
const others = [OTHER, THIRD] as const;

const contact = fc.constantFrom('authenticated', 'silent', 'present', 'stranger');
const contacts = fc.record({ [OTHER]: contact, [THIRD]: contact });
/** Milliseconds since the last sign of life; null for none since the agent started. */
const heardAgo = fc.constantFrom(null, 5000, 59_000, 61_000, 600_000);
const heard = fc.record({ [OTHER]: heardAgo, [THIRD]: heardAgo });

function peerAs(nodeId: (typeof others)[number], kind: string): Peer {
  const address = addressOf[nodeId];
  if (kind === 'authenticated') return aPeer(aMemberDocument({ nodeId, address }));
  if (kind === 'silent') return aSilentPeer(address, 600_000);
  return { address, listed: kind === 'present', heard: { kind: 'present', detail: 'no proof' } };
}

describe('whoever is named and whatever was heard', () => {
  it('exactly the nodes without any sign of life are declared gone, and none if one of them has any', () => {
    const named = fc.subarray([NODE, OTHER, THIRD], { minLength: 1 });
    fc.assert(
      fc.property(contacts, heard, named, fc.boolean(), (kinds, agoMs, nodeIds, dryRun) => {
        const view = aView({
          state: aMemberState(),
          mirror: aMirror({
            members: [aRecord(NODE, addressOf[NODE]), ...others.map((id) => aRecord(id, addressOf[id]))],
          }),
          peers: others.map((id) => peerAs(id, kinds[id])),
          memory: aMemory({
            heardAtMs: Object.fromEntries(
              others.flatMap((id) => (agoMs[id] === null ? [] : [[id, 1_000_000 - agoMs[id]]])),
            ),
          }),
        });
        const dead = others.filter((id) => {
          const answers = kinds[id] === 'authenticated' || kinds[id] === 'present';
          return !answers && (agoMs[id] ?? Number.POSITIVE_INFINITY) >= 60_000;
        });
        const allDead = nodeIds.every((id) => dead.some((other) => other === id));
        const verdict = judgeRecover(view, { nodeIds, dryRun });
        if (!allDead) expect(verdict).toMatchObject({ kind: 'answer', answer: { outcome: 'refused' } });
        else if (dryRun) expect(verdict).toMatchObject({ answer: { outcome: 'explained' } });
        else expect(verdict).toMatchObject({ kind: 'order', order: { kind: 'declare-gone', nodeIds } });
      }),
    );
  });

  it('exactly silent addresses that are known are given up for a founding, and none if one of them is not', () => {
    const named = fc.subarray(['10.0.0.1', '10.0.0.2', '10.0.0.3', '10.0.0.77'], { minLength: 1 });
    fc.assert(
      fc.property(contacts, named, fc.boolean(), (kinds, addresses, dryRun) => {
        const view = aView({ peers: others.map((id) => peerAs(id, kinds[id])) });
        const silent = others.filter((id) => kinds[id] === 'silent').map((id): string => addressOf[id]);
        const allSilent = addresses.every((address) => silent.includes(address));
        const verdict = judgeFound(view, { addresses, dryRun });
        if (!allSilent) expect(verdict).toMatchObject({ kind: 'answer', answer: { outcome: 'refused' } });
        else if (dryRun) expect(verdict).toMatchObject({ answer: { outcome: 'explained' } });
        else expect(verdict).toMatchObject({ kind: 'order', order: { kind: 'permit-founding', addresses } });
      }),
    );
  });
});
