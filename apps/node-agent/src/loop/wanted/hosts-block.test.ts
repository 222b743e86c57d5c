import { memberName } from '@flux-pg/etcd-membership';
import fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import { aMemberDocument, aMemberState, aPeer, aRecord, PORTS, seen, THIRD } from '../member-builder.ts';
import { anEtcdContent, anEtcdMember, aView, CLUSTER, NODE, OTHER } from '../view-builder.ts';
import { aGeneratedView } from '../view-generator.ts';
import { hostEntries, memberUrls, ownMemberName } from './hosts-block.ts';

const OWN = memberName(NODE, 'aaaaaaaa');
const OTHERS = memberName(OTHER, 'bbbbbbbb');
const state = aMemberState();

function addressOf(name: string, entries: ReturnType<typeof hostEntries>) {
  return entries.find((entry) => entry.name === name)?.address;
}

describe('the names of etcd’s members', () => {
  it('carry the node’s id and the incarnation of its etcd directory', () => {
    expect(ownMemberName({ state })).toBe(OWN);
  });

  it('are reached at the ports that are mapped on the host', () => {
    expect(memberUrls(OWN, { ...PORTS, etcdPeer: 12_380 })).toEqual({
      peer: `https://${OWN}:12380`,
      client: `https://${OWN}:2379`,
    });
  });

  it('lead to this node itself, and to members at their latest address', () => {
    const etcd = seen(
      anEtcdContent({
        members: [anEtcdMember(OWN), anEtcdMember(OTHERS)],
        records: [aRecord(OTHER, '10.0.0.2')],
      }),
    );
    const entries = hostEntries(aView({ state, etcd }));
    expect(addressOf(OWN, entries)).toBe('127.0.0.1');
    expect(addressOf(OTHERS, entries)).toBe('10.0.0.2');
    const peers = [aPeer(aMemberDocument({ address: '10.0.0.22' }))];
    expect(addressOf(OTHERS, hostEntries(aView({ state, etcd, peers })))).toBe('10.0.0.22');
  });

  it('lead to whoever proves to be at an address, before a record of somebody who was there', () => {
    const former = memberName(THIRD, 'cccccccc');
    const etcd = seen(
      anEtcdContent({
        members: [anEtcdMember(OTHERS), anEtcdMember(former)],
        records: [aRecord(OTHER, '10.0.0.9'), aRecord(THIRD, '10.0.0.2')],
      }),
    );
    const entries = hostEntries(aView({ state, etcd, peers: [aPeer(aMemberDocument())] }));
    expect(addressOf(OTHERS, entries)).toBe('10.0.0.2');
    expect(addressOf(former, entries)).toMatch(/^127\.0\.53\.\d+$/);
  });

  it('never lead to this node’s own address for somebody who was here before', () => {
    const etcd = seen(
      anEtcdContent({ members: [anEtcdMember(OTHERS)], records: [aRecord(OTHER, '10.0.0.1')] }),
    );
    expect(addressOf(OTHERS, hostEntries(aView({ state, etcd })))).toMatch(/^127\.0\.53\.\d+$/);
  });

  it('include those of nodes that want to join, before they are admitted', () => {
    const entries = hostEntries(aView({ state, peers: [aPeer(aMemberDocument())] }));
    expect(addressOf(OTHERS, entries)).toBe('10.0.0.2');
  });

  it('of an etcd that has been replaced lead nowhere', () => {
    const older = memberName(OTHER, 'dddddddd');
    const etcd = seen(anEtcdContent({ members: [anEtcdMember(older)], records: [aRecord(OTHER)] }));
    const entries = hostEntries(aView({ state, etcd, peers: [aPeer(aMemberDocument())] }));
    expect(addressOf(older, entries)).toMatch(/^127\.0\.53\.\d+$/);
    expect(addressOf(OTHERS, entries)).toBe('10.0.0.2');
  });

  it('come from the mirror while etcd does not answer', () => {
    const mirror = {
      version: 1 as const,
      clusterId: CLUSTER,
      epoch: 1,
      members: [aRecord(OTHER)],
      voters: [OWN, OTHERS, memberName(THIRD, 'cccccccc')],
      lastPrimary: null,
      initialize: null,
      history: null,
      config: null,
    };
    const entries = hostEntries(aView({ state, mirror }));
    expect(addressOf(OTHERS, entries)).toBe('10.0.0.2');
    expect(addressOf(memberName(THIRD, 'cccccccc'), entries)).toMatch(/^127\.0\.53\.\d+$/);
  });

  it('never share an address, whatever a node sees', () => {
    fc.assert(
      fc.property(aGeneratedView(), (view) => {
        const entries = hostEntries(view);
        expect(new Set(entries.map(({ address }) => address)).size).toBe(entries.length);
        expect(addressOf(ownMemberName(view), entries)).toBe('127.0.0.1');
      }),
      { numRuns: 300 },
    );
  });
});
