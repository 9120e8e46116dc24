import { writeFile } from 'node:fs/promises';
import { join } from 'node:path';
import { describe, expect, it } from 'vitest';
import { editInventory, hostVariable, placeOf } from '../support/lab-files.ts';
import { clusterOfFile } from '../support/cluster-of-file.ts';
import { named } from '../support/named.ts';
import { expectUntouched, type RefusalCase, type Stage } from '../support/refusal.ts';

type Edit = readonly [find: string, replace: string];

/** A mistake in the inventory: the edit that makes it, and the words at which konvoy-ha has to point. */
interface Mistake {
  readonly title: string;
  readonly edits: (stage: Stage) => readonly Edit[];
  readonly at: string | ((stage: Stage) => string);
  readonly says: readonly (string | RegExp)[];
}

const mistakes: readonly Mistake[] = [
  {
    title: 'a misspelt variable of a group',
    edits: () => [['all:\n  vars:\n', 'all:\n  vars:\n    keepalived_prioritiy: 250\n']],
    at: 'keepalived_prioritiy',
    says: ['unknown variable "keepalived_prioritiy"', 'hint: did you mean "keepalived_priority"?'],
  },
  {
    title: 'a misspelt variable of a host',
    edits: ({ lab }) => [hostVariable(lab, 'cp2', 'konvoy_ha_clutser: blue')],
    at: 'konvoy_ha_clutser',
    says: ['unknown variable "konvoy_ha_clutser"', 'hint: did you mean "konvoy_ha_cluster"?'],
  },
  {
    title: 'an unknown key in a group',
    edits: () => [['control-plane:\n  hosts:', 'control-plane:\n  hots:']],
    at: 'hots',
    says: [/"hots"/, 'hint: did you mean "hosts"?'],
  },
  {
    title: 'an endpoint without a port',
    edits: ({ lab }) => [[`"${lab.vip}:6443"`, `"${lab.vip}"`]],
    at: '"10.77.',
    says: [/port/, /:6443/],
  },
  {
    title: 'no endpoint at all',
    edits: ({ lab }) => [[`    control_plane_endpoint: "${lab.vip}:6443"\n`, '']],
    at: 'control-plane:',
    says: [
      'no control-plane endpoint is set',
      'hint: in the inventory, under all.vars: control_plane_endpoint',
    ],
  },
  {
    title: 'a VIP that the inventory gives to a host',
    edits: ({ lab, cp }) => [[`"${lab.vip}:6443"`, `"${cp(2).address}:6443"`]],
    at: ({ cp }) => `${cp(2).address}:6443`,
    says: [/10\.77\.\d+\.12 is the address of cp2/, 'hint: a VIP must be an address that no machine has'],
  },
  {
    title: 'two hosts with one address',
    edits: ({ cp }) => [[`ansible_host: ${cp(2).address}`, `ansible_host: ${cp(1).address}`]],
    at: 'cp2:',
    says: [/cp1 and cp2 are the same machine: 10\.77\.\d+\.11 port 22/],
  },
  {
    title: 'a tab where YAML wants spaces',
    edits: () => [['    ansible_port: 22', '\tansible_port: 22']],
    at: '\tansible_port',
    says: [/tab/i],
  },
  {
    title: 'a bracket that is not closed',
    edits: () => [['ansible_port: 22', 'ansible_port: [22']],
    at: 'ansible_ssh_private_key_file',
    says: [/error:/],
  },
];

const clusterYaml = [
  'kind: ClusterConfiguration',
  'apiVersion: konvoy.mesosphere.io/v1beta2',
  'spec:',
  '  kubernetes:',
  '    controlPlane:',
  '      keepalived:',
  '        vird: 70',
  '        profile: quick',
  '',
].join('\n');

const commands: readonly (Omit<RefusalCase, 'arrange' | 'exit'> & { readonly command: readonly string[] })[] =
  [
    {
      title: 'apply without --yes where there is no terminal to ask on',
      command: ['apply'],
      error: 'usage',
      says: ['no terminal to ask on; nothing was changed', 'hint: add --yes'],
    },
    {
      title: 'a --limit that matches no host',
      command: ['apply', '--yes', '--limit', 'cp7'],
      error: 'usage',
      says: ['--limit cp7', 'did you mean "cp1"?', 'hint: control-plane hosts are cp1, cp2, cp3'],
    },
    {
      title: 'a rollback where nothing is recorded',
      command: ['rollback', '--yes'],
      error: 'usage',
      says: ['there is no generation to go back to', 'hint: see konvoy-ha history'],
    },
    {
      title: 'a rollback to a generation where nothing is recorded',
      command: ['rollback', '--yes', '--to', '3'],
      error: 'usage',
      says: ['there is no generation to go back to', 'hint: see konvoy-ha history'],
    },
    {
      title: 'a command that does not exist',
      command: ['aply'],
      error: 'usage',
      says: [/^konvoy-ha: error: unknown command 'aply'/, 'hint: did you mean apply?'],
    },
    {
      title: 'an option that does not exist',
      command: ['apply', '--yess'],
      error: 'usage',
      says: [/^konvoy-ha: error: unknown option '--yess'/, 'hint: did you mean --yes?'],
    },
    {
      title: 'an option with a value out of range',
      command: ['apply', '--timeout', '0'],
      error: 'usage',
      says: [/^konvoy-ha: error: .*'0' is invalid. expected a whole number from 1 to 3600/, 'hint: '],
    },
    ...[['lb', 'audit'], ['completion']].map((command) => ({
      title: `the command ${command.join(' ')}, which is not there yet`,
      command,
      error: 'not-yet',
      says: [/^konvoy-ha: error: \w+ is not there yet: /, 'hint: konvoy-ha --help lists what is there'],
    })),
  ];

describe('no host is changed, and most are asked nothing, on', () => {
  const cluster = clusterOfFile();

  it.each(named(mistakes))('%s in the inventory', async (title, { edits, at, says }) => {
    const events = await expectUntouched(cluster(), {
      title,
      exit: 10,
      error: 'input-refused',
      says: [...says, 'in the input; nothing was changed'],
      arrange: async (stage) => {
        const { path, text } = await editInventory(stage.lab, stage.folder, ...edits(stage));
        stage.meets({
          inventory: path,
          at: `${path}:${placeOf(text, typeof at === 'string' ? at : at(stage))}`,
        });
      },
    });
    expect(events.filter((event) => event.type === 'host-step')).toEqual([]);
  });

  it('a misspelt key in cluster.yaml, and says every other mistake in either file as well', async () => {
    const events = await expectUntouched(cluster(), {
      title: '',
      exit: 10,
      error: 'input-refused',
      says: [
        /"vird"/,
        'hint: did you mean "vrid"?',
        /cluster\.yaml:8:18/,
        'safe, balanced',
        'unknown variable "keepalived_prio"',
        'expected a port from 1 to 65535',
        '4 problems in the input; nothing was changed',
      ],
      arrange: async (stage) => {
        const { path } = await editInventory(
          stage.lab,
          stage.folder,
          hostVariable(stage.lab, 'cp2', 'ansible_port: 70000'),
          hostVariable(stage.lab, 'cp1', 'keepalived_prio: 200'),
        );
        // konvoy-ha finds it beside the inventory.
        const cluster = join(stage.folder, 'cluster.yaml');
        await writeFile(cluster, clusterYaml);
        stage.meets({ inventory: path, at: `${cluster}:${placeOf(clusterYaml, 'vird')}` });
      },
    });
    expect(events.filter((event) => event.type === 'diagnostic')).toHaveLength(4);
    expect(events.filter((event) => event.type === 'host-step')).toEqual([]);
  });

  it.each(named(commands))('%s', async (_title, { command, ...refusal }) => {
    const arrange: RefusalCase['arrange'] = async ({ meets }) => meets({ command });
    await expectUntouched(cluster(), { ...refusal, exit: 10, arrange });
  });
});
