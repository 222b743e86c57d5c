import fc from 'fast-check';
import { expect, test } from 'vitest';
import { type EngineFacts, planEngine } from './plan-engine.ts';

function facts(changes: Partial<EngineFacts> = {}): EngineFacts {
  return {
    answers: false,
    complaint: 'Cannot connect to the Docker daemon',
    dockerHost: undefined,
    hasClient: true,
    hasDaemon: true,
    isRoot: true,
    canInstall: true,
    ...changes,
  };
}

const anyFacts = fc.record({
  answers: fc.boolean(),
  complaint: fc.constantFrom('permission denied while trying to connect', 'Cannot connect'),
  dockerHost: fc.option(fc.constant('tcp://10.0.0.1:2375'), { nil: undefined }),
  hasClient: fc.boolean(),
  hasDaemon: fc.boolean(),
  isRoot: fc.boolean(),
  canInstall: fc.boolean(),
});

test('an engine that answers is used, whatever else is known', () => {
  fc.assert(
    fc.property(anyFacts, (known) => {
      expect(planEngine({ ...known, answers: true })).toEqual({ kind: 'use' });
    }),
  );
});

test('root starts an engine that is installed', () => {
  expect(planEngine(facts())).toEqual({ kind: 'start' });
});

test('an engine without its client is completed before it is started', () => {
  expect(planEngine(facts({ hasClient: false }))).toEqual({ kind: 'install' });
});

test('nothing is installed or started when DOCKER_HOST names another machine', () => {
  fc.assert(
    fc.property(anyFacts, (known) => {
      const plan = planEngine({ ...known, answers: false, dockerHost: 'tcp://10.0.0.1:2375' });
      expect(plan.kind).toBe('refuse');
    }),
  );
});

test('every refusal says why and what to do', () => {
  fc.assert(
    fc.property(anyFacts, (known) => {
      const plan = planEngine(known);
      if (plan.kind !== 'refuse') return;
      expect(plan.cause).not.toBe('');
      expect(plan.mend).not.toBe('');
    }),
  );
});

test('a user who may not use Docker is told about the group', () => {
  const plan = planEngine(facts({ complaint: 'permission denied', isRoot: false, canInstall: false }));
  expect(plan).toMatchObject({ kind: 'refuse', mend: expect.stringContaining('group docker') });
});
