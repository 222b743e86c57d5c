import { describe, expect, it } from 'vitest';
import { aMemberState, aRecord, seen } from '../member-builder.ts';
import type { EtcdContent, View } from '../view.ts';
import { anEtcdContent, aView, NODE, OTHER } from '../view-builder.ts';
import { mayBootstrap, patroniConfig } from './patroni-config.ts';

const keys = anEtcdContent().patroni;

function aMember(content: Partial<EtcdContent>, difference: Partial<View> = {}): View {
  return aView({ state: aMemberState(), etcd: seen(anEtcdContent(content)), ...difference });
}

function text(view: View): string {
  return patroniConfig(view) ?? '';
}

describe('the right to initialise PostgreSQL', () => {
  it('is the grantee’s alone', () => {
    expect(mayBootstrap(aMember({ bootstrap: NODE }))).toBe(true);
    expect(mayBootstrap(aMember({ bootstrap: OTHER }))).toBe(false);
    expect(mayBootstrap(aMember({ bootstrap: null }))).toBe(false);
  });

  it('is not assumed while etcd does not answer, not even by a founder', () => {
    expect(mayBootstrap(aMember({}, { etcd: { ok: false, error: 'refused' } }))).toBe(false);
  });

  it('lasts until Patroni has told system, config and leader, for it reads the section until then', () => {
    const steps = [
      { ...keys, initialize: '' },
      { ...keys, initialize: '7000' },
      { ...keys, initialize: '7000', config: '{}' },
    ];
    for (const patroni of steps) expect(mayBootstrap(aMember({ bootstrap: NODE, patroni }))).toBe(true);
    const patroni = { ...keys, initialize: '7000', config: '{}', leader: NODE };
    expect(mayBootstrap(aMember({ bootstrap: NODE, patroni }))).toBe(false);
  });

  it('ends for good when the database was provisioned, whatever becomes of Patroni’s keys', () => {
    expect(mayBootstrap(aMember({ bootstrap: NODE, provisioned: true }))).toBe(false);
  });
});

describe('patroni.yml', () => {
  it('has a bootstrap section for the grantee alone', () => {
    expect(text(aMember({ bootstrap: NODE }))).toMatch(/^bootstrap:$/m);
    expect(text(aMember({ bootstrap: OTHER }))).not.toMatch(/bootstrap/);
  });

  it('cannot be written without an own address', () => {
    expect(patroniConfig(aMember({}, { ownAddress: null }))).toBeNull();
  });

  it('follows what the node has of memory, also under the same configuration', () => {
    const view = aMember({});
    const resources = { ...view.facts.resources, memoryBytes: 8 * 1024 ** 3 };
    const grown = text({ ...view, facts: { ...view.facts, resources } });
    expect(grown).not.toBe(text(view));
    expect(text({ ...view })).not.toBe(grown);
  });

  it('uses the superuser that the cluster was founded with', () => {
    const cluster = { id: OTHER, epoch: 1, seededBy: null, superuser: 'founding_user', foundedAtMs: 0 };
    expect(text(aMember({ cluster }))).toContain('username: "founding_user"');
  });

  it('admits replication from every member, and is the same for the same members', () => {
    const records = [aRecord(OTHER, '10.0.0.2'), aRecord(NODE, '10.0.0.1')];
    const view = aMember({ records });
    expect(text(view)).toContain('10.0.0.2/32');
    expect(text(aMember({ records: [...records].reverse() }))).toBe(text(view));
  });
});
