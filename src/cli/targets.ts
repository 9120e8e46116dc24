import { KonvoyError } from '../domain/error.ts';
import type { Secret } from '../domain/secret.ts';
import type { Target } from '../domain/target.ts';
import type { Terminal } from '../domain/terminal.ts';
import type { HostOptions } from './options.ts';

/** What a command line adds to every target, where the inventory leaves it open. */
export interface LoginOptions {
  readonly privateKey?: string;
  readonly password?: Secret;
  readonly acceptNewHostKeys: boolean;
}

/** What the options say about logging in; asks for what must not be on a command line. */
export async function readLoginOptions(
  { askPass, acceptNewHostKeys, privateKey }: HostOptions,
  terminal: Terminal | undefined,
): Promise<LoginOptions> {
  const password = askPass ? await askPassword(terminal) : undefined;
  return {
    acceptNewHostKeys,
    ...(privateKey === undefined ? {} : { privateKey }),
    ...(password === undefined ? {} : { password }),
  };
}

/** The target with what the command line adds; what the inventory says of it stays in force. */
export function withLoginOptions(target: Target, options: LoginOptions): Target {
  const { privateKey, password } = options;
  return {
    ...trusting(target, options),
    ...(privateKey === undefined || target.identityFiles.length > 0 ? {} : { identityFiles: [privateKey] }),
    // Not for a bastion: it would learn the password of the hosts behind it.
    ...(password === undefined || target.password !== undefined ? {} : { password }),
  };
}

function trusting(target: Target, options: LoginOptions): Target {
  const { strictHostKeyChecking, jump } = target;
  const isOpen = options.acceptNewHostKeys && strictHostKeyChecking === 'ask';
  return {
    ...target,
    strictHostKeyChecking: isOpen ? 'accept-new' : strictHostKeyChecking,
    ...(jump === undefined ? {} : { jump: trusting(jump, options) }),
  };
}

async function askPassword(terminal: Terminal | undefined): Promise<Secret> {
  if (terminal === undefined) {
    throw new KonvoyError('--ask-pass: there is no terminal to ask on', {
      code: 'usage',
      hints: ['log in with a key, or put ansible_password into the inventory, encrypted with ansible-vault'],
    });
  }
  const password = await terminal.converse((person) => person.askSecret('SSH password: '));
  if (password !== undefined && password.reveal() !== '') return password;
  throw new KonvoyError('--ask-pass: no password was given', { code: 'usage' });
}
