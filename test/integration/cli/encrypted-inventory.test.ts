import { writeFile } from 'node:fs/promises';
import { join } from 'node:path';
import { describe, expect, it } from 'vitest';
import { konvoyHa, type CliResult } from '../../support/cli.ts';
import { temporaryDirectory } from '../../support/temporary-directory.ts';
import { vaultText } from '../../support/vault.ts';

const INVENTORY = `all: {vars: {control_plane_endpoint: "192.0.2.10:6443"}}
control-plane: {hosts: {cp1: {ansible_host: 192.0.2.11}, cp2: {ansible_host: "not shown"}}}
node: {hosts: {node1: , node2: }}
`;

/** Runs a command where an encrypted inventory, its password and a limit file are. */
async function run(...argv: readonly string[]): Promise<CliResult> {
  await using directory = await temporaryDirectory();
  const cwd = directory.path;
  await writeFile(join(cwd, 'inventory.yaml'), vaultText(INVENTORY, 'throw-away', { id: 'prod' }));
  await writeFile(join(cwd, 'password'), 'throw-away\n');
  await writeFile(join(cwd, 'wrong'), 'wrong\n');
  await writeFile(join(cwd, 'some'), 'cp1\nnode[1]\n');
  return await konvoyHa(argv, { cwd });
}

describe('an encrypted inventory', () => {
  it('is read with its password, and only the hosts of a limit file are printed', async () => {
    const { code, stdout, stderr } = await run(
      ...['inventory', '--list', '--limit', '@some', '--vault-password-file', 'password'],
    );
    expect({ code, stderr }).toEqual({ code: 0, stderr: '' });
    const { _meta: meta } = JSON.parse(stdout) as { _meta: { hostvars: object } };
    expect(Object.keys(meta.hostvars).sort()).toEqual(['cp1', 'node2']);
  });

  it('shows no line of it where something is wrong', async () => {
    const { code, stdout, stderr } = await run('plan', '--vault-id', 'prod@password');
    expect(code).toBe(10);
    expect(stderr).toContain('--> ./inventory.yaml:2:');
    expect(stderr).toContain(
      'ansible_host: expected an IP address or a DNS name; what is there is encrypted',
    );
    expect(stdout + stderr).not.toMatch(/not shown"|control-plane: \{/);
  });

  it.each([
    [[], 'encrypted with the vault id "prod", and no vault password was given', 'add --vault-id prod@FILE'],
    [['--vault-id', 'prod@wrong'], 'no vault password opens it; tried: "prod"', 'error'],
    [['-J'], 'there is no terminal to ask on', '--vault-password-file'],
    [['--vault-id', 'prod@password', '--limit', '@none'], 'cannot read none: no such file', 'error'],
    [['--vault-id', 'prod@password', '--limit', '@failed'], '--limit @failed is not there yet', '@./failed'],
  ])('is refused with %j', async (options, message, hint) => {
    const { code, stdout, stderr } = await run('status', ...options);
    expect({ code, stdout }).toEqual({ code: 10, stdout: '' });
    expect(stderr).toContain(message);
    expect(stderr).toContain(hint);
  });
});
