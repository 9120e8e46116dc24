import { readFile, writeFile } from 'node:fs/promises';
import { createSshTransport, type SshTransportOptions } from '../../src/transport/ssh/ssh.ts';
import type { Target } from '../../src/domain/target.ts';
import type { Transport } from '../../src/transport/transport.ts';
import { makeKey, storeKey, type TestKey } from './ssh-keys.ts';
import { testTarget } from './targets.ts';
import { temporaryDirectory } from './temporary-directory.ts';

/** A user's home directory with one key, and the targets that user would have. */
export interface SshHome extends AsyncDisposable {
  readonly path: string;
  readonly key: TestKey;
  readonly identity: string;
  readonly knownHosts: string;
  /** A transport of its own, as a new run would have. */
  transport(options?: Partial<SshTransportOptions>): Transport;
  target(
    properties: Partial<Omit<Target, 'host' | 'user'>> & { readonly host?: string; readonly user?: string },
  ): Target;
  /** Writes down a host's key as a user who compared it would have. */
  trust(port: number, key: TestKey): Promise<void>;
  readKnownHosts(): Promise<string>;
  writeKnownHosts(text: string): Promise<void>;
  /** The text of a file in it. */
  read(name: string): Promise<string>;
}

export async function sshHome(): Promise<SshHome> {
  const directory = await temporaryDirectory();
  const { path } = directory;
  const key = makeKey();
  const knownHosts = `${path}/.ssh/known_hosts`;
  const identity = await storeKey(`${path}/.ssh/id_lab`, key);
  return {
    path,
    key,
    identity,
    knownHosts,
    transport: (options) => createSshTransport({ home: path, ...options }),
    target: (properties) =>
      testTarget({ identityFiles: [identity], knownHostsFiles: [knownHosts], ...properties }),
    trust: (port, hostKey) =>
      writeFile(knownHosts, `[127.0.0.1]:${port} ${publicWords(hostKey)}\n`, { flag: 'a', mode: 0o600 }),
    readKnownHosts: () => readFile(knownHosts, 'utf8'),
    writeKnownHosts: (text) => writeFile(knownHosts, text, { mode: 0o600 }),
    read: (name) => readFile(`${path}/${name}`, 'utf8'),
    [Symbol.asyncDispose]: () => directory[Symbol.asyncDispose](),
  };
}

/** `type base64` of a key, without the comment. */
export function publicWords(key: TestKey): string {
  return key.publicLine.split(' ').slice(0, 2).join(' ');
}
