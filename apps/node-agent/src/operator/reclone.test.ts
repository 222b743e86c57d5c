import { describe, expect, it } from 'vitest';
import {
  aCopy,
  aMemberDocument,
  aMemberState,
  aPeer,
  aRecord,
  aRunningPostgres,
  aSilentPeer,
  aVolume,
  processesIn,
  seen,
  THIRD,
  unfinishedClone,
} from '../loop/member-builder.ts';
import type { View } from '../loop/view.ts';
import { aMemory, anEtcdContent, aView, NODE, OTHER } from '../loop/view-builder.ts';
import { noReclone } from '../reclone/index.ts';
import { judgeReclone } from './reclone.ts';

const SYSTEM = '7000';
const LEADS_TWO = JSON.stringify([[1, 0x1000000, 'no recovery target specified', '2026-01-01', OTHER]]);

function aLeaderDocument(postgres: Partial<View['postgres']> & { timeline?: number; lsn?: string } = {}) {
  const told = { role: 'primary', state: 'running', timeline: 2, lsn: '0/2000000', streaming: false };
  return aMemberDocument({ postgres: { ...told, ...postgres } });
}

function content(patroni: Partial<ReturnType<typeof anEtcdContent>['patroni']> = {}): View['etcd'] {
  const { patroni: keys, ...rest } = anEtcdContent({ records: [aRecord(NODE, '10.0.0.1'), aRecord(OTHER)] });
  return seen({
    ...rest,
    patroni: { ...keys, initialize: SYSTEM, leader: OTHER, history: LEADS_TWO, ...patroni },
  });
}

/** A node whose copy went on alone on timeline 1, where `OTHER` began timeline 2 before its end. */
function aDiverged(difference: Partial<View> = {}): View {
  return aView({
    state: aMemberState(),
    etcd: content(),
    processes: processesIn({ etcd: 'running', patroni: 'running' }),
    postgres: seen(aRunningPostgres({ role: 'replica', state: 'stopped', timeline: null })),
    volume: aVolume(aCopy(SYSTEM)),
    peers: [aPeer(aLeaderDocument())],
    ...difference,
  });
}

function ask(view: View, dryRun = false) {
  const verdict = judgeReclone(view, { dryRun });
  const lines = verdict.kind === 'answer' ? verdict.answer.lines : verdict.lines;
  const outcome = verdict.kind === 'answer' ? verdict.answer.outcome : 'ordered';
  return { outcome, text: lines.join('\n'), order: verdict.kind === 'order' ? verdict.order : null };
}

describe('flux-pg reclone', () => {
  it('gives up a copy that diverged, names the leader it is said of, and where its own rows begin', () => {
    const { order, text } = ask(aDiverged());
    expect(order).toEqual({ kind: 'give-up-copy', leader: OTHER, timeline: 2 });
    expect(text).toContain('WARNING: rows from 0/1000000 on timeline 1 on may be in this copy ALONE.');
    expect(text).toContain('There is room to keep it');
    expect(text).toContain(`Patroni clones from ${OTHER}`);
  });

  it('orders nothing in a dry run, and says the same', () => {
    const dry = ask(aDiverged(), true);
    expect(dry).toMatchObject({ outcome: 'explained', order: null });
    expect(dry.text).toContain(ask(aDiverged()).text);
  });

  it('warns that the copy is deleted where there is no room, and who is silent', () => {
    const { text } = ask(
      aDiverged({
        volume: aVolume(aCopy(SYSTEM), { freeBytes: 5 * 1024 ** 3 }),
        etcd: seen({
          ...anEtcdContent(),
          ...readOf(content()),
          records: [aRecord(OTHER), aRecord(THIRD, '10.0.0.3')],
        }),
        peers: [aPeer(aLeaderDocument()), aSilentPeer('10.0.0.3')],
      }),
    );
    expect(text).toContain('DELETED once it is moved aside');
    expect(text).toContain(`silent now: ${THIRD}`);
  });

  it('says so where the leader is proven to hold all of it, or nobody can tell', () => {
    const memory = aMemory({ reclone: { ...noReclone, position: { timeline: 1, lsn: '0/1000000' } } });
    expect(ask(aDiverged({ memory })).text).toContain(`${OTHER} is proven to hold all of it`);
    const unreadable = aVolume({ kind: 'unreadable', reason: 'EIO', majorVersion: null });
    expect(ask(aDiverged({ volume: unreadable })).text).toContain('nobody can tell');
  });

  it('keeps a copy that is further than the leader, and warns of it', () => {
    const { outcome, text } = ask(
      aDiverged({ peers: [aPeer(aLeaderDocument({ timeline: 1, lsn: '0/1000000' }))] }),
    );
    expect(outcome).toBe('ordered');
    expect(text).toContain('WARNING: it is FURTHER than the primary');
    expect(text).toContain('kept in quarantine/ until a person deletes it');
  });

  it('is taken once, and then only explained', () => {
    const recloneOrder = { leader: OTHER, timeline: 2, setAside: false };
    const again = ask(aDiverged({ state: aMemberState({ recloneOrder }) }));
    expect(again).toMatchObject({ outcome: 'explained', text: expect.stringContaining('given up already') });
  });

  it('is taken while another node is cloned, and says what it waits for', () => {
    const memory = aMemory({ reclone: { ...noReclone, rivalAtMs: 1_000_000 } });
    const { outcome, text } = ask(aDiverged({ memory }));
    expect(outcome).toBe('ordered');
    expect(text).toContain('other-node-reclones');
  });

  const replica = (difference: Parameters<typeof aRunningPostgres>[0]) =>
    seen(aRunningPostgres({ role: 'replica', ...difference }));
  it.each<readonly [string, Partial<View>]>([
    ['without a cluster', { state: aView().state }],
    [
      'on the holder of the leader key',
      { etcd: content({ leader: NODE }), postgres: seen(aRunningPostgres({ lsn: '0/1' })) },
    ],
    ['where PostgreSQL runs as primary', { postgres: seen(aRunningPostgres()) }],
    ['while no leader key is there', { etcd: content({ leader: null }) }],
    ['while the leader does not prove to serve', { peers: [aPeer(aMemberDocument())] }],
    ['while the leader is silent', { peers: [aSilentPeer('10.0.0.2')] }],
    ['while etcd does not answer', { etcd: { ok: false, error: 'timeout' } }],
    [
      'for a copy further than the leader that there is no room to keep',
      {
        peers: [aPeer(aLeaderDocument({ timeline: 1, lsn: '0/1000000' }))],
        volume: aVolume(aCopy(SYSTEM), { freeBytes: 5 * 1024 ** 3 }),
      },
    ],
    ['for a copy of another system', { volume: aVolume(aCopy('8000')) }],
    ['for a copy that follows', { postgres: replica({ streaming: true }) }],
    ['for a copy that is being made', { postgres: replica({ state: 'creating replica' }) }],
    ['without a copy', { volume: aVolume({ kind: 'absent' }) }],
    ['for what a clone left', { volume: aVolume(unfinishedClone) }],
    ['before data of version 1 is adopted', { volume: aVolume(aCopy(SYSTEM), { atRoot: true }) }],
    ['on a stale node', { state: aMemberState({ stale: { cause: 'fenced', sinceWallMs: 0 } }) }],
    ['while Patroni is paused', { etcd: content({ config: JSON.stringify({ pause: true }) }) }],
    [
      'while commits rest on the copy',
      { etcd: content({ sync: JSON.stringify({ leader: OTHER, sync_standby: NODE }) }) },
    ],
  ])('is refused %s, in a dry run, too', (_, difference) => {
    expect(ask(aDiverged(difference))).toMatchObject({ outcome: 'refused', order: null });
    expect(ask(aDiverged(difference), true)).toMatchObject({ outcome: 'refused', order: null });
  });
});

function readOf(etcd: View['etcd']) {
  return etcd.ok ? etcd.value : {};
}
