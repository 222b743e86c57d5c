import { expect, it } from 'vitest';
import { createRandom } from '../kernel/random.ts';
import { createFluxWorld } from './flux-world.ts';

function aFlux() {
  let nowMs = 0;
  const flux = createFluxWorld({
    nowMs: () => nowMs,
    wallMs: () => nowMs,
    random: createRandom(1),
    witnessCount: 9,
    expectedNodes: 3,
  });
  const addresses = (source = 0, caller = 'n1') => flux.answer(source, caller).map(({ address }) => address);
  return {
    flux,
    addresses,
    pass: (ms: number) => {
      nowMs += ms;
    },
  };
}

it('tells of an instance only after the lag of the source', () => {
  const { flux, addresses, pass } = aFlux();
  flux.register('10.1.0.1');
  expect(addresses()).toEqual([]);
  pass(10_000);
  expect(addresses()).toEqual(['10.1.0.1']);
});

it('answers one caller in a mood that others do not meet', () => {
  const { flux, addresses, pass } = aFlux();
  for (const address of ['10.1.0.1', '10.1.0.2', '10.1.0.3']) flux.register(address);
  pass(10_000);
  flux.setMood(0, 'n1', { kind: 'lying', without: ['10.1.0.2'] });
  expect(addresses()).toEqual(['10.1.0.1', '10.1.0.3']);
  expect(addresses(0, 'n2')).toHaveLength(3);
  expect(addresses(1)).toHaveLength(3);
  flux.setMood('all', 'all', { kind: 'failing' });
  expect(() => addresses(1)).toThrow('HTTP status 500');
  flux.calm();
  expect(addresses()).toHaveLength(3);
});

it('goes on telling what was true while it is stale', () => {
  const { flux, addresses, pass } = aFlux();
  flux.register('10.1.0.1');
  pass(20_000);
  flux.deregister('10.1.0.1');
  flux.setMood(0, 'all', { kind: 'stale', sinceMs: 15_000 });
  pass(100_000);
  expect(addresses()).toEqual(['10.1.0.1']);
  expect(addresses(1)).toEqual([]);
});
