/** The image whose etcd is tested. */
export function imageFromEnvironment(): string {
  return process.env.FLUX_PG_IMAGE ?? 'flux-pg-cluster:dev';
}
