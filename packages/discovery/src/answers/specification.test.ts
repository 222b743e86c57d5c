import fc from 'fast-check';
import { describe, expect, test } from 'vitest';
import { readSpecification } from './specification.ts';

function aSpecification(differences: Readonly<Record<string, unknown>> = {}) {
  return {
    version: 8,
    name: 'MyApp',
    description: 'a database',
    owner: '1Owner',
    instances: 3,
    enterprise: '',
    compose: [
      {
        name: 'postgres',
        repotag: 'example/postgres:latest',
        ports: [15432, 18008],
        containerPorts: [5432, 8008],
        containerData: '/var/lib/postgresql/data',
      },
    ],
    ...differences,
  };
}

describe('readSpecification', () => {
  test('gives the instance count and the port map of each component', () => {
    expect(readSpecification(aSpecification(), 'myapp')).toEqual({
      ok: true,
      value: {
        name: 'MyApp',
        instances: 3,
        version: 8,
        encrypted: false,
        components: [
          {
            name: 'postgres',
            image: 'example/postgres:latest',
            ports: [15432, 18008],
            containerPorts: [5432, 8008],
          },
        ],
      },
    });
  });

  test('an encrypted app still says how many instances it has', () => {
    const reading = readSpecification(aSpecification({ compose: [], enterprise: 'AbCd==' }), 'myapp');
    expect(reading).toMatchObject({ ok: true, value: { encrypted: true, instances: 3, components: [] } });
  });

  test.each([
    ['no instances', { instances: 0 }],
    ['more instances than Flux allows', { instances: 101 }],
    ['half an instance', { instances: 2.5 }],
    ['instances as text', { instances: '3' }],
    ['no instance count', { instances: undefined }],
    ['another app', { name: 'other' }],
    ['a port out of range', { compose: [{ name: 'a', repotag: 'b', ports: [70_000], containerPorts: [1] }] }],
  ])('is refused with %s', (_title, differences) => {
    expect(readSpecification(aSpecification(differences), 'myapp')).toMatchObject({
      ok: false,
      code: 'schema',
    });
  });

  test('keeps what the owner ordered, in the order of the document, and nothing beside it', () => {
    const ports = fc.array(fc.integer({ min: 0, max: 65_535 }), { maxLength: 5 });
    const component = fc.record({
      name: fc.string({ minLength: 1 }),
      repotag: fc.string(),
      ports,
      containerPorts: ports,
    });
    const order = fc.record({
      instances: fc.integer({ min: 1, max: 100 }),
      version: fc.integer({ min: 1, max: 20 }),
      compose: fc.array(component, { maxLength: 4 }),
    });
    fc.assert(
      fc.property(order, fc.dictionary(fc.string(), fc.jsonValue()), (ordered, others) => {
        const reading = readSpecification(
          aSpecification({ ...others, ...ordered, name: 'MYAPP', enterprise: '' }),
          'myapp',
        );
        const components = ordered.compose.map(({ repotag, ...component }) => ({
          ...component,
          image: repotag,
        }));
        const { instances, version } = ordered;
        expect(reading).toEqual({
          ok: true,
          value: { name: 'MYAPP', instances, version, encrypted: false, components },
        });
      }),
    );
  });
});
