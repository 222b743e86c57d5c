import { renderTemplate } from './template-engine.ts';

/** Who may connect to PostgreSQL, and from where. */
export interface PgHbaModel {
  /** Streams the write-ahead log and takes base backups. */
  readonly replicationUser: string;
  /** Rewinds a diverged copy. */
  readonly rewindUser: string;
  /** IP addresses of all nodes of the cluster; their order and repetitions make no difference. */
  readonly memberAddresses: readonly string[];
}

/**
 * The lines of `pg_hba.conf`, for {@link PatroniConfigModel.pgHba}. Every role needs its password from everywhere, the
 * node's own socket included; the cluster's internal roles are let in from members and that socket only.
 *
 * @throws RenderError `unsafe_text` for a name that the file cannot carry or an address that is none.
 */
export function renderPgHba(model: PgHbaModel): readonly string[] {
  const text = renderTemplate('pg_hba.conf', {
    replicationUser: model.replicationUser,
    internalUsers: [model.replicationUser, model.rewindUser],
    // Sorted, so that another order is not taken for a change of the file.
    memberAddresses: [...new Set(model.memberAddresses)].sort(),
  });
  return text.split('\n').filter((line) => line !== '');
}
