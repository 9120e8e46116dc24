import { existsSync } from 'node:fs';
import { readFile } from 'node:fs/promises';
import type { Target } from '../../domain/target.ts';
import { knownHostName } from '../known-hosts.ts';
import { impossibleWishes } from '../ssh/algorithms.ts';
import type { KnownHostsStore } from '../ssh/known-hosts-store.ts';
import { agentKeyTypes } from './agent-key-types.ts';

/** Where the keys and known hosts of the operator are. */
export interface OperatorFiles {
  readonly home: string;
  readonly agentSocket?: string | undefined;
  readonly knownHosts: KnownHostsStore;
}

/** Why ssh2 cannot do what is asked of it, for people; undefined when nothing asks for more. */
export function whatSsh2Lacks({ settings }: Target): string | undefined {
  const options = (settings?.opensshOptions ?? []).map(({ name }) => name);
  const wishes = impossibleWishes(settings?.algorithms);
  if (options.length > 0) return `ssh2 does not know ${options.join(', ')}`;
  return wishes.length > 0 ? `ssh2 has nothing that ${wishes.join(', ')} would allow` : undefined;
}

/** Why a host, or one on the way to it, has to be reached with OpenSSH's client; it looks at keys and known_hosts. */
export async function whyOnlyOpenssh(target: Target, files: OperatorFiles): Promise<string | undefined> {
  const why = whatSsh2Lacks(target) ?? (await keysOf(target, files)) ?? (await hostKeyOf(target, files));
  if (why !== undefined || target.jump === undefined) return why;
  const further = await whyOnlyOpenssh(target.jump, files);
  return further === undefined ? undefined : `${target.jump.host}: ${further}`;
}

async function keysOf(target: Target, { home, agentSocket }: OperatorFiles): Promise<string | undefined> {
  const { identityFiles, settings } = target;
  if (settings?.authentications?.includes('publickey') === false) return undefined;
  const isNamed = identityFiles.length > 0;
  const paths = isNamed ? identityFiles : defaultNames.map((name) => `${home}/.ssh/${name}`);
  for (const path of paths) {
    // A certificate beside its key is offered with it, as ssh does.
    if (existsSync(`${path}-cert.pub`)) return `${path}-cert.pub is a certificate`;
    if (await isFidoKey(path)) return `${path} is a FIDO key`;
  }
  if (settings?.identitiesOnly ?? isNamed) return undefined;
  const types = await agentKeyTypes(settings?.identityAgent ?? agentSocket);
  if (types.some((type) => /-cert-v\d+@openssh\.com$/.test(type))) return 'the agent holds a certificate';
  return types.some((type) => type.startsWith('sk-')) ? 'the agent holds a FIDO key' : undefined;
}

async function isFidoKey(path: string): Promise<boolean> {
  if (/_sk$/.test(path) && existsSync(path)) return true;
  const half = await readFile(`${path}.pub`, 'latin1').catch(() => '');
  return half.startsWith('sk-');
}

/** A known authority vouches for certificates of hosts, which ssh2 cannot check; a key that is known itself will do. */
async function hostKeyOf(target: Target, { home, knownHosts }: OperatorFiles): Promise<string | undefined> {
  const { knownHostsFiles, hostKeyAlias, address, port } = target;
  const usual = ['known_hosts', 'known_hosts2'].map((name) => `${home}/.ssh/${name}`);
  const files = knownHostsFiles.length > 0 ? knownHostsFiles : [...usual, ...globalFiles];
  const lines = await knownHosts.linesFor(hostKeyAlias ?? knownHostName(address, port), files);
  const isVouchedFor = lines.some((line) => line.marker === 'cert-authority');
  const isKnown = lines.some((line) => line.marker === 'none');
  return isVouchedFor && !isKnown ? 'an authority in known_hosts vouches for its host key' : undefined;
}

const globalFiles = ['/etc/ssh/ssh_known_hosts', '/etc/ssh/ssh_known_hosts2'];

const defaultNames = ['id_ed25519', 'id_ecdsa', 'id_rsa', 'id_ed25519_sk', 'id_ecdsa_sk'];
