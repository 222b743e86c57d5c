import { describe, expect, it } from 'vitest';
import { type Announcement, announcementSchema, promiseDigest, rememberCallers } from './announcement.ts';
import { newNodeState } from './identity/node-state.ts';
import { aJoin, PORTS, THIRD } from './loop/member-builder.ts';
import { OTHER } from './loop/view-builder.ts';

function anAnnouncement(difference: Partial<Announcement> = {}): Announcement {
  return { nodeId: OTHER, address: '10.0.0.2', ports: PORTS, ...difference };
}

describe('the callers', () => {
  it('are known with their Patroni port, and are news once', () => {
    const callers = rememberCallers(() => 5000);
    expect(callers.add(anAnnouncement())).toBe(true);
    expect(callers.add(anAnnouncement())).toBe(false);
    expect(callers.list()).toEqual([{ nodeId: OTHER, address: '10.0.0.2', port: 8008, calledAtMs: 5000 }]);
  });

  it('are news again at another address or port, which replaces the former', () => {
    const callers = rememberCallers(() => 5000);
    callers.add(anAnnouncement());
    expect(callers.add(anAnnouncement({ address: '10.0.0.22' }))).toBe(true);
    const ports = { ...PORTS, patroniApi: 18_008 };
    expect(callers.add(anAnnouncement({ address: '10.0.0.22', ports }))).toBe(true);
    expect(callers.list()).toEqual([{ nodeId: OTHER, address: '10.0.0.22', port: 18_008, calledAtMs: 5000 }]);
  });

  it('are news again when they have promised something, and no longer after that', () => {
    const callers = rememberCallers(() => 5000);
    callers.add(anAnnouncement({ promises: 'before' }));
    expect(callers.add(anAnnouncement({ promises: 'after' }))).toBe(true);
    expect(callers.add(anAnnouncement({ promises: 'after' }))).toBe(false);
  });

  it('are remembered with the time of their last call, which is a sign of life', () => {
    let nowMs = 1000;
    const callers = rememberCallers(() => nowMs);
    callers.add(anAnnouncement());
    nowMs = 9000;
    expect(callers.add(anAnnouncement())).toBe(false);
    expect(callers.list()).toMatchObject([{ nodeId: OTHER, calledAtMs: 9000 }]);
  });

  it('that do not know their address are not kept, and do not replace what is known', () => {
    const callers = rememberCallers(() => 5000);
    callers.add(anAnnouncement());
    expect(callers.add(anAnnouncement({ address: null }))).toBe(false);
    expect(callers.list()).toHaveLength(1);
  });

  it('are bounded: the one that has not called for longest is forgotten', () => {
    const callers = rememberCallers(() => 5000);
    const id = (index: number) => `00000000-0000-4000-8000-${String(index).padStart(12, '0')}`;
    for (let index = 0; index < 110; index += 1) {
      callers.add(anAnnouncement({ nodeId: id(index), address: `10.0.1.${index}` }));
    }
    callers.add(anAnnouncement({ nodeId: id(0), address: '10.0.1.0' }));
    callers.add(anAnnouncement({ nodeId: THIRD, address: '10.0.0.3' }));
    const addresses = callers.list().map(({ address }) => address);
    expect(addresses).toHaveLength(110);
    expect(addresses).not.toContain('10.0.1.1');
    expect(addresses).toContain('10.0.1.0');
  });
});

describe('the digest of the promises', () => {
  it('is the same for the same, and another once a cluster is joined', () => {
    const state = newNodeState(OTHER, 'abcdef01', 0);
    const joined = aJoin({ clusterId: THIRD });
    expect(promiseDigest({ ...state })).toBe(promiseDigest(state));
    expect(promiseDigest({ ...state, founding: joined })).not.toBe(promiseDigest(state));
  });
});

describe('an announcement', () => {
  it.each([
    ['another node id', { nodeId: 'me' }],
    ['a name for an address', { address: 'node.example' }],
    ['no port', { ports: { ...PORTS, patroniApi: 0 } }],
  ])('with %s is refused', (_name, difference) => {
    expect(announcementSchema.safeParse({ ...anAnnouncement(), ...difference }).success).toBe(false);
    expect(announcementSchema.safeParse(anAnnouncement()).success).toBe(true);
  });

  it('may come from IPv6', () => {
    expect(announcementSchema.safeParse(anAnnouncement({ address: '2001:db8::1' })).success).toBe(true);
  });
});
