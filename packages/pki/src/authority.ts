import { createPrivateKey, type webcrypto } from 'node:crypto';
import { p256 } from '@noble/curves/nist.js';
import { sha256 } from '@noble/hashes/sha2.js';
import { x509 } from './certificate-library.ts';
import { PkiError } from './pki-error.ts';

/** The cluster's certificate authority. */
export interface CertificateAuthority {
  readonly certificatePem: string;
  /** PKCS#8. Every holder of the cluster secret can derive it. */
  readonly privateKeyPem: string;
}

/** ECDSA on P-256, which every TLS stack of the last ten years verifies. */
export const SIGNATURE = { name: 'ECDSA', namedCurve: 'P-256', hash: 'SHA-256' } as const;

/** Fixed, so that the certificate has the same bytes whatever the clock says: in the past of any clock that is not lost. */
const VALID_FROM = new Date('2020-01-01T00:00:00Z');
/** The last moment that X.509 can name, since the secret itself does not expire. */
export const VALID_TO = new Date('9999-12-31T23:59:59Z');
const SERIAL = '01';

/** The key of a PEM for WebCrypto, which the certificate library works with. */
export async function importSigningKey(pem: string): Promise<webcrypto.CryptoKey> {
  try {
    const der = createPrivateKey(pem).export({ format: 'der', type: 'pkcs8' });
    return await crypto.subtle.importKey('pkcs8', der, SIGNATURE, true, ['sign']);
  } catch (cause) {
    throw new PkiError('invalid-input', 'the private key is no P-256 key in PKCS#8', cause);
  }
}

/**
 * WebCrypto with one difference: signatures after RFC 6979, whose nonce comes from key and message. OpenSSL and WebCrypto
 * draw it at random, and two nodes would make two certificates.
 */
function deterministicCrypto(scalar: Uint8Array): webcrypto.Crypto {
  const subtle = new Proxy(crypto.subtle, {
    get: (target, property) => {
      if (property === 'sign') {
        return async (_algorithm: unknown, _key: unknown, data: webcrypto.BufferSource) =>
          p256.sign(sha256(bytesOf(data)), scalar, { prehash: false, lowS: false }).slice().buffer;
      }
      const value: unknown = Reflect.get(target, property, target);
      return typeof value === 'function' ? value.bind(target) : value;
    },
  });
  return new Proxy(crypto, {
    get: (target, property) => (property === 'subtle' ? subtle : Reflect.get(target, property, target)),
  });
}

function bytesOf(data: webcrypto.BufferSource): Uint8Array {
  return data instanceof ArrayBuffer
    ? new Uint8Array(data)
    : new Uint8Array(data.buffer, data.byteOffset, data.byteLength);
}

function pemOf(scalar: Uint8Array): string {
  const point = p256.getPublicKey(scalar, false);
  const coordinate = (bytes: Uint8Array) => Buffer.from(bytes).toString('base64url');
  const key = createPrivateKey({
    format: 'jwk',
    key: {
      kty: 'EC',
      crv: 'P-256',
      d: coordinate(scalar),
      x: coordinate(point.subarray(1, 33)),
      y: coordinate(point.subarray(33)),
    },
  });
  return key.export({ format: 'pem', type: 'pkcs8' }).toString();
}

/** Makes the self-signed certificate of a private scalar; the same bytes each time. */
export async function createAuthority(input: {
  readonly privateScalar: Uint8Array;
  readonly appName: string;
}): Promise<CertificateAuthority> {
  const privateKeyPem = pemOf(input.privateScalar);
  const signingKey = await importSigningKey(privateKeyPem);
  const spki = p256.getPublicKey(input.privateScalar, false);
  const publicKey = await crypto.subtle.importKey('raw', spki, SIGNATURE, true, ['verify']);
  const certificate = await x509.X509CertificateGenerator.createSelfSigned(
    {
      serialNumber: SERIAL,
      name: [{ CN: [`flux-pg ${input.appName}`] }],
      notBefore: VALID_FROM,
      notAfter: VALID_TO,
      signingAlgorithm: SIGNATURE,
      keys: { privateKey: signingKey, publicKey },
      extensions: [
        new x509.BasicConstraintsExtension(true, 0, true),
        new x509.KeyUsagesExtension(x509.KeyUsageFlags.keyCertSign | x509.KeyUsageFlags.cRLSign, true),
        await x509.SubjectKeyIdentifierExtension.create(publicKey, false, crypto),
      ],
    },
    deterministicCrypto(input.privateScalar),
  );
  return { certificatePem: `${certificate.toString('pem')}\n`, privateKeyPem };
}
