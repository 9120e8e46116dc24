import fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import { Secret } from '../../../src/domain/secret.ts';
import { openSource, Vault } from '../../../src/config/ansible/vault.ts';
import { readIntent } from '../../../src/config/intent.ts';
import { OWN_VARIABLES } from '../../../src/config/own-variables.ts';
import { Problems } from '../../../src/config/text/problems.ts';
import { vaultText } from '../../support/vault.ts';
import { formatDiagnostic, operator, readInventories } from './read.ts';

const PASSWORD = 'throw-away';
const vault = new Vault([{ id: 'default', password: new Secret(PASSWORD) }]);

const VARIABLES = [
  ...['ansible_host', 'ansible_ssh_host', 'ssh_host', 'ansible_port', 'ansible_user', 'ssh_user'],
  ...['ansible_private_key_file', 'ansible_ssh_private_key_file', 'ansible_connection'],
  ...['ansible_become', 'ansible_become_method', 'ansible_become_user', 'ansible_become_exe'],
  ...['ansible_password', 'ansible_become_password', 'ansible_host_key_checking'],
  ...['ansible_ssh_args', 'ansible_ssh_common_args', 'ansible_ssh_extra_args', 'ssh_common_args'],
  'control_plane_endpoint',
  ...OWN_VARIABLES,
];

const SETTINGS = ['interface', 'vrid', 'mode', 'profile', 'advertIntervalMs', 'preempt', 'healthCheck'];

/** A word that stands nowhere else; what is around it makes it an address, an option, or broken. */
const word = fc.nat(0xffffffff).map((number) => `zq${number.toString(16).padStart(8, '0')}`);
const frame = fc.constantFrom<readonly [string, string]>(
  ['', ''],
  ['', '\n'],
  ['"', ', got "x"'],
  ['expected ', ', got x'],
  ['{{ ', ' }}'],
  ['a b ', ' # c'],
  ['', '.example.net:6443'],
  ['-o ProxyJump=', ''],
  ['-o UserKnownHostsFile=/dev/null -o Port=', ''],
  ['-i %', ''],
  ["-o '", ''],
  ['*', ''],
  ['&', ''],
  ['!', ''],
  ['[', ']'],
  ['{', ''],
  ['%', ''],
  ['', ': x: y'],
);
const secret = fc
  .tuple(word, frame)
  .map(([text, [before, after]]) => ({ word: text, text: before + text + after }));

/** Everything that is said about these files; cluster.yaml stands in the clear unless it is encrypted, too. */
function saidAbout(inventory: string, cluster?: string): string {
  const problems = new Problems();
  const source = (name: string, text: string) => {
    const opened = openSource({ name, directory: '/cluster' }, text, vault);
    if (!opened.ok) throw new Error(opened.error.message);
    return opened.value;
  };
  const read = readInventories([source('inventory.yaml', inventory)], problems);
  const sources = cluster === undefined ? {} : { cluster: source('cluster.yaml', cluster) };
  const result = readIntent({ inventory: read, ...sources }, operator, problems);
  const diagnostics = result.ok ? result.value.warnings : result.error;
  return [JSON.stringify(diagnostics), ...diagnostics.map(formatDiagnostic)].join('\n').toLowerCase();
}

function inventoryWith(lines: readonly string[]): string {
  const endpoint = lines.some((line) => line.includes('control_plane_endpoint'))
    ? []
    : ['    control_plane_endpoint: 192.0.2.10:6443'];
  const hosts = ['cp1', 'cp2'].flatMap((name, index) => [
    `    ${name}:`,
    `      ansible_host: 192.0.2.1${index}`,
  ]);
  const both = ['  vars:', ...lines.map((line) => `    ${line.replaceAll('\n', '\n    ')}`), ...endpoint];
  const isHost = lines.some((line) => /^ansible_host/.test(line));
  return ['control-plane:', ...both, '  hosts:', ...(isHost ? ['    cp1:', '    cp2:'] : hosts), ''].join(
    '\n',
  );
}

function vaulted(name: string, text: string): string {
  return `${name}: !vault |\n  ${vaultText(text, PASSWORD).trimEnd().replaceAll('\n', '\n  ')}`;
}

describe('what was encrypted is in no diagnostic', () => {
  it.each(VARIABLES)('as %s', (variable) => {
    fc.assert(
      fc.property(secret, ({ word: hidden, text }) => {
        expect(saidAbout(inventoryWith([vaulted(variable, text)]))).not.toContain(hidden);
      }),
      { numRuns: 40 },
    );
  });

  it.each(VARIABLES)('as %s that refers to it', (variable) => {
    fc.assert(
      fc.property(secret, fc.constantFrom('', 'x', '-o ', '"'), ({ word: hidden, text }, before) => {
        const lines = [vaulted('hidden', text), `${variable}: '${before}{{ hidden }}'`];
        expect(saidAbout(inventoryWith(lines))).not.toContain(hidden);
      }),
      { numRuns: 40 },
    );
  });

  it('as a valid value that two hosts share', () => {
    const said = saidAbout(inventoryWith([vaulted('ansible_host', 'zq.example.net'), 'ansible_port: 23']));
    expect(said).toContain('cp1 and cp2 are the same machine');
    expect(said).not.toContain('zq');
  });

  it('as a VIP that is in a subnet of the inside', () => {
    const cluster = `kind: ClusterConfiguration
apiVersion: konvoy.mesosphere.io/v1beta2
spec: {kubernetes: {controlPlane: {keepalived: {}}, networking: {podSubnet: 198.51.100.0/24}}}
`;
    const said = saidAbout(inventoryWith([vaulted('control_plane_endpoint', '198.51.100.77:6443')]), cluster);
    expect(said).toContain('the vip is in this subnet');
    expect(said).not.toContain('198.51.100.77');
  });

  it.each(VARIABLES)(
    'as %s in a file that is encrypted as a whole, also where that breaks it',
    (variable) => {
      fc.assert(
        fc.property(secret, fc.constantFrom('', '"', "'", '- ', '  '), ({ word: hidden, text }, before) => {
          const inventory = inventoryWith([`${variable}: ${before}${text}`, `other: ${text}`]);
          expect(saidAbout(vaultText(inventory, PASSWORD))).not.toContain(hidden);
        }),
        { numRuns: 40 },
      );
    },
  );

  it('anywhere in an INI file that is encrypted as a whole', () => {
    const places = fc.constantFrom<(text: string) => string>(
      (text) => `[control-plane]\ncp1 ansible_host=${text}\n`,
      (text) => `[control-plane]\ncp1 ansible_port="${text}" ansible_user=${text}\n`,
      (text) =>
        `[control-plane]\n${text} ansible_host=192.0.2.1\n[control-plane:vars]\nansible_port=${text}\n`,
      (text) => `[control-plane]\ncp1 ${text}\n[control-plane:vars]\n${text}\n`,
      (text) => `[${text}]\ncp1\n[control-plane:${text}]\n`,
      (text) => `[control-plane:vars]\nansible_host={"a": ${text}\n[control-plane:children]\n${text}\n`,
    );
    fc.assert(
      fc.property(secret, places, ({ word: hidden, text }, place) => {
        // A name of a host is part of every message about it.
        const said = saidAbout(vaultText(place(text), PASSWORD)).replaceAll(/control-plane\.\S+/g, '');
        expect(said).not.toContain(hidden);
      }),
      { numRuns: 300 },
    );
  });

  it.each(SETTINGS)('as %s in an encrypted cluster.yaml', (setting) => {
    fc.assert(
      fc.property(secret, ({ word: hidden, text }) => {
        const keepalived = { [setting]: text };
        const cluster = JSON.stringify({
          kind: 'ClusterConfiguration',
          apiVersion: 'konvoy.mesosphere.io/v1beta2',
          metadata: { name: text },
          spec: { kubernetes: { controlPlane: { controlPlaneEndpointOverride: text, keepalived } } },
        });
        expect(saidAbout(inventoryWith([]), vaultText(cluster, PASSWORD))).not.toContain(hidden);
      }),
      { numRuns: 40 },
    );
  });
});

describe('what is wrong with an encrypted value is said all the same', () => {
  it.each([
    [
      'what was expected',
      vaulted('ansible_port', '22 22'),
      'control-plane.vars.ansible_port: expected a port from 1 to 65535; what is there is encrypted, and is not shown',
    ],
    [
      'white space around it',
      vaulted('ansible_port', '22\n'),
      'control-plane.vars.ansible_port: expected a port from 1 to 65535; what is there is encrypted, and is not shown; it begins or ends with white space',
    ],
    [
      'a value that is none of ours',
      vaulted('ansible_become_method', 'su'),
      'control-plane.vars.ansible_become_method: expected sudo or doas; what is there is encrypted, and is not shown',
    ],
    [
      'a password of two lines',
      vaulted('ansible_password', 'hunter2\n'),
      'control-plane.vars.ansible_password: a password is one line; a block scalar ends in a line break: use |- instead of |',
    ],
    [
      'a damaged vault',
      'ansible_port: !vault |\n  $ANSIBLE_VAULT;1.1;AES256\n  61 \n',
      'control-plane.vars.ansible_port: line 2 of the vault has something else than hexadecimal digits',
    ],
    [
      'a wrong password',
      `ansible_port: !vault |\n  ${vaultText('22', 'another').trimEnd().replaceAll('\n', '\n  ')}`,
      'control-plane.vars.ansible_port: encrypted, and no vault password opens it; tried: "default"',
    ],
  ])('%s', (_, line, complaint) => {
    expect(saidAbout(inventoryWith([line]))).toContain(complaint.toLowerCase());
  });

  it('with its line in a file that is encrypted as a whole', () => {
    expect(saidAbout(vaultText(inventoryWith(['ansible_port: x']), PASSWORD))).toContain(
      'inventory.yaml:3:19 [] error: control-plane.vars.ansible_port: expected a port from 1 to 65535; what is there is encrypted, and is not shown',
    );
  });
});
