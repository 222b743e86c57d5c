import { z } from 'zod';

const port = z.int().min(1).max(65_535);

/** Ports as the other nodes reach them. */
export const portsSchema = z.object({ postgres: port, patroniApi: port, etcdClient: port, etcdPeer: port });

/** The id of one start on a volume: its number and a random text. */
export const startIdSchema = z.string().regex(/^\d{1,15}-[0-9a-f]{8}$/);

/** The etcd key of one member: its identity and where it was last reached. */
export const memberRecordSchema = z.object({
  nodeId: z.uuid(),
  address: z.union([z.ipv4(), z.ipv6()]),
  ports: portsSchema,
  /** Of the start that last wrote the record: a volume whose list lacks it is an older one, put back. */
  startId: startIdSchema.optional(),
});

/** A member as etcd and the mirror know it. */
export type MemberRecord = z.infer<typeof memberRecordSchema>;

/** Keys of the agent in etcd. They live beside Patroni's `/service/APP/`. */
export function clusterKeys(appName: string) {
  const root = `/flux-pg/${appName}`;
  return {
    root: `${root}/`,
    cluster: `${root}/cluster`,
    bootstrap: `${root}/bootstrap`,
    provisioned: `${root}/provisioned`,
    userData: `${root}/user-data`,
    witnesses: `${root}/witnesses`,
    memberPrefix: `${root}/members/`,
    member: (nodeId: string) => `${root}/members/${nodeId}`,
    formerVoterPrefix: `${root}/former-voters/`,
    formerVoter: (nodeId: string) => `${root}/former-voters/${nodeId}`,
    copyPrefix: `${root}/copies/`,
    copy: (nodeId: string) => `${root}/copies/${nodeId}`,
    patroniRoot: `/service/${appName}/`,
  };
}

/** The key `cluster`: written once by the founder, and by the seeder of each later epoch in its new etcd. */
export const clusterKeySchema = z.object({
  id: z.uuid(),
  epoch: z.int().positive(),
  /** The seeder of the epoch; null for the one that the cluster was founded with. */
  seededBy: z.uuid().nullable().default(null),
  superuser: z.string(),
  foundedAtMs: z.int(),
});

/** What the cluster agreed on when it was founded. */
export type ClusterKey = z.infer<typeof clusterKeySchema>;
