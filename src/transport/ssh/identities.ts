import { readFile, stat } from 'node:fs/promises';
import { userInfo } from 'node:os';
import type ssh2 from 'ssh2';
import type { ParsedKey } from 'ssh2';
import { KonvoyError } from '../../domain/error.ts';
import type { Target } from '../../domain/target.ts';
import { agentKeys, type AgentKey } from './agent.ts';

/** A key that may be offered to a host, and its name for people. */
export type Identity =
  | { readonly kind: 'file'; readonly name: string; readonly key: ParsedKey }
  | { readonly kind: 'agent'; readonly name: string; readonly key: AgentKey };

/** The keys of one run: each file is read, and the agent asked, once for all hosts. */
export class Identities {
  readonly #library: typeof ssh2;
  readonly #home: string;
  readonly #agentSocket: string | undefined;
  readonly #files = new Map<string, Promise<KeyFile>>();
  #agent: Promise<readonly AgentKey[]> | undefined;

  constructor(library: typeof ssh2, home: string, agentSocket: string | undefined) {
    this.#library = library;
    this.#home = home;
    this.#agentSocket = agentSocket;
  }

  /** What to offer to a host, in order; throws `authentication-failed` when there is nothing, or a named key is of no use. */
  async for(target: Target): Promise<readonly Identity[]> {
    const { identityFiles, settings } = target;
    if (identityFiles.length > 0 && settings?.identitiesOnly !== false) {
      return Promise.all(identityFiles.map((path) => this.#named(target, path)));
    }
    const paths = identityFiles.length > 0 ? identityFiles : this.#defaultPaths();
    const offered = await this.#likely(paths, settings?.identitiesOnly === true);
    if (offered.length === 0) throw this.#nothing(target);
    return offered;
  }

  // As in ssh: the agent's keys of these files, its others unless they are excluded, then the files that it does not hold.
  async #likely(paths: readonly string[], isOnlyThese: boolean): Promise<readonly Identity[]> {
    const files = await this.#usable(paths);
    const halves = await Promise.all(paths.map((path) => this.#publicHalf(path)));
    const keys = [...files.map(({ key }) => key), ...halves.filter((half) => half !== undefined)];
    const agent = await this.#agentKeys();
    const isOfFile = (held: AgentKey): boolean => keys.some((key) => isSameKey(held.key, key));
    return [
      ...agent.filter(isOfFile).map(fromAgent),
      ...(isOnlyThese ? [] : agent.filter((held) => !isOfFile(held)).map(fromAgent)),
      ...files.filter(({ key }) => !agent.some((held) => isSameKey(held.key, key))),
    ];
  }

  // A key that the inventory names must work, or the user must hear why: nothing else is offered (IdentitiesOnly).
  async #named(target: Target, path: string): Promise<Identity> {
    const file = await this.#read(path);
    if (file.state === 'usable') return { kind: 'file', name: path, key: file.key };
    if (file.state === 'encrypted') {
      const publicKey = await this.#publicHalf(path);
      const held = publicKey && (await this.#agentKeys()).find(({ key }) => isSameKey(key, publicKey));
      if (held !== undefined) return { kind: 'agent', name: `${path} (by the agent)`, key: held };
    }
    throw new KonvoyError(`${target.host}: the private key ${path} ${complaints[file.state]}`, {
      code: 'authentication-failed',
      host: target.host,
      hints: [cures[file.state](path)],
    });
  }

  #defaultPaths(): readonly string[] {
    return defaultNames.map((name) => `${this.#home}/.ssh/${name}`);
  }

  async #usable(paths: readonly string[]): Promise<readonly (Identity & { kind: 'file' })[]> {
    const files = await Promise.all(paths.map((path) => this.#read(path)));
    return files.flatMap((file, index) =>
      file.state === 'usable' ? [{ kind: 'file' as const, name: paths[index] ?? '', key: file.key }] : [],
    );
  }

  #read(path: string): Promise<KeyFile> {
    const known = this.#files.get(path);
    if (known !== undefined) return known;
    const read = readKeyFile(this.#library, path);
    this.#files.set(path, read);
    return read;
  }

  async #publicHalf(path: string): Promise<ParsedKey | undefined> {
    const text = await readFile(`${path}.pub`).catch(() => undefined);
    const key = text === undefined ? undefined : this.#library.utils.parseKey(text);
    return key instanceof Error ? undefined : key;
  }

  async #agentKeys(): Promise<readonly AgentKey[]> {
    if (this.#agentSocket === undefined || this.#agentSocket === '') return [];
    // A socket that an agent left behind is as good as no agent.
    this.#agent ??= agentKeys(this.#library, this.#agentSocket).catch(() => []);
    return this.#agent;
  }

  #nothing(target: Target): KonvoyError {
    return new KonvoyError(`${target.host}: there is no key to log in with`, {
      code: 'authentication-failed',
      host: target.host,
      hints: [
        'name one: ansible_ssh_private_key_file or --private-key',
        `or load one into the agent: ssh-add; looked at the agent and ${this.#home}/.ssh/{${defaultNames.join(',')}}`,
      ],
    });
  }
}

type KeyFile =
  | { readonly state: 'usable'; readonly key: ParsedKey }
  | { readonly state: 'missing' | 'unreadable' | 'too-open' | 'encrypted' | 'unusable' };

async function readKeyFile(library: typeof ssh2, path: string): Promise<KeyFile> {
  try {
    const { uid, mode } = await stat(path);
    // OpenSSH's own rule (authfile.c): a key of ours that others may read is as good as published.
    if (uid === userInfo().uid && (mode & 0o077) !== 0) return { state: 'too-open' };
    const key = library.utils.parseKey(await readFile(path));
    if (key instanceof Error)
      return { state: /encrypted|passphrase/i.test(key.message) ? 'encrypted' : 'unusable' };
    return key.isPrivateKey() ? { state: 'usable', key } : { state: 'unusable' };
  } catch (cause) {
    const missing = cause instanceof Error && 'code' in cause && cause.code === 'ENOENT';
    return { state: missing ? 'missing' : 'unreadable' };
  }
}

// ssh2's own `equals` also compares the private halves, which an agent does not show.
function isSameKey(one: ParsedKey, other: ParsedKey): boolean {
  return one.getPublicSSH().equals(other.getPublicSSH());
}

function fromAgent(key: AgentKey): Identity & { kind: 'agent' } {
  return { kind: 'agent', name: `agent key ${key.key.comment || key.key.type}`, key };
}

const complaints = {
  missing: 'does not exist',
  unreadable: 'cannot be read',
  'too-open': 'can be read by others, so it is refused as ssh would',
  encrypted: 'has a passphrase, and the agent does not hold it',
  unusable: 'is not an Ed25519, ECDSA or RSA private key',
} as const;

const cures: Readonly<Record<keyof typeof complaints, (path: string) => string>> = {
  missing: () => 'check ansible_ssh_private_key_file and --private-key',
  unreadable: (path) => `ls -l ${path}`,
  'too-open': (path) => `chmod 600 ${path}`,
  encrypted: (path) => `load it into the agent: ssh-add ${path}`,
  unusable: (path) => `look at it: ssh-keygen -lf ${path}; FIDO keys and certificates are not supported yet`,
};

const defaultNames = ['id_ed25519', 'id_ecdsa', 'id_rsa'] as const;
