import fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import { decideEtcdStart } from './decide-etcd-start.ts';
import type { EtcdStartView, EtcdStartWitness } from './etcd-start-view.ts';

const self: EtcdStartView['self'] = {
  nodeId: 'n1',
  clusterId: 'c1',
  epoch: 2,
  seededBy: 'n1',
  intentHeld: false,
  stale: false,
  onlyFenced: false,
  restored: false,
  data: { clusterId: 'c1', epoch: 2, seededBy: 'n1' },
};
const answers = (nodeId: string, epoch = 2, seededBy = 'n1'): EtcdStartWitness => ({
  name: nodeId,
  nodeId,
  answer: { kind: 'authenticated', epoch, seededBy },
});
const silent = (nodeId: string, forMs: number): EtcdStartWitness => ({
  name: nodeId,
  nodeId,
  answer: { kind: 'silent', forMs },
});
const present = (nodeId: string): EtcdStartWitness => ({ name: nodeId, nodeId, answer: { kind: 'present' } });
const start = (voters: readonly string[], others: readonly EtcdStartWitness[]) =>
  decideEtcdStart({ self, voters, others });

describe('one of several voters', () => {
  it.each([
    ['one of two others answers', ['n1', 'n2', 'n3'], [answers('n2'), silent('n3', 0)]],
    ['the other one of two answers', ['n1', 'n2'], [answers('n2')]],
    ['others that answer have an earlier epoch', ['n1', 'n2', 'n3'], [answers('n2', 1)]],
    ['it has no vote itself and a quorum answers', ['n2', 'n3', 'n4'], [answers('n2'), answers('n3')]],
  ])('starts when %s', (_, voters, others) => {
    expect(start(voters, others)).toEqual({ start: true });
  });

  it.each([
    [
      'nobody answers',
      ['n1', 'n2', 'n3'],
      [silent('n2', 99_000_000), silent('n3', 99_000_000)],
      ['n2', 'n3'],
    ],
    ['only others answer', ['n1', 'n2', 'n3'], [answers('n4'), answers('n5')], ['n2', 'n3']],
    ['two of five are there', ['n1', 'n2', 'n3', 'n4', 'n5'], [answers('n2')], ['n3', 'n4', 'n5']],
    ['the same one answers twice', ['n1', 'n2', 'n3', 'n4'], [answers('n2'), answers('n2')], ['n3', 'n4']],
    ['a voter is present but proves nothing', ['n1', 'n2'], [present('n2')], ['n2']],
    ['it has no vote itself', ['n2', 'n3', 'n4'], [answers('n2')], ['n3', 'n4']],
    ['the only voter is another node', ['n2'], [silent('n2', 99_000_000)], ['n2']],
  ])('waits while %s', (_, voters, others, waitingFor) => {
    expect(start(voters, others)).toEqual({ start: false, reason: 'waiting-for-voters', waitingFor });
  });
});

describe('the only voter', () => {
  it.each([
    ['it is alone', []],
    ['every other member answers', [answers('n2'), answers('n3', 1)]],
    ['the others have been silent for 15 s', [silent('n2', 15_000), answers('n3')]],
    ['only itself is listed beside', [present('n1')]],
  ])('starts when %s', (_, others) => {
    expect(start(['n1'], others)).toEqual({ start: true });
  });

  it.each([
    ['another member may yet answer', [silent('n2', 14_999), answers('n3')]],
    ['another member answers what proves nothing', [present('n2')]],
  ])('waits while %s', (_, others) => {
    expect(start(['n1'], others)).toEqual({
      start: false,
      reason: 'waiting-for-members',
      waitingFor: ['n2'],
    });
  });
});

describe('a later epoch', () => {
  it.each([[['n1']], [['n1', 'n2', 'n3']]])('keeps the voters %j from starting', (voters) => {
    expect(start(voters, [answers('n2'), answers('n3', 3)])).toEqual({
      start: false,
      reason: 'higher-epoch-heard',
      waitingFor: ['n3'],
    });
  });
});

describe('whoever else answers', () => {
  const startAs = (difference: Partial<EtcdStartView['self']>) =>
    decideEtcdStart({
      self: { ...self, ...difference },
      voters: ['n1', 'n2', 'n3'],
      others: [answers('n2')],
    });

  it.each<[string, Partial<EtcdStartView['self']>]>([
    ['intent-held', { intentHeld: true }],
    ['stale', { stale: true }],
    ['volume-restored', { restored: true }],
    ['etcd-data-foreign', { data: { clusterId: 'c2', epoch: 2, seededBy: 'n1' } }],
    ['etcd-data-foreign', { data: { clusterId: 'c1', epoch: 1, seededBy: null } }],
    ['etcd-data-foreign', { data: { clusterId: 'c1', epoch: 2, seededBy: 'n3' } }],
  ])('holds etcd back: %s', (reason, difference) => {
    expect(startAs(difference)).toEqual({ start: false, reason, waitingFor: [] });
  });

  it.each<[string, Partial<EtcdStartView['self']>]>([
    ['it was only fenced', { stale: true, onlyFenced: true }],
    ['the volume does not say what its data belongs to', { data: null }],
  ])('starts all the same when %s', (_, difference) => {
    expect(startAs(difference)).toEqual({ start: true });
  });

  it('has no right beside an equal epoch of a seeder that comes after its own', () => {
    const beside = (seededBy: string) =>
      decideEtcdStart({
        self: { ...self, data: null },
        voters: ['n1'],
        others: [answers('n2', 2, seededBy)],
      });
    expect(beside('n2')).toMatchObject({ start: false, reason: 'higher-epoch-heard' });
    expect(beside('n0')).toEqual({ start: true });
  });
});

const id = fc.constantFrom('n1', 'n2', 'n3', 'n4', 'n5', 'n6');
const witness = fc.oneof(
  fc.tuple(id, fc.integer({ min: 1, max: 3 })).map(([node, epoch]) => answers(node, epoch)),
  fc.tuple(id, fc.nat(30_000)).map(([node, forMs]) => silent(node, forMs)),
  id.map(present),
);

describe('whatever is heard', () => {
  it('starts among several voters only with a quorum of them and no later epoch, in any order', () => {
    const voters = fc.uniqueArray(id, { minLength: 2 });
    fc.assert(
      fc.property(voters, fc.array(witness), (known, others) => {
        const verdict = start(known, others);
        expect(start([...known].reverse(), [...others].reverse())).toEqual(verdict);
        if (!verdict.start) return;
        const there = new Set([
          'n1',
          ...others.flatMap(({ nodeId, answer }) => (answer.kind === 'authenticated' ? [nodeId] : [])),
        ]);
        expect(known.filter((voter) => there.has(voter)).length).toBeGreaterThan(known.length / 2);
        expect(others.some(({ answer }) => answer.kind === 'authenticated' && answer.epoch > 2)).toBe(false);
      }),
    );
  });
});
