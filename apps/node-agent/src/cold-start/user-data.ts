/** How often the primary's agent asks at most, while there is nothing yet. */
export const USER_DATA_INTERVAL_MS = 10_000;

/** The first oid that is not given to what initdb makes (FirstNormalObjectId), in every database alike. */
const FIRST_USER_OID = 16_384;

/** Schemas that PostgreSQL makes by itself for temporary tables, and keeps. */
const TEMPORARY_SCHEMA = String.raw`n.nspname ~ '^pg_(toast_)?temp_\d+$'`;

/** What an extension brought is its own; the extension itself was wanted by somebody. */
function notOfExtension(catalog: string, alias: string): string {
  return `not exists (select from pg_catalog.pg_depend d
    where d.classid = 'pg_catalog.${catalog}'::regclass and d.objid = ${alias}.oid and d.deptype = 'e')`;
}

function inSchema(catalog: string, schemaColumn: string): string {
  return `exists (select from pg_catalog.${catalog} o join pg_catalog.pg_namespace n on n.oid = o.${schemaColumn}
    where o.oid >= ${FIRST_USER_OID} and not ${TEMPORARY_SCHEMA} and ${notOfExtension(catalog, 'o')})`;
}

function withoutSchema(catalog: string): string {
  return `exists (select from pg_catalog.${catalog} o
    where o.oid >= ${FIRST_USER_OID} and ${notOfExtension(catalog, 'o')})`;
}

/**
 * Asked in every database that takes connections, templates included: whether it holds anything that a user made. One
 * row with one boolean. More kinds than tables count, since what is in doubt must count as a user's: a wrong `true`
 * costs a question to a person, a wrong `false` his data.
 */
export const USER_OBJECT_SQL = `select ${[
  inSchema('pg_class', 'relnamespace'),
  inSchema('pg_proc', 'pronamespace'),
  inSchema('pg_type', 'typnamespace'),
  inSchema('pg_operator', 'oprnamespace'),
  inSchema('pg_collation', 'collnamespace'),
  inSchema('pg_ts_config', 'cfgnamespace'),
  inSchema('pg_ts_dict', 'dictnamespace'),
  `exists (select from pg_catalog.pg_namespace n
    where n.oid >= ${FIRST_USER_OID} and not ${TEMPORARY_SCHEMA} and ${notOfExtension('pg_namespace', 'n')})`,
  `exists (select from pg_catalog.pg_largeobject_metadata)`,
  ...['pg_extension', 'pg_publication', 'pg_event_trigger', 'pg_foreign_data_wrapper', 'pg_language'].map(
    withoutSchema,
  ),
].join('\n  or ')} as found`;

/**
 * Asked once, in any database: whether there are roles, databases, tablespaces or subscriptions beside those that the
 * agent and Patroni make. `$1` are the names of our roles, `$2` those of our databases, both as arrays of text.
 */
export const USER_SHARED_SQL = `select
  exists (select from pg_catalog.pg_roles where oid >= ${FIRST_USER_OID} and rolname <> all ($1::text[]))
  or exists (select from pg_catalog.pg_database where oid >= ${FIRST_USER_OID} and datname <> all ($2::text[]))
  or exists (select from pg_catalog.pg_tablespace where oid >= ${FIRST_USER_OID})
  or exists (select from pg_catalog.pg_subscription) as found`;

/** The databases that {@link USER_OBJECT_SQL} is asked in. */
export const DATABASES_SQL = 'select datname from pg_catalog.pg_database where datallowconn order by oid';

/** What the agent knows before it asks. */
export interface UserDataView {
  readonly nowMs: number;
  /** The key `user_data`; null where it is not written yet. */
  readonly userData: boolean | null;
  /** This node's PostgreSQL runs as primary and this node holds the leader key. */
  readonly servesAsPrimary: boolean;
  /** When it was last asked, whatever came of it; null if not yet. */
  readonly askedAtMs: number | null;
}

/** Why it is asked or not. The codes are stable. */
export type UserDataReason = 'not-primary' | 'user-data-known' | 'asked-recently' | 'user-data-unknown';

/**
 * Whether the primary's agent asks now if there is any user object. Once there was one the key stays true for good: what
 * was dropped may still be wanted back, and a key that went back could be wrong on a primary that is behind. Pure.
 */
export function decideUserDataCheck(view: UserDataView): {
  readonly ask: boolean;
  readonly reason: UserDataReason;
} {
  if (!view.servesAsPrimary) return { ask: false, reason: 'not-primary' };
  if (view.userData === true) return { ask: false, reason: 'user-data-known' };
  if (view.askedAtMs !== null && view.nowMs - view.askedAtMs < USER_DATA_INTERVAL_MS) {
    return { ask: false, reason: 'asked-recently' };
  }
  return { ask: true, reason: 'user-data-unknown' };
}
