import type { Algorithms, ServerHostKeyAlgorithm } from 'ssh2';
import type { KnownHostLine } from '../known-hosts.ts';

/**
 * What is offered to a server: no SHA-1, no CBC, authenticated ciphers first, and the host key types that are known
 * of this host before all others. Without that order a host known by its ECDSA key that also has an Ed25519 one
 * would look like a changed host (ssh2's `prepend` does not reorder, hence the whole list).
 */
export function algorithmsFor(known: readonly KnownHostLine[]): Algorithms {
  const types = new Set(known.filter((line) => line.marker === 'none').map((line) => line.keyType));
  const isKnown = (algorithm: ServerHostKeyAlgorithm): boolean => types.has(keyTypeBehind(algorithm));
  return {
    kex: [
      'curve25519-sha256',
      'curve25519-sha256@libssh.org',
      'ecdh-sha2-nistp256',
      'ecdh-sha2-nistp384',
      'ecdh-sha2-nistp521',
      'diffie-hellman-group16-sha512',
      'diffie-hellman-group14-sha256',
      'diffie-hellman-group-exchange-sha256',
    ],
    serverHostKey: [
      ...hostKeyAlgorithms.filter(isKnown),
      ...hostKeyAlgorithms.filter((algorithm) => !isKnown(algorithm)),
    ],
    cipher: [
      'aes128-gcm@openssh.com',
      'aes256-gcm@openssh.com',
      'chacha20-poly1305@openssh.com',
      'aes128-ctr',
      'aes192-ctr',
      'aes256-ctr',
    ],
    hmac: [
      'hmac-sha2-256-etm@openssh.com',
      'hmac-sha2-512-etm@openssh.com',
      'hmac-sha2-256',
      'hmac-sha2-512',
    ],
    compress: ['none'],
  };
}

function keyTypeBehind(algorithm: ServerHostKeyAlgorithm): string {
  return algorithm.startsWith('rsa-sha2-') ? 'ssh-rsa' : algorithm;
}

const hostKeyAlgorithms: readonly ServerHostKeyAlgorithm[] = [
  'ssh-ed25519',
  'ecdsa-sha2-nistp256',
  'ecdsa-sha2-nistp384',
  'ecdsa-sha2-nistp521',
  'rsa-sha2-512',
  'rsa-sha2-256',
];
