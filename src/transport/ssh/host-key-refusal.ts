import { KonvoyError } from '../../domain/error.ts';
import type { Target } from '../../domain/target.ts';
import type { KnownHostLine } from '../known-hosts.ts';
import { fingerprintOf, kindOf } from '../public-key.ts';
import { NeedsOpenssh } from './needs-openssh.ts';

/** Which host a key was shown by, and what it was compared with. */
export interface HostKeyPlace {
  readonly target: Target;
  /** The name under which known_hosts keeps the host. */
  readonly name: string;
  /** Where keys of hosts are looked up; the first one takes new keys. */
  readonly files: readonly string[];
}

/** The refusal of a key that nobody has vouched for; somebody may be asked to. */
export class UnknownHostKey extends KonvoyError {
  readonly key: Buffer;

  constructor(key: Buffer, { target, name, files }: HostKeyPlace) {
    const { host, strictHostKeyChecking } = target;
    super(`${host}: the ${describe(key)} of ${name} is not in ${files[0] ?? 'any known_hosts file'}`, {
      code: 'host-key-unknown',
      host,
      hints: [
        `run once: ${loginOf(target)}, and compare the fingerprint with the one on the host's console (ssh-keygen -lf /etc/ssh/ssh_host_${kindOf(key).toLowerCase()}_key.pub)`,
        strictHostKeyChecking === 'ask'
          ? 'or trust new hosts at first sight: --accept-new-host-keys, or ansible_ssh_common_args: -o StrictHostKeyChecking=accept-new'
          : 'or trust new hosts at first sight: ansible_ssh_common_args: -o StrictHostKeyChecking=accept-new',
      ],
    });
    this.key = key;
  }
}

export function distrustedHostKey(key: Buffer, { target: { host }, name }: HostKeyPlace): KonvoyError {
  return new KonvoyError(`${host}: you did not trust the ${describe(key)} of ${name}`, {
    code: 'host-key-unknown',
    host,
    hints: ["compare the fingerprint with the one on the host's console, then run this again"],
  });
}

export function changedHostKey(key: Buffer, known: KnownHostLine, place: HostKeyPlace): KonvoyError {
  const { target, name } = place;
  return new KonvoyError(
    `${target.host}: ${name} shows ${describe(key)}, but ${known.file}:${known.line} knows it by ${describe(known.key)}`,
    {
      code: 'host-key-changed',
      host: target.host,
      hints: [
        'somebody may be listening in between, or the host was installed anew: ask whoever installed it',
        `if it was: ssh-keygen -R '${name}' -f ${known.file}, then log in once with ssh`,
      ],
    },
  );
}

export function revokedHostKey(key: Buffer, known: KnownHostLine, place: HostKeyPlace): KonvoyError {
  const { target, name } = place;
  return new KonvoyError(
    `${target.host}: the ${describe(key)} of ${name} is revoked by ${known.file}:${known.line}`,
    {
      code: 'host-key-changed',
      host: target.host,
      hints: ["that key is in somebody else's hands: give the host a new one before you go on"],
    },
  );
}

/** The host has to show a certificate, and ssh2 asks for none. */
export function needsCertificate({ file, line }: KnownHostLine, place: HostKeyPlace): NeedsOpenssh {
  const { target, name } = place;
  const because = `${name} is known by a certificate authority only (${file}:${line})`;
  const refusal = new KonvoyError(`${target.host}: ${because}, and ssh2 checks no certificates of hosts`, {
    code: 'host-key-unknown',
    host: target.host,
    hints: ["or add the host's own key to known_hosts: it is in /etc/ssh/ssh_host_*_key.pub there"],
  });
  return new NeedsOpenssh(because, refusal);
}

function describe(key: Buffer): string {
  return `${kindOf(key)} key ${fingerprintOf(key)}`;
}

function loginOf({ user, address, port, jump, hostKeyAlias }: Target): string {
  const options = [
    ...(port === 22 ? [] : [`-p ${port}`]),
    ...(jump === undefined
      ? []
      : [`-J ${jump.user}@${jump.address}${jump.port === 22 ? '' : `:${jump.port}`}`]),
    ...(hostKeyAlias === undefined ? [] : [`-o HostKeyAlias=${hostKeyAlias}`]),
  ];
  return ['ssh', ...options, `${user}@${address}`].join(' ');
}
