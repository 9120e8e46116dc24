import { parseBoolean } from './boolean.ts';
import type { Cursor } from './text/cursor.ts';
import type { HostVariables } from './ansible/inventory.ts';
import { readVariable, variableText } from './variable.ts';

/** Complains about what a host's variables ask for and konvoy-ha cannot do yet: it must not connect in another way instead. */
export function refuseUnsupported(variables: HostVariables): void {
  for (const name of NOT_YET) variables.first(name)?.refuse('not supported yet');
  readIfSet(variables.first('ansible_become'), (cursor) => readVariable(cursor, parseBoolean));
  readIfSet(variables.first('ansible_become_user'), (cursor) => {
    const user = variableText(cursor);
    if (user === undefined || user === 'root') return;
    cursor.fail(`${JSON.stringify(user)} cannot set up keepalived`, 'konvoy-ha works as root on the hosts');
  });
}

function readIfSet(cursor: Cursor | undefined, read: (cursor: Cursor) => void): void {
  if (cursor !== undefined) read(cursor);
}

const NOT_YET = [
  'ansible_become_exe',
  'ansible_become_flags',
  'ansible_ssh_executable',
  'ansible_shell_executable',
];
