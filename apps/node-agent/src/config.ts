import { maxAnswerGap } from '@flux-pg/etcd-membership';
import type { z } from 'zod';
import { type Variables, variablesSchema } from './configuration/variables.ts';

/** Heartbeat and election of etcd: ten heartbeats of 300 ms, long enough for nodes on different continents. */
export const ETCD_HEARTBEAT_MS = 300;
export const ETCD_ELECTION_MS = 3000;
/** While the founder's etcd is alone it waits for nobody, and elects itself after at most its own election timeout. */
export const ETCD_FOUNDING_HEARTBEAT_MS = 100;
export const ETCD_FOUNDING_ELECTION_MS = 1000;

/** Ports of one node as the others reach it. */
export interface NodePorts {
  readonly postgres: number;
  readonly patroniApi: number;
  readonly etcdClient: number;
  readonly etcdPeer: number;
}

/** What the environment asks for, checked as a whole. Durations are in milliseconds unless the name says otherwise. */
export interface Config {
  readonly appName: string;
  /** Ports inside the container. */
  readonly ports: NodePorts;
  /** Ports that Flux maps to them on the host, the same on every instance. */
  readonly hostPorts: NodePorts;
  readonly superuser: { readonly name: string; readonly password: string };
  readonly replicationPassword: string;
  readonly database: string;
  /** The passphrase, or the replication password where none is set. */
  readonly clusterSecret: string;
  readonly certificateValidityDays: number;
  /** A private Flux API; it then stands for all sources of discovery. */
  readonly fluxApiUrl: string | null;
  readonly nodeIp: string | null;
  readonly fluxNodeHostIp: string | null;
  readonly clusterSize: number | null;
  readonly listingIntervalMs: number;
  readonly patroni: {
    readonly ttlSeconds: number;
    readonly loopWaitSeconds: number;
    readonly retryTimeoutSeconds: number;
    readonly synchronousMode: Variables['SYNCHRONOUS_MODE'];
  };
  readonly maxVoters: number;
  readonly formationTimeoutMs: number;
  readonly absenceGraceMs: number;
  readonly absenceTimeoutMs: number;
  /** How long a node may be neither listed nor in contact before it stops serving. */
  readonly fenceAfterMs: number;
  /** How long a listed silent node blocks a recovery; null for as long as it is listed. */
  readonly absenceTimeoutRecoveryMs: number | null;
  readonly allowUnmounted: boolean;
}

/** One thing that is wrong with the environment, and its mend. */
export interface ConfigProblem {
  readonly variable: string;
  readonly problem: string;
}

/** Either a usable configuration with its warnings, or every problem at once. */
export type ParsedConfig =
  | { readonly ok: true; readonly config: Config; readonly warnings: readonly ConfigProblem[] }
  | { readonly ok: false; readonly problems: readonly ConfigProblem[] };

/** A form sends an empty text for a field that was left out, so an empty variable counts as unset. */
function withoutEmpty(environment: Readonly<Record<string, string | undefined>>): Record<string, string> {
  return Object.fromEntries(
    Object.entries(environment).flatMap(([name, value]) =>
      value === undefined || value.trim() === '' ? [] : [[name, value]],
    ),
  );
}

function problemOf(issue: z.core.$ZodIssue): ConfigProblem {
  return { variable: issue.path.map(String).join('.'), problem: issue.message };
}

const localPorts = ['POSTGRES_PORT', 'PATRONI_API_PORT', 'ETCD_CLIENT_PORT', 'ETCD_PEER_PORT'] as const;
const hostPorts = [
  'HOST_POSTGRES_PORT',
  'HOST_PATRONI_API_PORT',
  'HOST_ETCD_CLIENT_PORT',
  'HOST_ETCD_PEER_PORT',
] as const;

/** Ports inside the container that belong to the router and to Patroni itself, see `docker/Dockerfile`. */
export const ROUTER_READ_WRITE_PORT = 5433;
export const ROUTER_READ_ONLY_PORT = 5434;
export const ROUTER_ETCD_PORT = 2378;
export const PATRONI_LOOPBACK_PORT = 18_008;
const reservedPorts = [
  ROUTER_READ_WRITE_PORT,
  ROUTER_READ_ONLY_PORT,
  ROUTER_ETCD_PORT,
  PATRONI_LOOPBACK_PORT,
];

function portProblems(variables: Variables): ConfigProblem[] {
  const problems: ConfigProblem[] = [];
  for (const group of [localPorts, hostPorts]) {
    for (const [index, variable] of group.entries()) {
      const twin = group.slice(0, index).find((other) => variables[other] === variables[variable]);
      if (twin !== undefined) {
        problems.push({
          variable,
          problem: `is ${variables[variable]}, as ${twin} is; give each its own port`,
        });
      }
    }
  }
  for (const variable of localPorts) {
    if (reservedPorts.includes(variables[variable])) {
      problems.push({ variable, problem: `must not be ${variables[variable]}, which the router uses` });
    }
  }
  return problems;
}

/** A node that listings reach more seldom than this would fence itself between two of them. */
function fencingProblems(variables: Variables): ConfigProblem[] {
  const gapMs = maxAnswerGap(variables.UPDATE_INTERVAL_SECONDS * 1000, variables.ABSENCE_GRACE * 1000);
  if (variables.FENCE_AFTER * 1000 >= gapMs) return [];
  return [
    {
      variable: 'FENCE_AFTER',
      problem: `is ${variables.FENCE_AFTER}, too short for the interval at which Flux is asked; set it to at least ${Math.ceil(gapMs / 1000)}`,
    },
  ];
}

function timingProblems(variables: Variables): ConfigProblem[] {
  const { PATRONI_TTL: ttl, PATRONI_LOOP_WAIT: loopWait, PATRONI_RETRY_TIMEOUT: retry } = variables;
  const problems: ConfigProblem[] = [];
  if (loopWait + 2 * retry > ttl) {
    problems.push({
      variable: 'PATRONI_TTL',
      problem: `is ${ttl}, but PATRONI_LOOP_WAIT + 2 × PATRONI_RETRY_TIMEOUT is ${loopWait + 2 * retry}; raise it to at least that`,
    });
  }
  if (retry * 1000 < 4 * ETCD_ELECTION_MS) {
    problems.push({
      variable: 'PATRONI_RETRY_TIMEOUT',
      problem: `is ${retry}, shorter than four elections of etcd; set it to at least ${(4 * ETCD_ELECTION_MS) / 1000}`,
    });
  }
  return problems;
}

/** Roles that Patroni creates for its own use. */
export const REPLICATION_ROLE = 'replicator';
export const REWIND_ROLE = 'rewind_user';
const ownRoles = [REPLICATION_ROLE, REWIND_ROLE];

function accessProblems(variables: Variables): ConfigProblem[] {
  const problems: ConfigProblem[] = [];
  if (variables.SSL_ENABLED) {
    problems.push({
      variable: 'SSL_ENABLED',
      problem:
        'is true, which this version does not support yet; set it to false (etcd uses mutual TLS all the same)',
    });
    if (variables.SSL_PASSPHRASE === undefined) {
      problems.push({ variable: 'SSL_PASSPHRASE', problem: 'is missing, and SSL_ENABLED=true requires it' });
    }
  }
  if (ownRoles.includes(variables.POSTGRES_USER) || variables.POSTGRES_USER.startsWith('pg_')) {
    problems.push({
      variable: 'POSTGRES_USER',
      problem: `must not be ${variables.POSTGRES_USER}, a role of the cluster's or of PostgreSQL's own; choose another name`,
    });
  }
  return problems;
}

function warningsOf(variables: Variables): ConfigProblem[] {
  const secret = variables.SSL_PASSPHRASE ?? variables.POSTGRES_REPLICATION_PASSWORD;
  const variable =
    variables.SSL_PASSPHRASE === undefined ? 'POSTGRES_REPLICATION_PASSWORD' : 'SSL_PASSPHRASE';
  const warnings: ConfigProblem[] = [];
  if (variables.SSL_PASSPHRASE === undefined) {
    warnings.push({
      variable: 'SSL_PASSPHRASE',
      problem: 'is not set: the replication password is the cluster secret',
    });
  }
  if (secret.length < 16) {
    warnings.push({
      variable,
      problem: 'has fewer than 16 characters; all keys of the cluster derive from it',
    });
  }
  return warnings;
}

function toConfig(variables: Variables): Config {
  return {
    appName: variables.APP_NAME ?? variables.FLUX_APP_NAME ?? 'myapp-postgres',
    ports: {
      postgres: variables.POSTGRES_PORT,
      patroniApi: variables.PATRONI_API_PORT,
      etcdClient: variables.ETCD_CLIENT_PORT,
      etcdPeer: variables.ETCD_PEER_PORT,
    },
    hostPorts: {
      postgres: variables.HOST_POSTGRES_PORT,
      patroniApi: variables.HOST_PATRONI_API_PORT,
      etcdClient: variables.HOST_ETCD_CLIENT_PORT,
      etcdPeer: variables.HOST_ETCD_PEER_PORT,
    },
    superuser: { name: variables.POSTGRES_USER, password: variables.POSTGRES_SUPERUSER_PASSWORD },
    replicationPassword: variables.POSTGRES_REPLICATION_PASSWORD,
    database: variables.POSTGRES_DB,
    clusterSecret: variables.SSL_PASSPHRASE ?? variables.POSTGRES_REPLICATION_PASSWORD,
    certificateValidityDays: variables.SSL_CERT_VALIDITY_DAYS,
    fluxApiUrl: variables.FLUX_API_URL ?? null,
    nodeIp: variables.NODE_IP ?? null,
    fluxNodeHostIp: variables.FLUX_NODE_HOST_IP ?? null,
    clusterSize: variables.CLUSTER_SIZE ?? null,
    listingIntervalMs: variables.UPDATE_INTERVAL_SECONDS * 1000,
    patroni: {
      ttlSeconds: variables.PATRONI_TTL,
      loopWaitSeconds: variables.PATRONI_LOOP_WAIT,
      retryTimeoutSeconds: variables.PATRONI_RETRY_TIMEOUT,
      synchronousMode: variables.SYNCHRONOUS_MODE,
    },
    maxVoters: variables.ETCD_MAX_VOTERS,
    formationTimeoutMs: variables.FORMATION_TIMEOUT * 1000,
    absenceGraceMs: variables.ABSENCE_GRACE * 1000,
    absenceTimeoutMs: variables.ABSENCE_TIMEOUT * 1000,
    fenceAfterMs: variables.FENCE_AFTER * 1000,
    absenceTimeoutRecoveryMs:
      variables.ABSENCE_TIMEOUT_RECOVERY === 0 ? null : variables.ABSENCE_TIMEOUT_RECOVERY * 1000,
    allowUnmounted: variables.FLUX_PG_ALLOW_UNMOUNTED,
  };
}

/**
 * Reads the environment. Problems of single variables and contradictions between them are reported together;
 * contradictions are judged on the defaults where a variable could not be read at all.
 */
export function parseConfig(environment: Readonly<Record<string, string | undefined>>): ParsedConfig {
  const given = withoutEmpty(environment);
  const parsed = variablesSchema.safeParse(given);
  const problems = parsed.success ? [] : parsed.error.issues.map(problemOf);
  const broken = new Set(problems.map(({ variable }) => variable));
  const readable = Object.fromEntries(Object.entries(given).filter(([name]) => !broken.has(name)));
  const rest = variablesSchema.safeParse({
    POSTGRES_SUPERUSER_PASSWORD: '-',
    POSTGRES_REPLICATION_PASSWORD: '-',
    ...readable,
  });
  if (rest.success) {
    problems.push(
      ...portProblems(rest.data),
      ...timingProblems(rest.data),
      ...fencingProblems(rest.data),
      ...accessProblems(rest.data),
    );
  }
  if (!parsed.success || problems.length > 0) return { ok: false, problems };
  return { ok: true, config: toConfig(parsed.data), warnings: warningsOf(parsed.data) };
}

/** The one place where the process environment is read. */
export function readConfig(): ParsedConfig {
  return parseConfig(process.env);
}

/** What the image says about itself. */
export const image = {
  postgresMajor: Number(process.env.PG_MAJOR ?? 17),
  version: process.env.FLUX_PG_VERSION ?? 'development',
} as const;
