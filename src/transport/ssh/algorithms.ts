import type { Algorithms, CipherAlgorithm, KexAlgorithm, MacAlgorithm, ServerHostKeyAlgorithm } from 'ssh2';
import type { AlgorithmWishes } from '../../domain/ssh-settings.ts';
import type { KnownHostLine } from '../known-hosts.ts';

/**
 * What is offered to a server: no SHA-1, no CBC, authenticated ciphers first, and the host key types that are known
 * of this host before all others. Without that order a host known by its ECDSA key that also has an Ed25519 one
 * would look like a changed host (ssh2's `prepend` does not reorder, hence the whole list). The user's wishes choose
 * among these.
 */
export function algorithmsFor(known: readonly KnownHostLine[], wishes: AlgorithmWishes = {}): Algorithms {
  const types = new Set(known.filter((line) => line.marker === 'none').map((line) => line.keyType));
  const isKnown = (algorithm: ServerHostKeyAlgorithm): boolean => types.has(keyTypeBehind(algorithm));
  const hostKeys = chosen(offered.hostKey, wishes.hostKey);
  return {
    kex: chosen(offered.kex, wishes.kex),
    serverHostKey: [...hostKeys.filter(isKnown), ...hostKeys.filter((algorithm) => !isKnown(algorithm))],
    cipher: chosen(offered.cipher, wishes.cipher),
    hmac: chosen(offered.mac, wishes.mac),
    compress: ['none'],
  };
}

/** The wishes that leave nothing of what is offered here, by their names in ssh_config. */
export function impossibleWishes(wishes: AlgorithmWishes = {}): readonly string[] {
  const kinds = Object.entries(offered) as readonly (readonly [keyof AlgorithmWishes, string[]])[];
  return kinds.flatMap(([kind, list]) =>
    chosen(list, wishes[kind]).length === 0 ? [optionNames[kind]] : [],
  );
}

/** What a list of OpenSSH (ssh_config(5), Ciphers) leaves of `list`, in the order that it asks for. */
function chosen<T extends string>(list: readonly T[], wish: string | undefined): T[] {
  if (wish === undefined) return [...list];
  const change = /^[-+^]/.exec(wish)?.[0];
  const patterns = (change === undefined ? wish : wish.slice(1)).split(',').map(patternOf);
  const named = patterns.flatMap((pattern) => list.filter((algorithm) => pattern.test(algorithm)));
  const others = list.filter((algorithm) => !named.includes(algorithm));
  switch (change) {
    case undefined:
      return [...new Set(named)];
    case '-':
      return others;
    case '^':
      return [...new Set([...named, ...others])];
    default:
      // What it adds is either here already or unknown to ssh2.
      return [...list];
  }
}

function patternOf(glob: string): RegExp {
  const source = glob.replaceAll(/[.+^${}()|[\]\\]/g, String.raw`\$&`);
  return new RegExp(`^${source.replaceAll('*', '.*').replaceAll('?', '.')}$`);
}

function keyTypeBehind(algorithm: ServerHostKeyAlgorithm): string {
  return algorithm.startsWith('rsa-sha2-') ? 'ssh-rsa' : algorithm;
}

interface Offered {
  readonly kex: readonly KexAlgorithm[];
  readonly hostKey: readonly ServerHostKeyAlgorithm[];
  readonly cipher: readonly CipherAlgorithm[];
  readonly mac: readonly MacAlgorithm[];
}

const offered: Offered = {
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
  hostKey: [
    'ssh-ed25519',
    'ecdsa-sha2-nistp256',
    'ecdsa-sha2-nistp384',
    'ecdsa-sha2-nistp521',
    'rsa-sha2-512',
    'rsa-sha2-256',
  ],
  cipher: [
    'aes128-gcm@openssh.com',
    'aes256-gcm@openssh.com',
    'chacha20-poly1305@openssh.com',
    'aes128-ctr',
    'aes192-ctr',
    'aes256-ctr',
  ],
  mac: ['hmac-sha2-256-etm@openssh.com', 'hmac-sha2-512-etm@openssh.com', 'hmac-sha2-256', 'hmac-sha2-512'],
};

const optionNames: Readonly<Record<keyof AlgorithmWishes, string>> = {
  hostKey: 'HostKeyAlgorithms',
  kex: 'KexAlgorithms',
  cipher: 'Ciphers',
  mac: 'MACs',
};
