import { z } from 'zod';

const trimmed = z.string().trim();

function integer(min: number, max: number, mend: string) {
  return trimmed
    .regex(/^\d+$/, `is not a whole number; ${mend}`)
    .transform(Number)
    .refine((value) => value >= min && value <= max, `must be between ${min} and ${max}; ${mend}`);
}

function port(fallback: number) {
  return integer(1, 65_535, 'set it to a TCP port').default(fallback);
}

function seconds(fallback: number, min: number, max = 86_400) {
  return integer(min, max, 'set it to a number of seconds').default(fallback);
}

const flag = trimmed
  .toLowerCase()
  .pipe(z.enum(['true', 'false', '1', '0', 'yes', 'no', 'on', 'off'], 'must be true or false'))
  .transform((text) => ['true', '1', 'yes', 'on'].includes(text));

/** Passwords are taken as they are: a leading space may be meant. Files of passwords, such as libpq's, are made of lines. */
function secret(what: string) {
  return z
    .string(`is missing; set it to the ${what}, the same on every instance`)
    .refine((text) => !/[\0\r\n]/.test(text), 'must be one line, without a NUL byte');
}

/** PostgreSQL cuts identifiers at 63 bytes, and a cut name would not be the one that was asked for. */
function identifier(fallback: string) {
  return trimmed
    .refine((text) => Buffer.byteLength(text) <= 63, 'is longer than the 63 bytes of a PostgreSQL identifier')
    .default(fallback);
}

const httpUrl = trimmed.refine((text) => {
  const url = URL.parse(text);
  return url !== null && (url.protocol === 'http:' || url.protocol === 'https:');
}, 'is not an http:// or https:// URL; set it like https://api.runonflux.io');

const ipAddress = z.union([z.ipv4(), z.ipv6()], 'is not an IP address; leave it out to have it detected');

/** Flux restricts app names to letters and digits; etcd keys and file names rest on no more than this set. */
const appName = trimmed.regex(
  /^[A-Za-z0-9][A-Za-z0-9_-]{0,62}$/,
  'may hold letters, digits, dashes and underscores, 63 at most',
);

/** The environment as it is documented in the README; every key is a variable's name. */
export const variablesSchema = z.object({
  APP_NAME: appName.optional(),
  FLUX_APP_NAME: appName.optional(),
  HOST_POSTGRES_PORT: port(5432),
  HOST_PATRONI_API_PORT: port(8008),
  HOST_ETCD_CLIENT_PORT: port(2379),
  HOST_ETCD_PEER_PORT: port(2380),
  POSTGRES_PORT: port(5432),
  PATRONI_API_PORT: port(8008),
  ETCD_CLIENT_PORT: port(2379),
  ETCD_PEER_PORT: port(2380),
  POSTGRES_SUPERUSER_PASSWORD: secret("superuser's password"),
  POSTGRES_REPLICATION_PASSWORD: secret("replication role's password"),
  POSTGRES_USER: identifier('postgres'),
  POSTGRES_DB: identifier('postgres'),
  SSL_ENABLED: flag.default(false),
  SSL_PASSPHRASE: secret('passphrase that certificates are derived from').optional(),
  SSL_CERT_VALIDITY_DAYS: integer(1, 36_500, 'set it to a number of days').default(3650),
  FLUX_API_URL: httpUrl.optional(),
  NODE_IP: ipAddress.optional(),
  FLUX_NODE_HOST_IP: ipAddress.optional(),
  CLUSTER_SIZE: integer(1, 100, 'set it to the number of instances').optional(),
  UPDATE_INTERVAL_SECONDS: seconds(60, 1, 3600),
  PATRONI_TTL: seconds(30, 20, 3600),
  PATRONI_LOOP_WAIT: seconds(5, 1, 300),
  PATRONI_RETRY_TIMEOUT: seconds(12, 3, 300),
  SYNCHRONOUS_MODE: trimmed
    .toLowerCase()
    .pipe(z.enum(['off', 'on', 'quorum'], 'must be off, on or quorum'))
    .default('off'),
  ETCD_MAX_VOTERS: integer(1, 7, 'set it to 1, 3, 5 or 7')
    .refine((value) => value % 2 === 1, 'must be odd: an even number of voters survives no more losses')
    .default(5),
  FORMATION_TIMEOUT: seconds(300, 5),
  ABSENCE_GRACE: seconds(300, 5),
  ABSENCE_TIMEOUT: seconds(600, 10),
  FENCE_AFTER: seconds(300, 5),
  ABSENCE_TIMEOUT_RECOVERY: seconds(0, 0).refine(
    (value) => value === 0 || value >= 900,
    'must be 0 (off) or at least 900: a shorter silence is a restart or a partition',
  ),
  FLUX_PG_ALLOW_UNMOUNTED: flag.default(false),
});

/** The parsed environment. */
export type Variables = z.infer<typeof variablesSchema>;
