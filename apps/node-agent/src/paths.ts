import { image } from './config.ts';

/** Where things are in the container. The image creates `/run/flux-pg`; Flux mounts the volume. */
export const VOLUME_ROOT = '/var/lib/postgresql/data';
export const PGDATA = `${VOLUME_ROOT}/pgdata`;
export const ETCD_DATA = `${VOLUME_ROOT}/etcd`;
export const STATE_DIRECTORY = `${VOLUME_ROOT}/flux-pg`;
export const QUARANTINE = `${VOLUME_ROOT}/quarantine`;
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

/** A program of the image's PostgreSQL. */
export function postgresBinary(name: string): string {
  return `/usr/lib/postgresql/${image.postgresMajor}/bin/${name}`;
}
