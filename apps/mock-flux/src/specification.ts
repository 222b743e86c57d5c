import { componentSchema, specificationSchema } from '@flux-pg/discovery/wire';
import type { z } from 'zod';

const component = componentSchema.loose();

/** A specification of which only `instances` must be given; fields that the real API has beside those are passed on. */
export const specificationInputSchema = specificationSchema
  .extend({ compose: component.array().optional() })
  .partial({ version: true, name: true, enterprise: true })
  .loose();

/** A specification of which only `instances` must be given. */
export type SpecificationInput = z.infer<typeof specificationInputSchema>;

/** The document that the API shows: a version 8 specification with one component, changed by what was given. */
export function specificationDocument(
  name: string,
  hash: string,
  input: SpecificationInput,
): Record<string, unknown> {
  return {
    version: 8,
    name,
    description: 'PostgreSQL cluster',
    owner: '1MockOwnerAddress',
    hash,
    height: 2_200_000,
    expire: 88_000,
    contacts: [],
    geolocation: [],
    nodes: [],
    staticip: false,
    enterprise: '',
    compose: [
      {
        name: 'postgres',
        description: 'PostgreSQL',
        repotag: 'flux-pg-cluster:dev',
        ports: [5432, 8008, 2379, 2380],
        domains: ['', '', '', ''],
        environmentParameters: [],
        commands: [],
        containerPorts: [5432, 8008, 2379, 2380],
        containerData: '/var/lib/postgresql/data',
        cpu: 1,
        ram: 2000,
        hdd: 20,
        repoauth: '',
      },
    ],
    ...input,
  };
}
