import { describe, expect, it } from 'vitest';
import { decideUserDataCheck, USER_OBJECT_SQL, USER_SHARED_SQL, type UserDataView } from './user-data.ts';

describe('the question for user objects', () => {
  it.each([
    'pg_class',
    'pg_proc',
    'pg_type',
    'pg_namespace',
    'pg_largeobject_metadata',
    'pg_extension',
    'pg_publication',
  ])('looks into %s', (catalog) => {
    expect(USER_OBJECT_SQL).toContain(`from pg_catalog.${catalog}`);
  });

  it('is one statement that gives one boolean and takes no names from the search path', () => {
    for (const sql of [USER_OBJECT_SQL, USER_SHARED_SQL]) {
      expect(sql).toMatch(/^select\s[\s\S]* as found$/);
      expect(sql).not.toContain(';');
      expect([...sql.matchAll(/\b(?:from|join) (?!pg_catalog\.)\S+/g)]).toEqual([]);
      expect(sql.split('(').length).toBe(sql.split(')').length);
    }
  });

  it('leaves out what initdb and extensions made, everywhere but for large objects, which never are theirs', () => {
    const parts = USER_OBJECT_SQL.split('\n  or ');
    const unfiltered = parts.filter(
      (part) => !part.includes('oid >= 16384') || !part.includes("deptype = 'e'"),
    );
    expect(unfiltered).toEqual(['exists (select from pg_catalog.pg_largeobject_metadata)']);
    expect(parts.filter((part) => part.includes('nspname')).length).toBe(8);
  });

  it('is asked about roles and databases with the own ones left out', () => {
    expect(USER_SHARED_SQL).toContain('rolname <> all ($1::text[])');
    expect(USER_SHARED_SQL).toContain('datname <> all ($2::text[])');
  });
});

describe('the primary’s agent', () => {
  const decide = (difference: Partial<UserDataView> = {}) =>
    decideUserDataCheck({
      nowMs: 50_000,
      userData: false,
      servesAsPrimary: true,
      askedAtMs: null,
      ...difference,
    });

  it.each([
    ['at once', {}],
    ['where the key was never written', { userData: null }],
    ['again after ten seconds', { askedAtMs: 40_000 }],
  ])('asks %s', (_name, difference) => {
    expect(decide(difference)).toEqual({ ask: true, reason: 'user-data-unknown' });
  });

  it.each([
    ['on a replica', { servesAsPrimary: false }, 'not-primary'],
    ['once there was any', { userData: true }, 'user-data-known'],
    ['more often than every ten seconds', { askedAtMs: 40_001 }, 'asked-recently'],
  ])('does not ask %s', (_name, difference, reason) => {
    expect(decide(difference)).toEqual({ ask: false, reason });
  });
});
