import { describe, expect, it } from 'vitest';
import {
  aCopy,
  aMemberDocument,
  aMemberState,
  aPeer,
  aSilentPeer,
  aVolume,
  seen,
} from '../loop/member-builder.ts';
import type { View } from '../loop/view.ts';
import { aMemory, anEtcdContent, aView, NODE, OTHER } from '../loop/view-builder.ts';
import { judgeFound } from './found.ts';

const HOUR_MS = 60 * 60_000;

/** A virgin of three; one listed address has been silent for an hour, and may hold data. */
function aVirgin(difference: Partial<View> = {}): View {
  const instance = {
    address: '10.0.0.9',
    runningSinceMs: null,
    firstListedAtMs: 0,
    lastListedAtMs: 1_000_000,
    listed: true,
    unlistedForMs: 0,
  };
  const field = {
    nowMs: 1_000_000,
    ownAddress: '10.0.0.1',
    size: 3,
    informed: true,
    containsSelf: true,
    instances: { '10.0.0.9': instance },
    shortHandedSinceMs: null,
  };
  return aView({ peers: [aSilentPeer('10.0.0.9', HOUR_MS)], memory: aMemory({ field }), ...difference });
}

/** A member of a cluster whose copies are all lost with their holder. */
function aLoss(difference: Partial<View> = {}, bootstrap = OTHER): View {
  const content = anEtcdContent({ userData: true, bootstrap });
  const { patroni } = content;
  return aView({
    state: aMemberState({ declaredGone: [OTHER] }),
    etcd: seen({
      ...content,
      copyHolders: [{ nodeId: OTHER, address: null }],
      patroni: { ...patroni, initialize: '77' },
    }),
    ...difference,
  });
}

function ask(view: View, addresses: string[] = [], dryRun = false) {
  const verdict = judgeFound(view, { addresses, dryRun });
  return verdict.kind === 'answer'
    ? { outcome: verdict.answer.outcome, text: verdict.answer.lines.join('\n'), order: null }
    : { outcome: 'ordered', text: verdict.lines.join('\n'), order: verdict.order };
}

describe('flux-pg found on a node without a cluster', () => {
  it('says in words what founding waits for, and who is silent', () => {
    const { outcome, text } = ask(aVirgin());
    expect(outcome).toBe('explained');
    expect(text).toContain('It waits: a listed instance does not answer');
    expect(text).toContain('(peer-silent: 10.0.0.9: refused)');
    expect(text).toContain('10.0.0.9: silent for 60 min 0 s');
  });

  it('says so where its own data is in the way', () => {
    const volume = aVolume({ kind: 'unreadable', reason: 'version 14', majorVersion: 14 });
    expect(ask(aVirgin({ volume })).text).toContain('(postgres-data-unreadable: version 14)');
  });

  it('permits a silent address, and says what it does then', () => {
    const { order, text } = ask(aVirgin(), ['10.0.0.9']);
    expect(order).toEqual({ kind: 'permit-founding', addresses: ['10.0.0.9'] });
    expect(text).toContain('10.0.0.9 is dead for good and holds nothing of value');
    expect(text).toContain('It does propose');
  });

  it('only explains in a dry run', () => {
    const dry = ask(aVirgin(), ['10.0.0.9'], true);
    expect(dry).toMatchObject({ outcome: 'explained', order: null });
    expect(dry.text).toContain('It does propose');
  });

  it.each<[string, string, Partial<View>]>([
    ['is no address', 'db.example', {}],
    ['is its own', '10.0.0.1', {}],
    ['nobody has listed', '10.0.0.77', {}],
    ['answers', '10.0.0.2', { peers: [aPeer(aMemberDocument())] }],
    [
      'answers without a proof',
      '10.0.0.2',
      { peers: [{ address: '10.0.0.2', listed: true, heard: { kind: 'present', detail: 'no proof' } }] },
    ],
  ])('refuses an address that %s', (_name, address, difference) => {
    expect(ask(aVirgin(difference), [address])).toMatchObject({ outcome: 'refused', order: null });
    expect(ask(aVirgin(difference), ['10.0.0.9', address])).toMatchObject({
      outcome: 'refused',
      order: null,
    });
  });
});

describe('flux-pg found on a member', () => {
  it('permits an empty beginning where all copies are lost', () => {
    const { order, text } = ask(aLoss());
    expect(text).toContain('data_lost');
    expect(order).toEqual({ kind: 'permit-founding', addresses: [] });
    expect(text).toContain('EMPTY database');
    expect(text).toContain('It does grant-bootstrap');
  });

  // The key `bootstrap` stays with the founder for good, which says nothing of what it may do after the loss.
  it('permits it on the founder, too', () => {
    expect(ask(aLoss({}, NODE)).order).toEqual({ kind: 'permit-founding', addresses: [] });
  });

  it('only explains it in a dry run', () => {
    expect(ask(aLoss(), [], true)).toMatchObject({ outcome: 'explained', order: null });
  });

  it.each<[string, Partial<View>]>([
    ['a copy is here', { volume: aVolume(aCopy('77')) }],
    ['a holder of a copy may return', { state: aMemberState() }],
    ['etcd does not answer', { etcd: { ok: false, error: 'refused' } }],
  ])('permits nothing while %s: a permission would lie in wait for a loss', (_name, difference) => {
    expect(ask(aLoss(difference))).toMatchObject({ outcome: 'explained', order: null });
  });

  it('takes no addresses', () => {
    expect(ask(aLoss(), ['10.0.0.9'])).toMatchObject({ outcome: 'refused', order: null });
  });
});
