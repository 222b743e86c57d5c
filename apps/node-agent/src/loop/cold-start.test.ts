import { describe, expect, it } from 'vitest';
import { coldStart, leaderKey, syncMembers } from './cold-start.ts';
import {
  aCopy,
  aMemberDocument,
  aMemberState,
  aMirror,
  aPeer,
  aRecord,
  aRunningPostgres,
  aSilentPeer,
  aVolume,
  seen,
  THIRD,
} from './member-builder.ts';
import { remember } from './remember.ts';
import type { EtcdContent, View } from './view.ts';
import { anEtcdContent, aView, NODE, OTHER } from './view-builder.ts';

const keys = anEtcdContent().patroni;
const records = [aRecord(NODE, '10.0.0.1'), aRecord(OTHER), aRecord(THIRD, '10.0.0.3')];

/** A member whose etcd answers with the given keys of Patroni. */
function aMember(patroni: Partial<EtcdContent['patroni']>, difference: Partial<View> = {}): View {
  const etcd = seen(anEtcdContent({ records, bootstrap: null, patroni: { ...keys, ...patroni } }));
  return aView({ state: aMemberState(), etcd, ...difference });
}

/** A member that tells of a copy of system 7000 that ends at an LSN. */
function aHolder(nodeId: string, lsn: string, difference: Parameters<typeof aMemberDocument>[0] = {}) {
  const onDisk = aMemberDocument().volume.postgres;
  const postgres = {
    ...onDisk,
    kind: 'copy' as const,
    systemId: '7000',
    timeline: 1,
    walEnd: { timeline: 1, lsn },
    controlState: 'shut down',
  };
  const address = nodeId === OTHER ? '10.0.0.2' : '10.0.0.3';
  return aPeer(aMemberDocument({ nodeId, address, volume: { postgres, etcd: true }, ...difference }));
}

function remembered(view: View): View {
  return { ...view, memory: remember(view) };
}

describe('who may lead while a synchronous mode is on', () => {
  it('is the leader of `/sync` with its standbys', () => {
    const sync = JSON.stringify({ leader: NODE, sync_standby: `${OTHER}, ${THIRD}` });
    expect(syncMembers(aMember({ sync }))).toEqual({ leader: NODE, standbys: [OTHER, THIRD] });
  });

  it.each([null, '', 'no json', '{}', JSON.stringify({ leader: null, sync_standby: null }), '[]'])(
    'is nobody where the key says nothing: %o',
    (sync) => {
      expect(syncMembers(aMember({ sync }))).toEqual({ leader: null, standbys: [] });
    },
  );
});

describe('the leader key', () => {
  it('is none where etcd has none or cannot be read', () => {
    expect(leaderKey(aMember({}))).toBeNull();
    expect(leaderKey(aView({ state: aMemberState() }))).toBeNull();
  });

  it('is proven by a fresh status of its holder that runs as primary', () => {
    const primary = { role: 'primary', state: 'running', timeline: 1, lsn: null, streaming: false };
    const holds = (difference: Parameters<typeof aMemberDocument>[0]) =>
      leaderKey(aMember({ leader: OTHER }, { peers: [aPeer(aMemberDocument(difference))] }))?.runsPrimary;
    expect(holds({ postgres: primary })).toBe(true);
    expect(holds({ postgres: primary, ageMs: 60_000 })).toBe(false);
    expect(holds({ postgres: { ...primary, role: 'replica' } })).toBe(false);
    expect(holds({ postgres: { ...primary, state: 'starting' } })).toBe(false);
    expect(holds({ postgres: null })).toBe(false);
    expect(holds({ nodeId: THIRD, postgres: primary })).toBe(false);
  });

  it('of this node is proven by its own PostgreSQL', () => {
    const own = (difference: Partial<View>) => leaderKey(aMember({ leader: NODE }, difference))?.runsPrimary;
    expect(own({ postgres: seen(aRunningPostgres()) })).toBe(true);
    expect(own({ postgres: seen(aRunningPostgres({ role: 'replica' })) })).toBe(false);
    expect(own({})).toBe(false);
  });
});

describe('the start of PostgreSQL', () => {
  const volume = aVolume(aCopy('7000'));
  const copies = { initialize: '7000' };
  const ahead = [aHolder(OTHER, '0/2000000'), aHolder(THIRD, '0/1000000')];
  const behind = [aHolder(OTHER, '0/1000000'), aHolder(THIRD, '0/1000000')];

  it('is on the furthest copy first after a full stop', () => {
    expect(coldStart(remembered(aMember(copies, { volume, peers: behind })))).toMatchObject({
      start: true,
      reason: 'leads',
    });
    expect(coldStart(remembered(aMember(copies, { volume, peers: ahead })))).toMatchObject({
      start: false,
      reason: 'waiting-for-lead',
      waitingFor: [OTHER],
    });
  });

  it('waits for a member that is silent, and for the last primary by name', () => {
    const peers = [aSilentPeer('10.0.0.2'), aHolder(THIRD, '0/1000000')];
    const waiting = (lastPrimary: string) =>
      coldStart(
        remembered(aMember(copies, { volume, peers, mirror: aMirror({ members: records, lastPrimary }) })),
      );
    expect(waiting(THIRD)).toMatchObject({
      start: false,
      reason: 'waiting-for-members',
      waitingFor: [OTHER],
    });
    expect(waiting(OTHER)).toMatchObject({ start: false, waitingFor: [OTHER] });
  });

  it('is at once where somebody proves to lead', () => {
    const leading = aHolder(OTHER, '0/2000000', {
      postgres: { role: 'primary', state: 'running', timeline: 1, lsn: '0/2000000', streaming: false },
    });
    const view = remembered(aMember({ ...copies, leader: OTHER }, { volume, peers: [leading] }));
    expect(coldStart(view)).toMatchObject({ start: true, reason: 'key-held' });
  });

  it('is not for a ghost of the key that nobody proves to hold', () => {
    const view = remembered(aMember({ ...copies, leader: OTHER }, { volume, peers: ahead }));
    expect(coldStart(view)).toMatchObject({ start: false, reason: 'waiting-for-lead' });
  });

  it('is left to Patroni where synchronous standbys are recorded', () => {
    const sync = JSON.stringify({ leader: OTHER, sync_standby: THIRD });
    expect(coldStart(remembered(aMember({ ...copies, sync }, { volume, peers: ahead })))).toMatchObject({
      start: true,
      reason: 'sync-protects',
    });
  });

  it('is not protected by a key that names its leader alone', () => {
    const sync = JSON.stringify({ leader: OTHER, sync_standby: OTHER });
    expect(coldStart(remembered(aMember({ ...copies, sync }, { volume, peers: ahead }))).reason).toBe(
      'waiting-for-lead',
    );
  });

  it('on an empty volume is for the grantee of a cluster that was never initialised', () => {
    const empty = (bootstrap: string, initialize: string | null, peers: View['peers'] = []) => {
      const etcd = seen(anEtcdContent({ records, bootstrap, patroni: { ...keys, initialize } }));
      return coldStart(remembered(aView({ state: aMemberState(), etcd, peers }))).reason;
    };
    expect(empty(NODE, null)).toBe('bootstrap-granted');
    expect(empty(NODE, '')).toBe('bootstrap-granted');
    expect(empty(OTHER, null)).toBe('waiting-for-leader');
    expect(empty(NODE, '7000')).toBe('waiting-for-leader');
    expect(empty(NODE, null, ahead)).toBe('copy-exists');
  });

  it('is held while etcd cannot be read', () => {
    expect(coldStart(remembered(aView({ state: aMemberState(), volume })))).toMatchObject({
      start: false,
      reason: 'etcd-unreachable',
    });
  });
});
