import fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import { type NodeState, nodeStateSchema } from '../../identity/node-state.ts';
import { rules } from '../decide.ts';
import { remember } from '../remember.ts';
import type { View } from '../view.ts';
import { aGeneratedView } from '../view-generator.ts';

const view = aGeneratedView().map((generated): View => ({ ...generated, memory: remember(generated) }));

/** What each rule would persist on a view, by its name. */
function persistedBy(observed: View): readonly (readonly [rule: string, state: NodeState])[] {
  return rules.flatMap(({ name, apply }): [string, NodeState][] => {
    const action = apply(observed)?.action;
    return action?.kind === 'persist-state' || action?.kind === 'persist-order' ? [[name, action.state]] : [];
  });
}

function includesAll(newer: readonly string[], older: readonly string[]): boolean {
  const known = new Set(newer);
  return older.every((one) => known.has(one));
}

describe('what any rule persists', () => {
  it('can be read back, and is another state than before', () => {
    fc.assert(
      fc.property(view, (observed) => {
        for (const [rule, state] of persistedBy(observed)) {
          expect([rule, nodeStateSchema.safeParse(JSON.parse(JSON.stringify(state))).error]).toEqual([
            rule,
            undefined,
          ]);
          // An order that changes nothing is persisted all the same: only then is it done.
          if (rule !== 'note-order') expect([rule, state]).not.toEqual([rule, observed.state]);
        }
      }),
      { numRuns: 200 },
    );
  });

  it('takes back no promise: neither identity, nor cluster, nor epoch, nor what was given up for good', () => {
    fc.assert(
      fc.property(view, (observed) => {
        const before = observed.state;
        for (const [rule, after] of persistedBy(observed)) {
          const kept = {
            nodeId: after.nodeId === before.nodeId,
            firstStart: after.firstStartedAtMs === before.firstStartedAtMs,
            startIds: includesAll(after.startIds, before.startIds),
            withdrawn: includesAll(after.withdrawn, before.withdrawn),
            promised: after.promisedEpoch >= before.promisedEpoch,
            cancelled: includesAll(
              after.cancelledIntents.map((name) => JSON.stringify(name)),
              before.cancelledIntents.map((name) => JSON.stringify(name)),
            ),
            cluster: before.cluster === null || after.cluster?.id === before.cluster.id,
            epoch: (after.cluster?.epoch ?? 0) >= (before.cluster?.epoch ?? 0),
            // A seal and a promise about a founding exclude each other.
            founding: after.cluster === null || after.founding.kind === 'none' || before.cluster !== null,
          };
          expect([rule, kept]).toEqual([
            rule,
            Object.fromEntries(Object.keys(kept).map((key) => [key, true])),
          ]);
        }
      }),
      { numRuns: 200 },
    );
  });

  it('is not persisted again and again: each rule comes to rest on a view that does not change otherwise', () => {
    fc.assert(
      fc.property(view, (observed) => {
        for (const rule of rules) {
          let current = observed;
          const texts = new Set([JSON.stringify(current.state)]);
          for (let step = 0; step < 6; step += 1) {
            const action = rule.apply(current)?.action;
            if (action?.kind !== 'persist-state') break;
            const text = JSON.stringify(action.state);
            expect([rule.name, texts.has(text) ? action.state : null]).toEqual([rule.name, null]);
            texts.add(text);
            current = { ...current, state: action.state };
          }
        }
      }),
      { numRuns: 200 },
    );
  });
});
