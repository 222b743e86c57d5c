import { image } from './config.ts';

/** Where things are in the container. The image creates `/run/flux-pg`; Flux mounts the volume. */
export const VOLUME_ROOT = '/var/lib/postgresql/data';
export const PGDATA = `${VOLUME_ROOT}/pgdata`;
export const ETCD_DATA = `${VOLUME_ROOT}/etcd`;
export const RUN_DIRECTORY = '/run/flux-pg';
export const TLS_DIRECTORY = `${RUN_DIRECTORY}/tls`;
export const CONTROL_SOCKET = `${RUN_DIRECTORY}/control.sock`;
export const AGENT_SOCKET = `${RUN_DIRECTORY}/agent.sock`;
export const ROUTER_SOCKET = `${RUN_DIRECTORY}/router.sock`;
export const SUPERVISOR_SOCKET = `${RUN_DIRECTORY}/supervisor.sock`;
export const ROUTER_CONFIG = `${RUN_DIRECTORY}/haproxy.cfg`;
export const ETCD_CONFIG = `${RUN_DIRECTORY}/etcd.yml`;
export const PATRONI_CONFIG = `${RUN_DIRECTORY}/patroni.yml`;
export const HOSTS_FILE = '/etc/hosts';
export const POSTGRES_SOCKET_DIRECTORY = '/var/run/postgresql';
/** Patroni writes it, so it is in the home of PostgreSQL's user. */
export const PGPASS_FILE = '/var/lib/postgresql/.pgpass-patroni';

/** Certificates and keys, readable by root and by the group of the programs that use them. */
export const tlsFiles = {
  ca: `${TLS_DIRECTORY}/ca.crt`,
  certificate: `${TLS_DIRECTORY}/node.crt`,
  key: `${TLS_DIRECTORY}/node.key`,
  /** HAProxy takes certificate and key from one file. */
  pem: `${TLS_DIRECTORY}/node.pem`,
  /** What etcd shows to its peers: a certificate without names, see `@flux-pg/pki`. */
  peerCertificate: `${TLS_DIRECTORY}/peer.crt`,
  peerKey: `${TLS_DIRECTORY}/peer.key`,
} as const;

/** Where the programs of the image's PostgreSQL are. */
export function postgresBinaries(): string {
  return `/usr/lib/postgresql/${image.postgresMajor}/bin`;
}
