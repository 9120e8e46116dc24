import { err, ok, type Result } from '../domain/result.ts';
import { Secret } from '../domain/secret.ts';
import type { Become } from '../domain/target.ts';
import type { HostVariables } from './ansible/inventory.ts';
import type { Cursor } from './text/cursor.ts';
import { readVariable, variableText } from './variable.ts';

/** The password of the login, if the variables have one. */
export function readPassword(variables: HostVariables): Secret | undefined {
  return readSecret(variables.first(...LOGIN_PASSWORDS));
}

/** How a host's login becomes root; undefined when the variables ask for a way that there is not, which has then been said. */
export function readBecome(variables: HostVariables): Become | undefined {
  const cursor = variables.first('ansible_become_method');
  const method = cursor === undefined ? 'sudo' : readVariable(cursor, parseBecomeMethod);
  if (method === undefined) return undefined;
  const password = readSecret(variables.first(...BECOME_PASSWORDS[method]));
  return { method, ...(password === undefined ? {} : { password }) };
}

function parseBecomeMethod(text: string): Result<Become['method'], string> {
  if (text === 'sudo' || text === 'doas') return ok(text);
  return err(
    `expected sudo or doas, got ${JSON.stringify(text)}: konvoy-ha becomes root with these, or logs in as root`,
  );
}

function readSecret(cursor: Cursor | undefined): Secret | undefined {
  const text = cursor && variableText(cursor);
  if (cursor === undefined || text === undefined) return undefined;
  if (/[\n\r\0]/.test(text)) {
    cursor.refuse('a password is one line', 'a block scalar ends in a line break: use |- instead of |');
    return undefined;
  }
  return new Secret(text);
}

const LOGIN_PASSWORDS = ['ansible_password', 'ansible_ssh_pass', 'ansible_ssh_password'];

const BECOME_PASSWORDS: Readonly<Record<Become['method'], readonly string[]>> = {
  sudo: ['ansible_become_password', 'ansible_become_pass', 'ansible_sudo_pass'],
  doas: ['ansible_become_password', 'ansible_become_pass', 'ansible_doas_pass'],
};
