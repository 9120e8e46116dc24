import { parseBoolean } from './boolean.ts';
import type { Cursor } from './text/cursor.ts';
import type { HostVariables } from './ansible/inventory.ts';
import { readVariable, variableText } from './variable.ts';

/** Complains about what a host's variables ask for and konvoy-ha cannot do yet: it must not connect in another way instead. */
export function refuseUnsupported(variables: HostVariables): void {
  for (const name of PASSWORDS) {
    variables
      .first(name)
      ?.refuse('passwords are not supported yet', 'log in with a key, and let sudo work without a password');
  }
  for (const name of NOT_YET) variables.first(name)?.refuse('not supported yet');
  readIfSet(variables.first('ansible_become'), (cursor) => readVariable(cursor, parseBoolean));
  readIfSet(variables.first('ansible_become_method'), (cursor) => {
    const method = variableText(cursor);
    if (method === undefined || method === 'sudo') return;
    cursor.fail(
      `${JSON.stringify(method)} is not supported yet`,
      'konvoy-ha becomes root with sudo, or logs in as root',
    );
  });
  readIfSet(variables.first('ansible_become_user'), (cursor) => {
    const user = variableText(cursor);
    if (user === undefined || user === 'root') return;
    cursor.fail(`${JSON.stringify(user)} cannot set up keepalived`, 'konvoy-ha works as root on the hosts');
  });
}

function readIfSet(cursor: Cursor | undefined, read: (cursor: Cursor) => void): void {
  if (cursor !== undefined) read(cursor);
}

const PASSWORDS = [
  'ansible_password',
  'ansible_ssh_pass',
  'ansible_ssh_password',
  'ansible_become_password',
  'ansible_become_pass',
  'ansible_sudo_pass',
];

const NOT_YET = [
  'ansible_become_exe',
  'ansible_become_flags',
  'ansible_ssh_executable',
  'ansible_shell_executable',
];
