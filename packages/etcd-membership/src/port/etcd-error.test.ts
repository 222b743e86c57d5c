import { describe, expect, it } from 'vitest';
import { EtcdError, type EtcdErrorCode, toEtcdError } from './etcd-error.ts';

/** Texts as they arrive: gRPC's code and name, then etcd's or the connection's own words. */
const texts: readonly (readonly [EtcdErrorCode, string])[] = [
  [
    'learner-not-ready',
    '9 FAILED_PRECONDITION: etcdserver: can only promote a learner member which is in sync with leader',
  ],
  ['not-a-learner', '9 FAILED_PRECONDITION: etcdserver: can only promote a learner member'],
  ['unhealthy-cluster', '14 UNAVAILABLE: etcdserver: unhealthy cluster'],
  [
    'unhealthy-cluster',
    '9 FAILED_PRECONDITION: etcdserver: re-configuration failed due to not enough started members',
  ],
  ['already-exists', '9 FAILED_PRECONDITION: etcdserver: member ID already exist'],
  ['already-exists', '9 FAILED_PRECONDITION: etcdserver: Peer URLs already exists'],
  ['too-many-learners', '9 FAILED_PRECONDITION: etcdserver: too many learner members in cluster'],
  ['member-not-found', '5 NOT_FOUND: etcdserver: member not found'],
  ['not-supported-for-learner', '14 UNAVAILABLE: etcdserver: rpc not supported for learner'],
  ['not-supported-for-learner', '9 FAILED_PRECONDITION: etcdserver: rpc not supported for learner'],
  ['not-leader', '9 FAILED_PRECONDITION: etcdserver: not leader'],
  ['no-leader', '14 UNAVAILABLE: etcdserver: no leader'],
  ['no-space', '8 RESOURCE_EXHAUSTED: etcdserver: mvcc: database space exceeded'],
  ['unauthenticated', '16 UNAUTHENTICATED: etcdserver: invalid auth token'],
  ['unauthenticated', '7 PERMISSION_DENIED: etcdserver: permission denied'],
  ['unauthenticated', '3 INVALID_ARGUMENT: etcdserver: authentication failed, invalid user ID or password'],
  ['unauthenticated', '3 INVALID_ARGUMENT: etcdserver: user name is empty'],
  [
    'unauthenticated',
    '14 UNAVAILABLE: No connection established. Last error: self-signed certificate in certificate chain',
  ],
  [
    'unauthenticated',
    "14 UNAVAILABLE: No connection established. Last error: Hostname/IP does not match certificate's altnames",
  ],
  [
    'unauthenticated',
    '14 UNAVAILABLE: No connection established. Last error: ssl/tls alert unknown ca: SSL alert number 48',
  ],
  ['timeout', '14 UNAVAILABLE: etcdserver: request timed out'],
  ['timeout', '14 UNAVAILABLE: etcdserver: request timed out, possibly due to previous leader failure'],
  ['timeout', '4 DEADLINE_EXCEEDED: Deadline exceeded after 1.500s,name resolution: 0.001s'],
  ['timeout', '2 UNKNOWN: context deadline exceeded'],
  [
    'unavailable',
    '14 UNAVAILABLE: No connection established. Last error: connect ECONNREFUSED 127.0.0.1:2379',
  ],
  ['unavailable', '14 UNAVAILABLE: Connection dropped'],
  ['unavailable', '1 CANCELLED: Cancelled on client'],
  ['unavailable', '13 INTERNAL: Received RST_STREAM with code 2'],
  ['unavailable', '14 UNAVAILABLE: etcdserver: server stopped'],
  ['unavailable', 'etcdserver: leader changed'],
  ['unavailable', 'etcdserver: too many requests'],
  ['unknown', '9 FAILED_PRECONDITION: etcdserver: bad leader transferee'],
  ['unknown', ''],
];

describe('toEtcdError', () => {
  it.each(texts)('is `%s` for "%s"', (code, text) => {
    const cause = new Error(text);
    expect(toEtcdError(cause)).toMatchObject({ name: 'EtcdError', code, message: text, cause });
  });

  it('leaves an error of its own class as it is', () => {
    const error = new EtcdError('closed', 'etcdserver: no leader');
    expect(toEtcdError(error)).toBe(error);
  });

  it('maps what is no error at all by its text', () => {
    expect(toEtcdError('etcdserver: no leader')).toMatchObject({ code: 'no-leader' });
    expect(toEtcdError(undefined)).toMatchObject({ code: 'unknown', message: 'undefined' });
  });
});
