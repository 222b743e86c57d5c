import { expect, test } from 'vitest';
import { aPatroniModel } from './model-builders.ts';
import { renderTemplate } from './template-engine.ts';

const view = { replicationUser: 'replicator', internalUsers: ['replicator'], memberAddresses: ['10.0.0.1'] };

test('values and lists are filled in, with the outer values within', () => {
  expect(renderTemplate('pg_hba.conf', view).split('\n').slice(1, 5)).toEqual([
    'local replication "replicator" scram-sha-256',
    'host replication "replicator" 10.0.0.1/32 scram-sha-256',
    'host all "replicator" 10.0.0.1/32 scram-sha-256',
    'host all "replicator" all reject',
  ]);
});

test('a missing value is an error that names the place', () => {
  const { replicationUser, ...rest } = view;
  expect(replicationUser).toBe('replicator');
  expect(() => renderTemplate('pg_hba.conf', rest)).toThrow(expect.objectContaining({ name: 'RenderError' }));
  expect(() => renderTemplate('pg_hba.conf', { ...view, replicationUser: undefined })).toThrow(
    expect.objectContaining({
      code: 'missing_value',
      message: 'pg_hba.conf.hbs line 2: there is no value',
    }),
  );
});

test('a missing list is an error, not an empty list', () => {
  expect(() => renderTemplate('pg_hba.conf', { ...view, memberAddresses: undefined })).toThrow(
    expect.objectContaining({
      code: 'missing_value',
      message: 'pg_hba.conf.hbs line 3: there is no list',
    }),
  );
});

test('a condition that is neither true nor false is an error', () => {
  const endpoints = { restListen: 'a', restConnectAddress: 'b', etcdEndpoint: 'c' };
  expect(() => renderTemplate('patroni.yml', { ...aPatroniModel(), ...endpoints, isFounder: 'yes' })).toThrow(
    expect.objectContaining({
      code: 'missing_value',
      message: expect.stringMatching(/^patroni\.yml\.hbs line \d+: the condition is not true or false$/),
    }),
  );
});
