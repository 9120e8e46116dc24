import { createHash } from 'node:crypto';
import { KonvoyError } from '../../domain/error.ts';
import type { Target } from '../../domain/target.ts';
import { judgeHostKey, keyTypeOf, knownHostName, type KnownHostLine } from '../known-hosts.ts';
import type { KnownHostsStore } from './known-hosts-store.ts';

/** Decides whether a host may be talked to, before anything about us is told to it. */
export class HostKeyCheck {
  readonly #target: Target;
  readonly #store: KnownHostsStore;
  readonly #files: readonly string[];
  readonly #name: string;
  #toRemember: Buffer | undefined;

  constructor(target: Target, store: KnownHostsStore, defaultFiles: readonly string[]) {
    this.#target = target;
    this.#store = store;
    this.#files = target.knownHostsFiles.length > 0 ? target.knownHostsFiles : defaultFiles;
    this.#name = knownHostName(target.address, target.port);
  }

  /** What known_hosts says about this host. */
  known(): Promise<readonly KnownHostLine[]> {
    return this.#store.linesFor(this.#name, this.#files);
  }

  /** Throws `host-key-unknown` or `host-key-changed` unless the key may be trusted. */
  async check(key: Buffer): Promise<void> {
    const judged = judgeHostKey(key, await this.known());
    switch (judged.verdict) {
      case 'known':
        return;
      case 'unknown':
        if (this.#target.strictHostKeyChecking !== 'accept-new') throw this.#unknown(key);
        this.#toRemember = key;
        return;
      case 'changed':
        throw this.#changed(key, judged.known);
      case 'revoked':
        throw this.#revoked(key, judged.known);
      default:
        judged satisfies never;
    }
  }

  /** Stores a key accepted as new; only to be called when the host has proved that the key is its own. */
  async remember(): Promise<void> {
    const [file] = this.#files;
    if (this.#toRemember === undefined || file === undefined) return;
    try {
      await this.#store.add(this.#name, this.#toRemember, file);
    } catch (cause) {
      throw new KonvoyError(
        `${this.#target.host}: cannot remember its host key in ${file}: ${String(cause)}`,
        {
          code: 'host-key-unknown',
          host: this.#target.host,
          hints: [`make ${file} writable, or name another one: -o UserKnownHostsFile=PATH`],
          cause,
        },
      );
    }
  }

  #unknown(key: Buffer): KonvoyError {
    const { host, user, address, port } = this.#target;
    const login = `ssh ${port === 22 ? '' : `-p ${port} `}${user}@${address}`;
    return new KonvoyError(
      `${host}: the ${describe(key)} of ${this.#name} is not in ${this.#files[0] ?? 'any known_hosts file'}`,
      {
        code: 'host-key-unknown',
        host,
        hints: [
          `run once: ${login}, and compare the fingerprint with the one on the host's console (ssh-keygen -lf /etc/ssh/ssh_host_${fileStem(key)}_key.pub)`,
          'or trust new hosts at first sight: ansible_ssh_common_args: -o StrictHostKeyChecking=accept-new',
        ],
      },
    );
  }

  #changed(key: Buffer, known: KnownHostLine): KonvoyError {
    const { host } = this.#target;
    return new KonvoyError(
      `${host}: ${this.#name} shows ${describe(key)}, but ${known.file}:${known.line} knows it by ${describe(known.key)}`,
      {
        code: 'host-key-changed',
        host,
        hints: [
          'somebody may be listening in between, or the host was installed anew: ask whoever installed it',
          `if it was: ssh-keygen -R '${this.#name}' -f ${known.file}, then log in once with ssh`,
        ],
      },
    );
  }

  #revoked(key: Buffer, known: KnownHostLine): KonvoyError {
    const { host } = this.#target;
    return new KonvoyError(
      `${host}: the ${describe(key)} of ${this.#name} is revoked by ${known.file}:${known.line}`,
      {
        code: 'host-key-changed',
        host,
        hints: ["that key is in somebody else's hands: give the host a new one before you go on"],
      },
    );
  }
}

/** A key as people compare it: `ED25519 key SHA256:…`, as `ssh-keygen -l` writes it. */
export function describe(key: Buffer): string {
  const hash = createHash('sha256').update(key).digest('base64').replace(/=+$/, '');
  return `${fileStem(key).toUpperCase()} key SHA256:${hash}`;
}

function fileStem(key: Buffer): string {
  const type = keyTypeOf(key) ?? 'unknown';
  return type.startsWith('ecdsa-') ? 'ecdsa' : type.replace(/^ssh-/, '');
}
