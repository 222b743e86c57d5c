import { readFile } from 'node:fs/promises';
import { z } from 'zod';
import { appNameSchema, instancesSchema } from './instance.ts';
import { MockFluxError } from './mock-flux-error.ts';
import { nodesSchema } from './node.ts';
import { specificationInputSchema } from './specification.ts';

/** What a mock starts with and returns to on reset. */
export const fixtureSchema = z.strictObject({
  description: z.string().optional(),
  nodes: nodesSchema.default([]),
  apps: z.array(
    z.strictObject({
      name: appNameSchema,
      instances: instancesSchema.default([]),
      specification: specificationInputSchema.optional(),
    }),
  ),
});

/** A fixture as it is read. */
export type Fixture = z.infer<typeof fixtureSchema>;

/** Reads a fixture file. Throws {@link MockFluxError} with code `bad-fixture`, naming every problem. */
export async function loadFixture(path: string | URL): Promise<Fixture> {
  const fixture = await readFile(path, 'utf8')
    .then((text) => fixtureSchema.safeParse(JSON.parse(text)))
    .catch((cause: unknown) => {
      throw new MockFluxError('bad-fixture', `fixture ${path} cannot be read: ${cause}`, cause);
    });
  if (fixture.success) return fixture.data;
  throw new MockFluxError(
    'bad-fixture',
    `fixture ${path}:\n${z.prettifyError(fixture.error)}`,
    fixture.error,
  );
}
