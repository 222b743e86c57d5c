import { z } from 'zod';

const port = z.int().min(1).max(65_535);

/** Ports as the other nodes reach them. */
export const portsSchema = z.object({ postgres: port, patroniApi: port, etcdClient: port, etcdPeer: port });

/** The etcd key of one member: its identity and where it was last reached. */
export const memberRecordSchema = z.object({
  nodeId: z.uuid(),
  address: z.union([z.ipv4(), z.ipv6()]),
  ports: portsSchema,
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
    memberPrefix: `${root}/members/`,
    member: (nodeId: string) => `${root}/members/${nodeId}`,
    patroniRoot: `/service/${appName}/`,
  };
}

/** The key `cluster`: written once by the founder. */
export const clusterKeySchema = z.object({
  id: z.uuid(),
  epoch: z.int().positive(),
  superuser: z.string(),
  foundedAtMs: z.int(),
});

/** What the cluster agreed on when it was founded. */
export type ClusterKey = z.infer<typeof clusterKeySchema>;
