/** A container of the local cluster, and its ports on this machine as `docker/docker-compose.yml` publishes them. */
export interface LocalNode {
  readonly service: string;
  readonly container: string;
  readonly ports: {
    readonly postgres: number;
    readonly readWrite: number;
    readonly patroni: number;
    readonly etcd: number;
  };
}

/** The nodes of the local cluster. */
export const localNodes: readonly LocalNode[] = [
  {
    service: 'node1',
    container: 'flux-pg-node1',
    ports: { postgres: 5432, readWrite: 6432, patroni: 8008, etcd: 2379 },
  },
  {
    service: 'node2',
    container: 'flux-pg-node2',
    ports: { postgres: 5433, readWrite: 6433, patroni: 8009, etcd: 2381 },
  },
  {
    service: 'node3',
    container: 'flux-pg-node3',
    ports: { postgres: 5434, readWrite: 6434, patroni: 8010, etcd: 2383 },
  },
];

/** The mock Flux API of the local cluster. */
export const mockFlux = {
  service: 'mock-flux',
  container: 'flux-pg-mock',
  port: 8080,
} as const;

/** Every container with the ports it publishes. */
export const publishedPorts: readonly {
  readonly container: string;
  readonly ports: readonly number[];
}[] = [
  { container: mockFlux.container, ports: [mockFlux.port] },
  ...localNodes.map(({ container, ports }) => ({
    container,
    ports: Object.values(ports),
  })),
];
