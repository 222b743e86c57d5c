import { memberName } from '@flux-pg/etcd-membership';
import { describe, expect, it } from 'vitest';
import {
  aCopy,
  aMemberDocument,
  aMemberState,
  aMirror,
  aPeer,
  aRecord,
  aSilentPeer,
  aVolume,
  seen,
  THIRD,
} from '../loop/member-builder.ts';
import type { View } from '../loop/view.ts';
import { aMemory, anEtcdContent, aView, NODE, OTHER } from '../loop/view-builder.ts';
import { judgeRecover } from './recover.ts';
import type { Verdict } from './verdict.ts';

const minutes = 60_000;

const absence: View['memory']['absence'] = {
  nowMs: 100 * minutes,
  total: 3,
  witnesses: {},
  nodes: { [OTHER]: { aliveAtMs: 80 * minutes, unlistedSinceMs: {} } },
};

/** The only one left of three; the other two are listed and silent. */
function aSurvivor(difference: Partial<View> = {}): View {
  const nowMs = 100 * minutes;
  return aView({
    nowMs,
    lookedAtMs: nowMs,
    state: aMemberState(),
    mirror: aMirror({
      members: [aRecord(NODE, '10.0.0.1'), aRecord(OTHER), aRecord(THIRD, '10.0.0.3')],
      voters: [NODE, OTHER, THIRD].map((nodeId) => memberName(nodeId, 'aaaaaaaa')),
    }),
    listing: {
      ok: true,
      seenAtMs: nowMs,
      value: {
        instances: ['10.0.0.1', '10.0.0.2', '10.0.0.3'].map((address) => ({ address, runningSinceMs: null })),
      },
    },
    peers: [aSilentPeer('10.0.0.2', 20 * minutes), aSilentPeer('10.0.0.3', 20 * minutes)],
    witnesses: {
      total: 3,
      answers: ['a', 'b'].map((witness) => ({ witness, atMs: nowMs, addresses: ['10.0.0.1', '10.0.0.2'] })),
    },
    memory: aMemory({
      startedAtMs: 0,
      etcdUnreachableSinceMs: 80 * minutes,
      absence,
    }),
    ...difference,
  });
}

function textOf(verdict: Verdict): string {
  return (verdict.kind === 'answer' ? verdict.answer.lines : verdict.lines).join('\n');
}

function ask(view: View, nodeIds: string[] = [], dryRun = false) {
  const verdict = judgeRecover(view, { nodeIds, dryRun });
  const outcome = verdict.kind === 'answer' ? verdict.answer.outcome : 'ordered';
  return { outcome, text: textOf(verdict), order: verdict.kind === 'order' ? verdict.order : null };
}

describe('flux-pg recover without nodes', () => {
  it('says what a recovery waits for, and about each silent member what is known', () => {
    const { outcome, text, order } = ask(aSurvivor());
    expect({ outcome, order }).toEqual({ outcome: 'explained', order: null });
    expect(text).toContain('The recovery waits:');
    expect(text).toMatch(
      new RegExp(
        `${OTHER} at 10.0.0.2: last sign of life 20 min 0 s ago; of 3 witnesses 2 answer and 2 list it`,
      ),
    );
    expect(text).toMatch(
      new RegExp(`${THIRD} at 10.0.0.3: not watched yet; of 3 witnesses 2 answer and 0 list it`),
    );
  });

  it('says that nothing is to be recovered while etcd answers', () => {
    const view = aSurvivor({
      etcd: seen(anEtcdContent()),
      memory: aMemory({ etcdUnreachableSinceMs: null }),
      mirror: null,
    });
    expect(ask(view)).toMatchObject({ outcome: 'explained', text: expect.stringContaining('etcd answers') });
  });

  it('says that without witnesses nobody counts as gone by itself', () => {
    expect(ask(aSurvivor({ witnesses: { total: 0, answers: [] } })).text).toContain('no witnesses are known');
  });

  it('says where nothing can be recovered', () => {
    expect(ask(aView())).toMatchObject({
      outcome: 'explained',
      text: expect.stringContaining('flux-pg found'),
    });
  });
});

describe('flux-pg recover NODE', () => {
  it('declares silent nodes gone, and says that nothing keeps the recovery back any more', () => {
    const { order, text } = ask(aSurvivor(), ['10.0.0.2', THIRD]);
    expect(order).toEqual({ kind: 'declare-gone', nodeIds: [OTHER, THIRD] });
    expect(text).toContain(`${OTHER} at 10.0.0.2 is gone for good`);
    expect(text).not.toContain('does not count as gone');
  });

  it('says what is still waited for after one of two', () => {
    const { text } = ask(aSurvivor(), [OTHER]);
    expect(text).toContain('The recovery waits:');
    expect(text).toContain(THIRD);
  });

  it('warns of what is lost with the last primary, and where nobody else holds a copy', () => {
    const { text } = ask(aSurvivor(), [OTHER]);
    expect(text).toContain('nobody who answers holds a copy');
    expect(text).not.toContain('last primary');
    const mirror = aMirror({ ...aSurvivor().mirror, lastPrimary: OTHER });
    const other = ask(aSurvivor({ mirror, volume: aVolume(aCopy('77')) }), [OTHER]).text;
    expect(other).toContain(`WARNING: ${OTHER} at 10.0.0.2 was the last primary`);
    expect(other).not.toContain('nobody who answers');
  });

  it('orders nothing in a dry run, and says the same', () => {
    const dry = ask(aSurvivor(), [OTHER], true);
    expect(dry).toMatchObject({ outcome: 'explained', order: null });
    expect(dry.text).toContain(ask(aSurvivor(), [OTHER]).text);
  });

  it('names who else has to be told', () => {
    const peers = [aPeer(aMemberDocument()), aSilentPeer('10.0.0.3', 20 * minutes)];
    expect(ask(aSurvivor({ peers }), [THIRD]).text).toMatch(
      new RegExp(`say the same on:\\n.*${OTHER} at 10.0.0.2`),
    );
  });

  it.each<[string, string, Partial<View>]>([
    ['this node', NODE, {}],
    ['a node that answers', OTHER, { peers: [aPeer(aMemberDocument())] }],
    [
      'a node whose listed address answers without a proof',
      OTHER,
      { peers: [{ address: '10.0.0.2', listed: true, heard: { kind: 'present', detail: 'no proof' } }] },
    ],
    [
      'a node that gave a sign of life half a minute ago',
      OTHER,
      { memory: aMemory({ etcdUnreachableSinceMs: 0, heardAtMs: { [OTHER]: 99.5 * minutes } }) },
    ],
    [
      'a node that another one has just heard',
      OTHER,
      { peers: [aPeer(aMemberDocument({ nodeId: THIRD, address: '10.0.0.3', heard: { [OTHER]: 2 } }))] },
    ],
    ['nobody', 'no-such-node', {}],
  ])('refuses %s, and orders nothing even of those beside it', (_name, nodeId, difference) => {
    expect(ask(aSurvivor(difference), [nodeId])).toMatchObject({ outcome: 'refused', order: null });
    expect(ask(aSurvivor(difference), [nodeId, THIRD])).toMatchObject({ outcome: 'refused', order: null });
    expect(ask(aSurvivor(difference), [nodeId], true)).toMatchObject({ outcome: 'refused', order: null });
  });

  it("takes a stranger's answer at an address that is not listed any more for nobody's", () => {
    const peers: View['peers'] = [
      { address: '10.0.0.2', listed: false, heard: { kind: 'present', detail: 'not found' } },
    ];
    expect(ask(aSurvivor({ peers }), [OTHER]).order).not.toBeNull();
  });

  it('refuses on a node without a cluster', () => {
    expect(ask(aView(), [OTHER])).toMatchObject({ outcome: 'refused', order: null });
  });
});
