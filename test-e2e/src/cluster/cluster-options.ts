/** Docker kills after this, as Flux does. */
export const STOP_TIMEOUT_SECONDS = 10;
/** The container-data path of the image. */
export const VOLUME_PATH = '/var/lib/postgresql/data';

/** A usual size of the component on Flux; without a limit, each node would take the whole machine for its own. */
export const NODE_MEMORY_GIB = 2;

/** Ports of every node, inside the container and as the host reaches them. */
export const ports = {
  postgres: 5432,
  readWrite: 5433,
  readOnly: 5434,
} as const;

/** What a test says about its cluster; everything has a default. */
export interface ClusterOptions {
  /** Nodes that are created and listed at once. */
  readonly nodes?: number;
  readonly user?: string;
  readonly database?: string;
  readonly superuserPassword?: string;
  readonly replicationPassword?: string;
  /** More variables of the image; an empty text unsets one. */
  readonly environment?: Readonly<Record<string, string>>;
}

/** Who the superuser is, and where its data. */
export interface Credentials {
  readonly user: string;
  readonly database: string;
  readonly password: string;
}

export const APP_NAME = 'e2epostgres';

/** The environment of every node. */
export function nodeEnvironment(options: ClusterOptions, fluxApiUrl: string): Record<string, string> {
  const { password, user, database } = credentialsOf(options);
  return {
    APP_NAME,
    FLUX_API_URL: fluxApiUrl,
    POSTGRES_USER: user,
    POSTGRES_DB: database,
    POSTGRES_SUPERUSER_PASSWORD: password,
    POSTGRES_REPLICATION_PASSWORD: options.replicationPassword ?? 'a replication password for tests',
    ...options.environment,
  };
}

/** The login that the options lead to. */
export function credentialsOf(options: ClusterOptions): Credentials {
  return {
    user: options.user ?? 'postgres',
    database: options.database ?? 'postgres',
    password: options.superuserPassword ?? 'a superuser password for tests',
  };
}
