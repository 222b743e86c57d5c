export { renderDynamicConfig } from './render-dynamic-config.ts';
export { RenderError, type RenderErrorCode } from './render-error.ts';
export { type EtcdClusterMember, type EtcdConfigModel, renderEtcdConfig } from './render-etcd-config.ts';
export {
  type Credentials,
  type PatroniBootstrap,
  type PatroniConfigModel,
  type PostgresParameters,
  renderPatroniConfig,
} from './render-patroni-config.ts';
export { type PgHbaModel, renderPgHba } from './render-pg-hba.ts';
export { type RouterConfigModel, renderRouterConfig } from './render-router-config.ts';
