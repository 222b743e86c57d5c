import fc from 'fast-check';
import { describe, expect, test } from 'vitest';
import { anAuthority } from '../testing/an-authority.ts';
import { issueClientCertificate, issueNodeCertificate, needsRenewal } from './index.ts';

const DAY_MS = 86_400_000;
const issuedAt = new Date('2026-07-01T12:00:00Z');
const ca = await anAuthority();
const { certificatePem } = await issueNodeCertificate({
  ca,
  commonName: 'a.fluxpg',
  dnsNames: ['a.fluxpg', 'localhost'],
  ipAddresses: ['127.0.0.1'],
  validityDays: 29,
  now: issuedAt,
});
/** 29 days and the day before, of which a third is left after 19 days. */
const boundaryMs = issuedAt.getTime() + 19 * DAY_MS;

describe('needsRenewal', () => {
  test.each([
    ['freshly issued', issuedAt.getTime(), false],
    ['a millisecond before the last third', boundaryMs - 1, false],
    ['at the last third', boundaryMs, true],
    ['after its end', issuedAt.getTime() + 40 * DAY_MS, true],
  ])('a certificate %s', (_title, nowMs, expected) => {
    expect(needsRenewal({ certificatePem, dnsNames: ['localhost'], now: new Date(nowMs) })).toBe(expected);
  });

  test('a certificate of a day is not due when it is issued', async () => {
    const day = await issueClientCertificate({ ca, commonName: 'a', validityDays: 1, now: issuedAt });
    expect(needsRenewal({ certificatePem: day.certificatePem, dnsNames: [], now: issuedAt })).toBe(false);
  });

  test('once due it stays due', () => {
    fc.assert(
      fc.property(fc.integer({ min: 0, max: 60 * DAY_MS }), fc.nat(DAY_MS), (afterMs, laterMs) => {
        const at = (ms: number) =>
          needsRenewal({ certificatePem, dnsNames: [], now: new Date(issuedAt.getTime() + ms) });
        expect(at(afterMs)).toBe(afterMs >= 19 * DAY_MS);
        expect(!at(afterMs) || at(afterMs + laterMs)).toBe(true);
      }),
    );
  });

  test('a name that is missing makes it due, part of a name does not count', () => {
    const due = (dnsNames: readonly string[]) => needsRenewal({ certificatePem, dnsNames, now: issuedAt });
    expect(due(['a.fluxpg', 'localhost'])).toBe(false);
    expect(due(['b.fluxpg'])).toBe(true);
    expect(due(['fluxpg'])).toBe(true);
    expect(due(['127.0.0.1'])).toBe(true);
  });

  test('a client certificate has no name, so any makes it due', async () => {
    const client = await issueClientCertificate({ ca, commonName: 'a', validityDays: 30, now: issuedAt });
    const due = (dnsNames: readonly string[]) =>
      needsRenewal({ certificatePem: client.certificatePem, dnsNames, now: issuedAt });
    expect(due([])).toBe(false);
    expect(due(['a'])).toBe(true);
  });

  test('anything but a certificate is an error with a code', () => {
    fc.assert(
      fc.property(fc.oneof(fc.string(), fc.constant(ca.privateKeyPem)), (text) => {
        expect(() => needsRenewal({ certificatePem: text, dnsNames: [], now: issuedAt })).toThrow(
          expect.objectContaining({ name: 'PkiError', code: 'unreadable-certificate' }),
        );
      }),
    );
  });
});
