import fc from 'fast-check';
import { expect, test } from 'vitest';
import { parse } from 'yaml';
import { anEtcdModel } from './model-builders.ts';
import { type EtcdConfigModel, renderEtcdConfig } from './render-etcd-config.ts';

const text = fc.string({ unit: 'binary', minLength: 1 }).filter((value) => !value.includes('\0'));
const memberName = text.filter((name) => !/[,=]/.test(name));
const port = fc.integer({ min: 1, max: 65_535 });
const url = fc
  .tuple(fc.oneof(fc.domain(), fc.ipV4()), port)
  .map(([host, number]) => `https://${host}:${number}`);

const model: fc.Arbitrary<EtcdConfigModel> = fc
  .record({
    members: fc.uniqueArray(fc.record({ name: memberName, peerUrl: url }), {
      selector: ({ name }) => name,
      minLength: 1,
      maxLength: 5,
    }),
    ports: fc.uniqueArray(port, { minLength: 2, maxLength: 2 }),
    texts: fc.array(text, { minLength: 7, maxLength: 7 }),
    advertisedClientUrl: url,
    initialClusterState: fc.constantFrom('new', 'existing'),
    heartbeatMs: fc.integer({ min: 1, max: 1000 }),
    quotaBytes: fc.integer({ min: 1 }),
    logLevel: fc.constantFrom('debug', 'info', 'warn', 'error'),
  })
  .map(({ members, ports, texts, ...rest }) => {
    const [dataDirectory = '', initialClusterToken = '', caFile = '', certFile = '', keyFile = ''] = texts;
    const [peerClientCertFile = '', peerClientKeyFile = ''] = texts.slice(5);
    const [clientPort = 0, peerPort = 0] = ports;
    const { name, peerUrl: advertisedPeerUrl } = members[0] ?? { name: '', peerUrl: '' };
    return {
      ...rest,
      name,
      advertisedPeerUrl,
      initialCluster: members.toReversed(),
      clientPort,
      peerPort,
      electionMs: rest.heartbeatMs * 10,
      ...{ dataDirectory, initialClusterToken, caFile, certFile, keyFile },
      ...{ peerClientCertFile, peerClientKeyFile },
    };
  });

function expectedDocument(member: EtcdConfigModel) {
  const certificate = { 'cert-file': member.certFile, 'key-file': member.keyFile };
  const authority = { 'trusted-ca-file': member.caFile, 'client-cert-auth': true };
  return {
    name: member.name,
    'data-dir': member.dataDirectory,
    'listen-peer-urls': `https://0.0.0.0:${member.peerPort}`,
    'listen-client-urls': `https://0.0.0.0:${member.clientPort}`,
    'initial-advertise-peer-urls': member.advertisedPeerUrl,
    'advertise-client-urls': member.advertisedClientUrl,
    'initial-cluster': member.initialCluster.map(({ name, peerUrl }) => `${name}=${peerUrl}`).join(','),
    'initial-cluster-token': member.initialClusterToken,
    'initial-cluster-state': member.initialClusterState,
    'strict-reconfig-check': true,
    'client-transport-security': { ...certificate, ...authority },
    'peer-transport-security': {
      ...certificate,
      'client-cert-file': member.peerClientCertFile,
      'client-key-file': member.peerClientKeyFile,
      ...authority,
    },
    'tls-min-version': 'TLS1.2',
    'heartbeat-interval': member.heartbeatMs,
    'election-timeout': member.electionMs,
    'pre-vote': true,
    'auto-compaction-mode': 'periodic',
    'auto-compaction-retention': '1h',
    'quota-backend-bytes': member.quotaBytes,
    'snapshot-count': 10_000,
    'max-snapshots': 3,
    'max-wals': 3,
    'enable-grpc-gateway': true,
    'experimental-compact-hash-check-enabled': true,
    logger: 'zap',
    'log-level': member.logLevel,
    'log-outputs': ['stdout'],
  };
}

test.each(['1.1', '1.2'] as const)('YAML %s reads back exactly the values of the model', (version) => {
  fc.assert(
    fc.property(model, (member) => {
      expect(parse(renderEtcdConfig(member), { version })).toEqual(expectedDocument(member));
    }),
  );
});

const { name, advertisedPeerUrl } = anEtcdModel();
const self = { name, peerUrl: advertisedPeerUrl };

const contradictions: readonly (readonly [title: string, difference: Partial<EtcdConfigModel>])[] = [
  ['port 0', { clientPort: 0 }],
  ['one port for clients and peers', { clientPort: 2380 }],
  ['a cluster without this member', { initialCluster: [{ name: 'other', peerUrl: advertisedPeerUrl }] }],
  ['another URL of this member', { initialCluster: [{ name, peerUrl: 'https://elsewhere:2380' }] }],
  ['a name twice', { initialCluster: [self, self] }],
  ['a name with a comma', { initialCluster: [self, { name: 'a,b', peerUrl: 'https://a:1' }] }],
  ['a name with an equals sign', { initialCluster: [self, { name: 'a=b', peerUrl: 'https://a:1' }] }],
  ['a member without a name', { initialCluster: [self, { name: '', peerUrl: 'https://a:1' }] }],
  ['a URL without TLS', { advertisedClientUrl: 'http://10.0.0.1:2379' }],
  ['a URL without a port', { advertisedClientUrl: 'https://10.0.0.1' }],
  ['two URLs in one', { advertisedClientUrl: 'https://10.0.0.1:1,https://10.0.0.2:2' }],
  ['an empty data directory', { dataDirectory: '' }],
  ['an election shorter than five heartbeats', { electionMs: 1499 }],
  ['no quota', { quotaBytes: 0 }],
];

test.each(contradictions)('%s is refused', (_title, difference) => {
  expect(() => renderEtcdConfig(anEtcdModel(difference))).toThrow(
    expect.objectContaining({ name: 'RenderError', code: 'invalid_model' }),
  );
});
