import { KonvoyError } from '../domain/error.ts';
import type { Intent } from '../domain/intent.ts';
import type { HostName } from '../domain/names.ts';
import type { Secret } from '../domain/secret.ts';
import type { Target } from '../domain/target.ts';
import type { Terminal } from '../domain/terminal.ts';
import type { HostOptions } from './options.ts';

/** What a command line adds to every target, where the inventory leaves it open. */
export interface LoginOptions {
  readonly privateKey?: string;
  readonly password?: Secret;
  readonly becomePassword?: Secret;
  readonly acceptNewHostKeys: boolean;
}

/** What the options say about logging in; asks for what must not be on a command line. */
export async function readLoginOptions(
  { askPass, askBecomePass, acceptNewHostKeys, privateKey }: HostOptions,
  terminal: Terminal | undefined,
): Promise<LoginOptions> {
  const password = askPass ? await askPassword(SSH, terminal) : undefined;
  const becomePassword = askBecomePass ? await askPassword(BECOME, terminal, password) : undefined;
  return {
    acceptNewHostKeys,
    ...(privateKey === undefined ? {} : { privateKey }),
    ...(password === undefined ? {} : { password }),
    ...(becomePassword === undefined ? {} : { becomePassword }),
  };
}

/** The control-plane host of that name; throws when the inventory has none. */
export function controlPlaneHost({ hosts }: Intent, name: string): HostName {
  const found = hosts.find((host) => host.name === name);
  if (found !== undefined) return found.name;
  const names = hosts.map((host) => host.name).join(', ');
  throw new KonvoyError(`${name} is no control-plane host of the inventory`, {
    code: 'usage',
    hints: [`there are: ${names}`],
  });
}

/** The target with what the command line adds; what the inventory says of it stays in force. */
export function withLoginOptions(target: Target, options: LoginOptions): Target {
  const { privateKey, password, becomePassword } = options;
  const { become } = target;
  return {
    ...trusting(target, options),
    ...(privateKey === undefined || target.identityFiles.length > 0 ? {} : { identityFiles: [privateKey] }),
    // Not for a bastion: it would learn the password of the hosts behind it.
    ...(password === undefined || target.password !== undefined ? {} : { password }),
    ...(becomePassword === undefined || become.password !== undefined
      ? {}
      : { become: { ...become, password: becomePassword } }),
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

/** A password that an option asks for. */
interface PasswordOption {
  readonly option: string;
  readonly question: string;
  /** What to do where nobody can be asked. */
  readonly hint: string;
}

async function askPassword(
  { option, question, hint }: PasswordOption,
  terminal: Terminal | undefined,
  ifEmpty?: Secret,
): Promise<Secret> {
  if (terminal === undefined) {
    throw new KonvoyError(`${option}: there is no terminal to ask on`, { code: 'usage', hints: [hint] });
  }
  const asked = ifEmpty === undefined ? `${question}: ` : `${question} (empty: as to log in): `;
  const password = await terminal.converse((person) => person.askSecret(asked));
  if (password !== undefined && password.reveal() !== '') return password;
  if (password !== undefined && ifEmpty !== undefined) return ifEmpty;
  throw new KonvoyError(`${option}: no password was given`, { code: 'usage' });
}

const SSH: PasswordOption = {
  option: '--ask-pass',
  question: 'SSH password',
  hint: 'log in with a key, or put ansible_password into the inventory, encrypted with ansible-vault',
};

const BECOME: PasswordOption = {
  option: '--ask-become-pass',
  question: 'sudo password',
  hint: 'put ansible_become_password into the inventory, encrypted with ansible-vault, or allow /bin/sh -s without one',
};
