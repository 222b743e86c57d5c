import { describe, expect, it } from 'vitest';
import type { StatusDocument } from '../status/document.ts';
import {
  aCopy,
  aDocument,
  aMemberDocument,
  aMemberState,
  aMirror,
  aPeer,
  aRecord,
  aRunningPostgres,
  aSilentPeer,
  aVolume,
  processesIn,
  seen,
  THIRD,
  unfinishedClone,
} from './member-builder.ts';
import { freshPeers, memberIds, memberReports, ownReport, postgresOnDisk, reportOf } from './reports.ts';
import type { View } from './view.ts';
import { anEtcdContent, aView, NODE, OTHER } from './view-builder.ts';

const nothing = aDocument().volume.postgres;

/** What a member tells whose volume holds the given things. */
function told(postgres: Partial<StatusDocument['volume']['postgres']>, rest: Partial<StatusDocument> = {}) {
  return aMemberDocument({ volume: { postgres: { ...nothing, ...postgres }, etcd: true }, ...rest });
}

const copyOnDisk = {
  kind: 'copy' as const,
  systemId: '7000',
  timeline: 3,
  walEnd: { timeline: 3, lsn: '0/5000000' },
  controlState: 'in production',
  history: [{ timeline: 1, switchLsn: '0/2000000' }],
};

describe('what a peer says of its volume', () => {
  it('is nothing only where it says so, with a copy in quarantine where it knows of one', () => {
    expect(reportOf(told({ setAside: true }))).toEqual({ kind: 'nothing', setAside: true });
    expect(reportOf(told({ setAside: false }))).toEqual({ kind: 'nothing', setAside: false });
  });

  it('cannot be said of an empty directory that Patroni is at work on', () => {
    const working = (patroni: boolean | null) => reportOf(told({}, { runs: { patroni, etcd: true } }));
    expect(working(true)).toBeNull();
    expect(working(false)).toMatchObject({ kind: 'nothing' });
    expect(working(null)).toMatchObject({ kind: 'nothing' });
  });

  it('may be a copy where it cannot be read', () => {
    expect(reportOf(told({ kind: 'unreadable' }))).toEqual({ kind: 'unreadable' });
  });

  it('is a copy with all that tells how far it is', () => {
    expect(reportOf(told(copyOnDisk, { restored: true }))).toEqual({
      kind: 'copy',
      copy: {
        nodeId: OTHER,
        systemId: '7000',
        walEnd: { timeline: 3, lsn: '0/5000000' },
        controlState: 'in production',
        consistent: true,
        history: [{ timeline: 1, switchLsn: '0/2000000' }],
        unfinished: null,
        restored: true,
        running: null,
      },
    });
  });

  it('is what was cut short, and not a whole copy', () => {
    expect(reportOf(told({ kind: 'unfinished', operation: 'rewind' }))).toMatchObject({
      kind: 'copy',
      copy: { unfinished: 'rewind', walEnd: null },
    });
  });

  it('has a running position only while PostgreSQL runs and tells it', () => {
    const position = (running: Partial<NonNullable<StatusDocument['postgres']>>) => {
      const postgres = { role: 'primary', state: 'running', timeline: 3, lsn: '0/6000000', streaming: false };
      const report = reportOf(told(copyOnDisk, { postgres: { ...postgres, ...running } }));
      return report?.kind === 'copy' ? report.copy.running : undefined;
    };
    expect(position({})).toEqual({ timeline: 3, lsn: '0/6000000', role: 'primary' });
    expect(position({ state: 'starting' })).toBeNull();
    expect(position({ lsn: null })).toBeNull();
    expect(position({ timeline: null })).toBeNull();
  });
});

describe('what this node says of its own volume', () => {
  it.each<[string, View['volume']]>([
    ['nothing', aVolume({ kind: 'absent' })],
    ['nothing beside a copy in quarantine', aVolume({ kind: 'absent' }, { setAside: true })],
    ['a copy', aVolume(aCopy('7000'))],
    ['a cut clone', aVolume(unfinishedClone)],
    ['what cannot be read', aVolume({ kind: 'unreadable', reason: 'EIO', majorVersion: null })],
  ])('is the same as a peer makes of its status: %s', (_, volume) => {
    const view = aView({ state: aMemberState(), volume });
    const document = aMemberDocument({
      nodeId: NODE,
      volume: { postgres: postgresOnDisk(volume), etcd: false },
    });
    expect(ownReport(view)).toEqual(reportOf(document));
  });

  it('has where its running PostgreSQL is', () => {
    const postgres = seen(aRunningPostgres({ lsn: '0/7000000' }));
    expect(ownReport(aView({ volume: aVolume(aCopy('7000')), postgres }))).toMatchObject({
      copy: { running: { timeline: 1, lsn: '0/7000000', role: 'primary' } },
    });
  });

  it('cannot be said while its own Patroni is at work on an empty directory', () => {
    const working = (patroni: 'running' | 'backoff' | 'stopped') =>
      ownReport(aView({ state: aMemberState(), processes: processesIn({ patroni }) }));
    expect(working('running')).toBeNull();
    expect(working('backoff')).toBeNull();
    expect(working('stopped')).toEqual({ kind: 'nothing', setAside: false });
  });

  it('says that it was restored', () => {
    const state = aMemberState({ restored: true });
    expect(ownReport(aView({ state, volume: aVolume(aCopy('7000')) }))).toMatchObject({
      copy: { restored: true },
    });
  });
});

describe('a status', () => {
  const view = (ageMs: number | undefined, lookedAgoMs = 0) =>
    aView({
      state: aMemberState(),
      lookedAtMs: aView().nowMs - lookedAgoMs,
      peers: [aPeer(aMemberDocument(ageMs === undefined ? {} : { ageMs }))],
    });

  it('says something of now for five seconds, its own age and that of the look counted together', () => {
    expect(freshPeers(view(5000))).toHaveLength(1);
    expect(freshPeers(view(5001))).toHaveLength(0);
    expect(freshPeers(view(3000, 2000))).toHaveLength(1);
    expect(freshPeers(view(3000, 2001))).toHaveLength(0);
    expect(freshPeers(view(undefined, 5001))).toHaveLength(0);
  });
});

describe('the reports of the members', () => {
  it('are null of who is silent or says old things, never nothing', () => {
    const records = [aRecord(NODE, '10.0.0.1'), aRecord(OTHER), aRecord(THIRD, '10.0.0.3')];
    const view = aView({
      state: aMemberState(),
      etcd: seen(anEtcdContent({ records })),
      peers: [aSilentPeer('10.0.0.2'), aPeer(told({}, { nodeId: THIRD, ageMs: 60_000 }))],
    });
    expect(memberReports(view)).toEqual([
      { nodeId: NODE, report: { kind: 'nothing', setAside: false } },
      { nodeId: OTHER, report: null },
      { nodeId: THIRD, report: null },
    ]);
  });

  it('are of those in the mirror while etcd cannot be read, and of everyone else who answers', () => {
    const view = aView({
      state: aMemberState(),
      mirror: aMirror({ members: [aRecord(NODE), aRecord(OTHER)] }),
      peers: [aPeer(told(copyOnDisk, { nodeId: THIRD }))],
    });
    expect(memberIds(view)).toEqual([NODE, OTHER]);
    expect(memberReports(view).map(({ nodeId, report }) => [nodeId, report?.kind ?? null])).toEqual([
      [NODE, 'nothing'],
      [OTHER, null],
      [THIRD, 'copy'],
    ]);
  });

  it('always have this node among them', () => {
    expect(memberReports(aView({ state: aMemberState() })).map(({ nodeId }) => nodeId)).toEqual([NODE]);
  });
});
