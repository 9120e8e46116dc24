import { KonvoyError } from '../../domain/error.ts';
import type { Target } from '../../domain/target.ts';
import type { KeyFlaw } from './key-file.ts';
import { NeedsOpenssh } from './needs-openssh.ts';
import type { Unlocking } from './passphrases.ts';

/** Why a named key cannot be used. */
export type RefusedState = KeyFlaw | 'public' | Exclude<Unlocking['outcome'], 'unlocked'>;

/** A key that the inventory names is of no use: nothing else is tried in its place. */
export function refusedKey({ host }: Target, path: string, state: RefusedState): KonvoyError {
  return new KonvoyError(`${host}: the private key ${path} ${COMPLAINTS[state]}`, {
    code: 'authentication-failed',
    host,
    hints: [CURES[state](path)],
  });
}

/** There are keys that only the system's own ssh can use. */
export function foreignKeys(target: Target, names: readonly string[]): NeedsOpenssh {
  const { host } = target;
  const because = `ssh2 cannot use ${names.join(', ')}`;
  const refusal = new KonvoyError(`${host}: ${because}`, {
    code: 'authentication-failed',
    host,
    hints: ['or log in with another key: ansible_ssh_private_key_file or --private-key'],
  });
  return new NeedsOpenssh(because, refusal);
}

/** There is nothing to log in with; `locked` are keys that would need a passphrase and nobody to ask for it. */
export function noIdentity({ host }: Target, { looked, locked }: NoIdentity): KonvoyError {
  return new KonvoyError(`${host}: there is no key to log in with`, {
    code: 'authentication-failed',
    host,
    hints: [
      ...locked.map((path) => `${path} has a passphrase: ssh-add ${path}`),
      'name one: ansible_ssh_private_key_file or --private-key; --ask-pass logs in with a password',
      `or load one into the agent: ssh-add; looked at the agent, ${looked.join(', ')}`,
    ],
  });
}

/** Where keys were looked for in vain. */
export interface NoIdentity {
  readonly looked: readonly string[];
  readonly locked: readonly string[];
}

const COMPLAINTS: Readonly<Record<RefusedState, string>> = {
  missing: 'does not exist',
  unreadable: 'cannot be read',
  'too-open': 'can be read by others, so it is refused as ssh would',
  public: 'is a public key, and the agent does not hold its private half',
  'no-terminal': 'has a passphrase, and the agent does not hold it',
  'no-answer': 'has a passphrase, and none was given',
  wrong: 'stays locked: none of the passphrases was right',
  fido: 'is held by a FIDO device, which ssh2 cannot use',
  putty: "is in a format of PuTTY's that ssh2 does not read",
  unusable: 'is not an Ed25519, ECDSA or RSA private key',
};

const CURES: Readonly<Record<RefusedState, (path: string) => string>> = {
  missing: () => 'check ansible_ssh_private_key_file and --private-key',
  unreadable: (path) => `ls -l ${path}`,
  'too-open': (path) => `chmod 600 ${path}`,
  public: (path) => `name the private key, or load it into the agent: ssh-add ${path.replace(/\.pub$/, '')}`,
  'no-terminal': (path) => `load it into the agent: ssh-add ${path}`,
  'no-answer': (path) => `load it into the agent: ssh-add ${path}`,
  wrong: (path) => `try it: ssh-keygen -y -f ${path}`,
  fido: () => "connect with the system's own ssh: --transport openssh",
  putty: (path) => `convert it: puttygen ${path} -O private-openssh -o ${path.replace(/\.ppk$/, '')}.key`,
  unusable: (path) => `look at it: ssh-keygen -lf ${path}`,
};
