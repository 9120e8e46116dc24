import type ssh2 from 'ssh2';
import type { ParsedKey } from 'ssh2';
import type { HostName } from '../../domain/names.ts';
import type { Target } from '../../domain/target.ts';
import type { Terminal } from '../../domain/terminal.ts';
import { agentKeys, type AgentKey, type AgentKeys } from './agent.ts';
import { foreignKeys, noIdentity, refusedKey } from './identity-refusal.ts';
import { hasCertificate, readKeyFile, readPublicHalf, type KeyFile } from './key-file.ts';
import { Passphrases } from './passphrases.ts';

/** A key that may be offered to a host, and its name for people. */
export type Identity =
  | { readonly kind: 'file'; readonly name: string; readonly key: ParsedKey }
  | { readonly kind: 'agent'; readonly name: string; readonly key: AgentKey };

/** Where keys come from. */
export interface KeySources {
  /** The user's home directory: default keys are below it. */
  readonly home: string;
  /** SSH_AUTH_SOCK. */
  readonly agentSocket?: string | undefined;
  /** Who can be asked for passphrases. */
  readonly terminal?: Terminal | undefined;
  /** Says what a curious user wants to know. */
  readonly note?: ((host: HostName, text: string) => void) | undefined;
}

/** The keys of one run: each file is read, and the agent asked, once for all hosts. */
export class Identities {
  readonly #library: typeof ssh2;
  readonly #sources: KeySources;
  readonly #passphrases: Passphrases;
  readonly #files = new Map<string, Promise<KeyFile>>();
  readonly #agents = new Map<string, Promise<AgentKeys>>();

  constructor(library: typeof ssh2, sources: KeySources) {
    this.#library = library;
    this.#sources = sources;
    this.#passphrases = new Passphrases(sources.terminal);
  }

  /**
   * What to offer to a host, in order. Throws `authentication-failed` when there is nothing, or a named key is of no use,
   * and `NeedsOpenssh` when something would be offered that ssh2 cannot use.
   */
  async for(target: Target): Promise<readonly Identity[]> {
    const { identityFiles, settings } = target;
    if (settings?.authentications?.includes('publickey') === false) return [];
    const isStrict = identityFiles.length > 0 && settings?.identitiesOnly !== false;
    const foreign = await (isStrict ? this.#foreignFiles(identityFiles) : this.#likelyForeign(target));
    this.#leaveOut(target, foreign);
    return isStrict
      ? Promise.all(identityFiles.map((path) => this.#named(target, path)))
      : this.#likely(target);
  }

  // The system's ssh would offer these as well, and the host may take nothing else.
  #leaveOut(target: Target, foreign: readonly string[]): void {
    if (foreign.length === 0) return;
    if (target.client === 'auto') throw foreignKeys(target, foreign);
    for (const name of foreign) this.#sources.note?.(target.host, `${name} is left out: ssh2 cannot use it`);
  }

  async #likelyForeign(target: Target): Promise<readonly string[]> {
    const { identityFiles, settings } = target;
    const paths = identityFiles.length > 0 ? identityFiles : this.#paths([...DEFAULT_NAMES, ...FIDO_NAMES]);
    const { foreign } = settings?.identitiesOnly === true ? NO_KEYS : await this.#agentKeys(target);
    return [
      ...foreign.map(({ type, comment }) => `the ${type} ${comment} of the agent`),
      ...(await this.#foreignFiles(paths)),
    ];
  }

  async #foreignFiles(paths: readonly string[]): Promise<readonly string[]> {
    const foreign = await Promise.all(
      paths.map(async (path) => [
        ...((await this.#read(path)).state === 'fido' ? [`the FIDO key ${path}`] : []),
        ...((await hasCertificate(path)) ? [`the certificate ${path}-cert.pub`] : []),
      ]),
    );
    return foreign.flat();
  }

  // A key that the inventory names must work, or the user must hear why: nothing else is offered (IdentitiesOnly).
  async #named(target: Target, path: string): Promise<Identity> {
    const file = await this.#read(path);
    if (file.state === 'usable') return { kind: 'file', name: path, key: file.key };
    if (file.state !== 'encrypted' && file.state !== 'public') throw refusedKey(target, path, file.state);
    const blob = await publicHalf({ path, file });
    const { usable } = await this.#agentKeys(target);
    const held = usable.find(({ key }) => blob?.equals(key.getPublicSSH()) === true);
    if (held !== undefined) return { kind: 'agent', name: `${path} (by the agent)`, key: held };
    if (file.state === 'public') throw refusedKey(target, path, 'public');
    const unlocking = await this.#passphrases.unlock(path, file.unlock);
    if (unlocking.outcome !== 'unlocked') throw refusedKey(target, path, unlocking.outcome);
    return { kind: 'file', name: path, key: unlocking.key };
  }

  // As in ssh: the agent's keys of these files, its others unless they are excluded, then the files that it does not hold.
  async #likely(target: Target): Promise<readonly Identity[]> {
    const { identityFiles, settings, password } = target;
    const files = await this.#readAll(identityFiles.length > 0 ? identityFiles : this.#paths(DEFAULT_NAMES));
    const { usable } = await this.#agentKeys(target);
    const blobs = await Promise.all(files.map(publicHalf));
    const isOfFile = ({ key }: AgentKey): boolean =>
      blobs.some((blob) => blob?.equals(key.getPublicSSH()) === true);
    const others = settings?.identitiesOnly === true ? [] : usable.filter((held) => !isOfFile(held));
    const offered = [
      ...[...usable.filter(isOfFile), ...others].map(fromAgent),
      ...files.flatMap(({ path, file }) =>
        file.state === 'usable' && !usable.some(({ key }) => isSameKey(key, file.key))
          ? [{ kind: 'file' as const, name: path, key: file.key }]
          : [],
      ),
    ];
    if (offered.length > 0 || password !== undefined) return offered;
    return [await this.#unlockOne(target, files)];
  }

  // ssh asks for the passphrase of such a key when a server wants it; no server waits for ever, so it is asked for
  // beforehand, and only where there is nothing else.
  async #unlockOne(target: Target, files: readonly ReadKey[]): Promise<Identity> {
    const locked: string[] = [];
    for (const { path, file } of files) {
      if (file.state !== 'encrypted') continue;
      const unlocking = await this.#passphrases.unlock(path, file.unlock);
      if (unlocking.outcome === 'unlocked') return { kind: 'file', name: path, key: unlocking.key };
      locked.push(path);
    }
    throw noIdentity(target, { looked: files.map(({ path }) => path), locked });
  }

  #paths(names: readonly string[]): readonly string[] {
    return names.map((name) => `${this.#sources.home}/.ssh/${name}`);
  }

  #read(path: string): Promise<KeyFile> {
    const known = this.#files.get(path);
    if (known !== undefined) return known;
    const read = readKeyFile(this.#library, path);
    this.#files.set(path, read);
    return read;
  }

  async #readAll(paths: readonly string[]): Promise<readonly ReadKey[]> {
    return Promise.all(paths.map(async (path) => ({ path, file: await this.#read(path) })));
  }

  async #agentKeys({ settings }: Target): Promise<AgentKeys> {
    const socket = settings?.identityAgent ?? this.#sources.agentSocket ?? '';
    if (socket === '' || socket === 'none') return NO_KEYS;
    // A socket that an agent left behind is as good as no agent.
    const keys = this.#agents.get(socket) ?? agentKeys(this.#library, socket).catch(() => NO_KEYS);
    this.#agents.set(socket, keys);
    return keys;
  }
}

interface ReadKey {
  readonly path: string;
  readonly file: KeyFile;
}

async function publicHalf({ path, file }: ReadKey): Promise<Buffer | undefined> {
  if (file.state === 'usable') return file.key.getPublicSSH();
  const blob = 'publicBlob' in file ? file.publicBlob : undefined;
  return blob ?? readPublicHalf(path);
}

// ssh2's own `equals` also compares the private halves, which an agent does not show.
function isSameKey(one: ParsedKey, other: ParsedKey): boolean {
  return one.getPublicSSH().equals(other.getPublicSSH());
}

function fromAgent(key: AgentKey): Identity & { kind: 'agent' } {
  return { kind: 'agent', name: `agent key ${key.key.comment || key.key.type}`, key };
}

const NO_KEYS: AgentKeys = { usable: [], foreign: [] };

const DEFAULT_NAMES = ['id_ed25519', 'id_ecdsa', 'id_rsa'] as const;

const FIDO_NAMES = ['id_ed25519_sk', 'id_ecdsa_sk'] as const;
