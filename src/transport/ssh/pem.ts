import { createPrivateKey, type KeyObject } from 'node:crypto';

/**
 * A private key in PEM, PKCS#1, SEC 1 or PKCS#8, as a text that ssh2 reads, without its passphrase. Undefined when it is
 * no RSA, ECDSA or Ed25519 key, or the passphrase is wrong.
 */
export function readPem(pem: string, passphrase?: string): string | undefined {
  const key = decode(pem, passphrase);
  switch (key?.asymmetricKeyType) {
    case 'rsa':
      return key.export({ type: 'pkcs1', format: 'pem' }).toString();
    case 'ec':
      return key.export({ type: 'sec1', format: 'pem' }).toString();
    case 'ed25519':
      return opensshText(key);
    default:
      return undefined;
  }
}

function decode(pem: string, passphrase: string | undefined): KeyObject | undefined {
  try {
    return createPrivateKey({ key: pem, format: 'pem', ...(passphrase === undefined ? {} : { passphrase }) });
  } catch {
    return undefined;
  }
}

/** The only format in which ssh2 reads an Ed25519 key: OpenSSH's own (its PROTOCOL.key). */
function opensshText(key: KeyObject): string | undefined {
  const { d, x } = key.export({ format: 'jwk' });
  if (d === undefined || x === undefined) return undefined;
  const type = 'ssh-ed25519';
  const publicHalf = Buffer.from(x, 'base64url');
  const noComment = '';
  // Two equal numbers, which show whether decryption worked, where there is any.
  const checks = Buffer.alloc(8);
  const privateHalf = Buffer.concat([Buffer.from(d, 'base64url'), publicHalf]);
  const content = Buffer.concat([checks, ...[type, publicHalf, privateHalf, noComment].map(sshString)]);
  const padding = Buffer.from([1, 2, 3, 4, 5, 6, 7].slice(0, (8 - (content.length % 8)) % 8));
  const blob = Buffer.concat([
    Buffer.from('openssh-key-v1\0'),
    ...['none', 'none', ''].map(sshString),
    Buffer.from([0, 0, 0, 1]),
    sshString(Buffer.concat([type, publicHalf].map(sshString))),
    sshString(Buffer.concat([content, padding])),
  ]);
  return `-----BEGIN OPENSSH PRIVATE KEY-----\n${blob.toString('base64')}\n-----END OPENSSH PRIVATE KEY-----\n`;
}

function sshString(content: string | Buffer): Buffer {
  const bytes = Buffer.from(content);
  const length = Buffer.alloc(4);
  length.writeUInt32BE(bytes.length);
  return Buffer.concat([length, bytes]);
}
