import { describe, expect, it } from 'vitest';
import { type ClusterState, emptyCluster } from './cluster-state.ts';
import { isHealthiest, type PeerReading, type Race } from './race.ts';

const peer = (nodeId: string, lsn: number, inRecovery = true): PeerReading => ({
  nodeId,
  lsn,
  inRecovery,
  timeline: 1,
});

function race(change: Partial<Race>, cluster: Partial<ClusterState> = {}): boolean {
  return isHealthiest({
    nodeId: 'a',
    own: { lsn: 1000, timeline: 1 },
    synchronousMode: 'off',
    readings: [],
    checkLag: true,
    ...change,
    cluster: { ...emptyCluster, ...cluster },
  });
}

const sync = (leader: string, voters: readonly string[], quorum: number) => ({
  sync: { leader, voters, quorum, revision: 1 },
});

describe('isHealthiest', () => {
  it('stands down for who is ahead, not for who is equal or behind', () => {
    expect(race({ readings: [peer('b', 1001)] })).toBe(false);
    expect(race({ readings: [peer('b', 1000), peer('c', 1)] })).toBe(true);
  });

  it('stands down for a running primary, wherever that is', () => {
    expect(race({ readings: [peer('b', 1, false)] })).toBe(false);
  });

  it('stands down beyond 1 MiB of lag, except in a manual failover', () => {
    const far = { lastLsn: 1000 + 1024 * 1024 + 1 };
    expect(race({}, far)).toBe(false);
    expect(race({ checkLag: false }, far)).toBe(true);
    expect(race({}, { lastLsn: 1000 + 1024 * 1024 })).toBe(true);
  });

  it('stands down on a timeline before the last in /history', () => {
    expect(race({}, { timeline: 2 })).toBe(false);
    expect(race({ own: { lsn: 1000, timeline: 2 } }, { timeline: 2 })).toBe(true);
  });

  it('compares positions and not timelines: a longer old timeline holds back a newer one', () => {
    expect(race({ own: { lsn: 1000, timeline: 2 }, readings: [peer('b', 1001)] }, { timeline: 2 })).toBe(
      false,
    );
  });

  it('ignores in a synchronous mode what only the former leader has', () => {
    const readings = [peer('l', 2000)];
    expect(race({ synchronousMode: 'on', readings }, sync('l', ['a'], 0))).toBe(true);
    expect(race({ synchronousMode: 'on', readings: [peer('b', 2000)] }, sync('l', ['a', 'b'], 0))).toBe(
      false,
    );
  });

  it('needs the votes that /sync asks for in quorum mode', () => {
    const voters = sync('l', ['a', 'b'], 1);
    expect(race({ synchronousMode: 'quorum' }, voters)).toBe(false);
    expect(race({ synchronousMode: 'quorum', readings: [peer('b', 1000)] }, voters)).toBe(true);
    expect(race({ synchronousMode: 'quorum', readings: [peer('x', 1000)] }, voters)).toBe(false);
    expect(race({ synchronousMode: 'quorum', nodeId: 'x', readings: [peer('b', 1000)] }, voters)).toBe(false);
  });
});
