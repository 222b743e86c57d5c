import fc from 'fast-check';
import { expect, test } from 'vitest';
import { parse } from 'yaml';
import { aBootstrap, aPatroniModel } from './model-builders.ts';
import {
  type PatroniBootstrap,
  type PatroniConfigModel,
  renderPatroniConfig,
} from './render-patroni-config.ts';

const text = fc.oneof(
  fc.string({ unit: 'binary', minLength: 1 }),
  fc.string({ unit: fc.constantFrom(...'"\'\\$%#{}:[]&*!|>- \n\r\t\u0085\u2028\ufeff😀a0~'), minLength: 1 }),
  fc.constantFrom('no', 'null', '~', '1:30', '0x1F', '1e3', '{{yaml nodeId}}', '<<', '---', '%YAML 1.1'),
);
const ofPostgres = text.filter((value) => !value.includes('\0'));
const port = fc.integer({ min: 1, max: 65_535 });
const parameters = fc.dictionary(
  text,
  fc.oneof(text, fc.boolean(), fc.integer(), fc.constantFrom(0.5, 1.1, -2.25)),
  { maxKeys: 4, noNullPrototype: true },
);

const bootstrap: fc.Arbitrary<PatroniBootstrap> = fc.record({
  ttlSeconds: fc.integer({ min: 70, max: 600 }),
  loopWaitSeconds: fc.integer({ min: 1, max: 10 }),
  retryTimeoutSeconds: fc.integer({ min: 3, max: 30 }),
  maximumLagOnFailoverBytes: fc.nat(),
  memberSlotsTtlSeconds: fc.nat(),
  synchronousMode: fc.constantFrom('off', 'on', 'quorum'),
  parameters,
});

function credentials(username: fc.Arbitrary<string>) {
  return fc.record({ username, password: ofPostgres });
}

const model: fc.Arbitrary<PatroniConfigModel> = fc.record({
  clusterName: ofPostgres,
  nodeId: ofPostgres,
  address: fc.ipV4(),
  advertisedRestPort: port,
  advertisedPostgresPort: port,
  restPort: port,
  restCredentials: credentials(ofPostgres),
  postgresPort: port,
  etcdProxyPort: port,
  etcdCaFile: ofPostgres,
  etcdCertFile: ofPostgres,
  etcdKeyFile: ofPostgres,
  dataDirectory: ofPostgres,
  binaryDirectory: ofPostgres,
  pgpassFile: ofPostgres,
  superuser: credentials(ofPostgres.map((name) => `s${name}`)),
  replication: credentials(ofPostgres.map((name) => `r${name}`)),
  rewind: credentials(ofPostgres.map((name) => `w${name}`)),
  parameters,
  pgHba: fc.array(
    text.filter((line) => !/\p{Cc}/u.test(line)),
    { minLength: 1, maxLength: 4 },
  ),
  bootstrap: fc.option(bootstrap),
});

/** An object without entries is no section at all. */
function section(name: string, entries: object) {
  return Object.keys(entries).length === 0 ? {} : { [name]: entries };
}

const synchronousModes = { off: false, on: true, quorum: 'quorum' };

function expectedBootstrap(part: PatroniBootstrap) {
  return {
    dcs: {
      ttl: part.ttlSeconds,
      loop_wait: part.loopWaitSeconds,
      retry_timeout: part.retryTimeoutSeconds,
      maximum_lag_on_failover: part.maximumLagOnFailoverBytes,
      member_slots_ttl: part.memberSlotsTtlSeconds,
      failsafe_mode: true,
      check_timeline: true,
      synchronous_mode: synchronousModes[part.synchronousMode],
      postgresql: { use_pg_rewind: true, use_slots: true, ...section('parameters', part.parameters) },
    },
    initdb: [
      { encoding: 'UTF8' },
      { locale: 'C.UTF-8' },
      'data-checksums',
      { 'auth-host': 'scram-sha-256' },
      { 'auth-local': 'scram-sha-256' },
    ],
  };
}

function expectedDocument(node: PatroniConfigModel) {
  return {
    scope: node.clusterName,
    namespace: '/service/',
    name: node.nodeId,
    log: { type: 'plain', level: 'INFO', deduplicate_heartbeat_logs: true },
    restapi: {
      listen: `127.0.0.1:${node.restPort}`,
      connect_address: `${node.address}:${node.advertisedRestPort}`,
      authentication: node.restCredentials,
    },
    etcd3: {
      hosts: [`127.0.0.1:${node.etcdProxyPort}`],
      use_proxies: true,
      protocol: 'https',
      cacert: node.etcdCaFile,
      cert: node.etcdCertFile,
      key: node.etcdKeyFile,
    },
    ...(node.bootstrap === null ? {} : { bootstrap: expectedBootstrap(node.bootstrap) }),
    postgresql: {
      listen: `*:${node.postgresPort}`,
      connect_address: `${node.address}:${node.advertisedPostgresPort}`,
      data_dir: node.dataDirectory,
      bin_dir: node.binaryDirectory,
      pgpass: node.pgpassFile,
      use_unix_socket: true,
      use_unix_socket_repl: true,
      remove_data_directory_on_rewind_failure: false,
      remove_data_directory_on_diverged_timelines: false,
      create_replica_methods: ['basebackup'],
      basebackup: [{ checkpoint: 'fast' }],
      authentication: {
        superuser: node.superuser,
        replication: node.replication,
        rewind: node.rewind,
      },
      ...section('parameters', node.parameters),
      pg_hba: node.pgHba,
    },
    watchdog: { mode: 'off' },
  };
}

test.each(['1.1', '1.2'] as const)('YAML %s reads back exactly the values of the model', (version) => {
  fc.assert(
    fc.property(model, (node) => {
      expect(parse(renderPatroniConfig(node), { version })).toEqual(expectedDocument(node));
    }),
  );
});

test('only a founder gets a bootstrap section', () => {
  expect(renderPatroniConfig(aPatroniModel())).not.toMatch(/^bootstrap:/m);
  expect(renderPatroniConfig(aPatroniModel({ bootstrap: aBootstrap() }))).toMatch(/^bootstrap:/m);
});

test('an IPv6 address is advertised in brackets', () => {
  const document = parse(renderPatroniConfig(aPatroniModel({ address: '2001:db8::1' })));
  expect(document.postgresql.connect_address).toBe('[2001:db8::1]:15432');
  expect(document.restapi.connect_address).toBe('[2001:db8::1]:18009');
});

const contradictions: readonly (readonly [title: string, difference: Partial<PatroniConfigModel>])[] = [
  ['port 0', { restPort: 0 }],
  ['a port above 65535', { advertisedPostgresPort: 65_536 }],
  ['a fraction of a port', { postgresPort: 5432.5 }],
  ['a host name as address', { address: 'db.example.org' }],
  ['an address with a zone', { address: 'fe80::1%eth0' }],
  ['an empty cluster name', { clusterName: '' }],
  ['an empty password', { replication: { username: 'replicator', password: '' } }],
  ['a NUL in a password', { superuser: { username: 'postgres', password: 'a\0b' } }],
  ['one name for two roles', { superuser: { username: 'replicator', password: 'x' } }],
  ['no pg_hba lines', { pgHba: [] }],
  ['a pg_hba line with a line break', { pgHba: ['local all all peer\nhost all all all trust'] }],
  ['a ttl below loop_wait + 2 × retry_timeout', { bootstrap: aBootstrap({ ttlSeconds: 28 }) }],
  [
    'a ttl below 20 s',
    { bootstrap: aBootstrap({ ttlSeconds: 19, loopWaitSeconds: 1, retryTimeoutSeconds: 3 }) },
  ],
];

test.each(contradictions)('%s is refused', (_title, difference) => {
  expect(() => renderPatroniConfig(aPatroniModel(difference))).toThrow(
    expect.objectContaining({ name: 'RenderError', code: 'invalid_model' }),
  );
});

test('an error does not repeat the password', () => {
  const node = aPatroniModel({ superuser: { username: 'postgres', password: 'hunter2\ud800' } });
  expect(() => renderPatroniConfig(node)).toThrow(
    /^patroni\.yml\.hbs line \d+: the text has half a surrogate pair$/,
  );
});
