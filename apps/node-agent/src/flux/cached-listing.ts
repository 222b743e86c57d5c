import { z } from 'zod';

/** The listing as it is cached on the volume: a founded node can start from it while the API is away. */
export const cachedListingSchema = z.object({
  instances: z.array(
    z.object({
      address: z.union([z.ipv4(), z.ipv6()]),
      runningSinceMs: z.number().nullable(),
      apiPort: z.int().min(1).max(65_535).optional(),
    }),
  ),
  expectedNodes: z.int().positive().nullable(),
});

/** What stands in that file. */
export type CachedListing = z.infer<typeof cachedListingSchema>;
