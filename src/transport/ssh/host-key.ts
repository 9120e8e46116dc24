import { KonvoyError } from '../../domain/error.ts';
import type { Target } from '../../domain/target.ts';
import { judgeHostKey, knownHostName, type HostKeyVerdict, type KnownHostLine } from '../known-hosts.ts';
import type { HostKeyQuestions } from './host-key-questions.ts';
import {
  changedHostKey,
  distrustedHostKey,
  needsCertificate,
  revokedHostKey,
  UnknownHostKey,
} from './host-key-refusal.ts';
import type { KnownHostsStore } from './known-hosts-store.ts';

/** What host keys are judged by. */
export interface HostKeyTrust {
  readonly store: KnownHostsStore;
  readonly questions: HostKeyQuestions;
  /** Read where the target names no files. */
  readonly defaultFiles: readonly string[];
}

/** Decides whether a host may be talked to, before anything about us is told to it. */
export class HostKeyCheck {
  readonly #target: Target;
  readonly #trust: HostKeyTrust;
  readonly #files: readonly string[];
  readonly #name: string;
  #toRemember: Buffer | undefined;

  constructor(target: Target, trust: HostKeyTrust) {
    const { hostKeyAlias, address, port, knownHostsFiles } = target;
    this.#target = target;
    this.#trust = trust;
    this.#files = knownHostsFiles.length > 0 ? knownHostsFiles : trust.defaultFiles;
    // As in ssh, an alias stands for the host and its port.
    this.#name = hostKeyAlias?.toLowerCase() ?? knownHostName(address, port);
  }

  /** What known_hosts says about this host. */
  async known(): Promise<readonly KnownHostLine[]> {
    const lines = await this.#linesFor(this.#name);
    return lines.length > 0 ? lines : this.#linesFor(this.#nameWithoutPort);
  }

  /** Throws `host-key-unknown` or `host-key-changed` unless the key may be trusted. */
  async check(key: Buffer): Promise<void> {
    const judged = await this.#judge(key);
    switch (judged.verdict) {
      case 'known':
        return;
      case 'unknown':
        if (!this.#isTrustedAtFirstSight(key)) throw new UnknownHostKey(key, this.#place);
        this.#toRemember = key;
        return;
      case 'needs-certificate':
        throw needsCertificate(judged.known, this.#place);
      case 'changed':
        throw changedHostKey(key, judged.known, this.#place);
      case 'revoked':
        throw revokedHostKey(key, judged.known, this.#place);
      default:
        judged satisfies never;
    }
  }

  /** Asks the user about a key that `check` did not know; throws unless it is trusted from now on. */
  async ask(refusal: UnknownHostKey, peer: string): Promise<void> {
    if (this.#target.strictHostKeyChecking !== 'ask') throw refusal;
    const { key } = refusal;
    const otherNames = await this.#trust.store.namesOf(key, this.#files);
    const answer = await this.#trust.questions.ask({ name: this.#name, peer, key, otherNames });
    if (answer === undefined) throw refusal;
    if (!answer) throw distrustedHostKey(key, this.#place);
  }

  /** Stores a key accepted as new; only to be called when the host has proved that the key is its own. */
  async remember(): Promise<void> {
    const [file] = this.#files;
    const key = this.#toRemember;
    if (key === undefined || file === undefined) return;
    const judged = await this.#add(key, file);
    // Somebody else has met this host in the meantime, by another key: one of the two was not the host.
    if (judged.verdict === 'changed') throw changedHostKey(key, judged.known, this.#place);
    if (judged.verdict === 'revoked') throw revokedHostKey(key, judged.known, this.#place);
    this.#toRemember = undefined;
  }

  async #add(key: Buffer, file: string): Promise<HostKeyVerdict> {
    try {
      return await this.#trust.store.add(this.#name, key, file);
    } catch (cause) {
      const { host } = this.#target;
      throw new KonvoyError(`${host}: cannot remember its host key in ${file}: ${String(cause)}`, {
        code: 'host-key-unknown',
        host,
        hints: [`make ${file} writable, or name another one: -o UserKnownHostsFile=PATH`],
        cause,
      });
    }
  }

  async #judge(key: Buffer): Promise<HostKeyVerdict> {
    const judged = judgeHostKey(key, await this.#linesFor(this.#name));
    if (judged.verdict !== 'unknown') return judged;
    // Like ssh: a host on a port of its own may be known from before it moved there, but cannot have changed then.
    const before = judgeHostKey(key, await this.#linesFor(this.#nameWithoutPort));
    return before.verdict === 'changed' ? judged : before;
  }

  #isTrustedAtFirstSight(key: Buffer): boolean {
    const { strictHostKeyChecking } = this.#target;
    return strictHostKeyChecking === 'accept-new' || this.#trust.questions.isTrusted(this.#name, key);
  }

  #linesFor(name: string): Promise<readonly KnownHostLine[]> {
    return this.#trust.store.linesFor(name, this.#files);
  }

  get #nameWithoutPort(): string {
    return this.#target.hostKeyAlias === undefined ? knownHostName(this.#target.address, 22) : this.#name;
  }

  get #place(): { readonly target: Target; readonly name: string; readonly files: readonly string[] } {
    return { target: this.#target, name: this.#name, files: this.#files };
  }
}
