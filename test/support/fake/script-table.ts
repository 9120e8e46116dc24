import { testConfiguration } from '../../../src/backends/keepalived/config-test.ts';
import { keepalivedFact } from '../../../src/backends/keepalived/facts.ts';
import { joinGate, ownerGate, serviceGate } from '../../../src/backends/keepalived/gates.ts';
import { PATHS, SERVICE } from '../../../src/backends/keepalived/layout.ts';
import { REACH } from '../../../src/backends/keepalived/reach-script.ts';
import type { CommandResult } from '../../../src/domain/command.ts';
import type { HostPlan } from '../../../src/domain/plan.ts';
import { leftoverRemoval } from '../../../src/engine/steps.ts';
import { advertsFact } from '../../../src/facts/adverts.ts';
import { apiFact } from '../../../src/facts/api.ts';
import { kubernetesFact } from '../../../src/facts/kubernetes.ts';
import { networkFact } from '../../../src/facts/network.ts';
import { systemFact } from '../../../src/facts/system.ts';
import { NETFILTER } from '../../../src/platform/netfilter-script.ts';
import { PLATFORMS } from '../../../src/platform/platform.ts';
import { fileHandler, sha256, writeFile } from '../../../src/resources/file.ts';
import { directoryHandler } from '../../../src/resources/directory.ts';
import { userHandler } from '../../../src/resources/user.ts';
import { interfaceName } from '../branded.ts';
import { VIP } from '../cluster.ts';
import { complained, said } from '../command-results.ts';
import { networkAnswers } from '../network-answers.ts';
import type { FakeMachine } from './machine.ts';
import { networkSeenBy, runProgram, statLine } from './programs.ts';
import { deadManScripts } from './dead-man-scripts.ts';
import { generationScripts } from './generation-scripts.ts';
import { parentOf } from './tree.ts';

/** What one script of konvoy-ha does to a machine. */
export type Script = (
  machine: FakeMachine,
  parameters: readonly string[],
  stdin: Uint8Array,
) => CommandResult;

/** The text of the script that a command of konvoy-ha runs. */
export function scriptOf({ argv }: { readonly argv: readonly string[] } | undefined = { argv: [] }): string {
  const [program, option, script] = argv;
  if (program !== 'sh' || option !== '-c' || script === undefined) throw new Error('this is no script');
  return script;
}

export const done = said('');

let table: ReadonlyMap<string, Script> | undefined;

/** Every script of konvoy-ha, by the text that the program itself sends. */
export function DEBIAN_SCRIPTS(): ReadonlyMap<string, Script> {
  table ??= new Map([
    ...factScripts(),
    ...firewallScripts(),
    ...resourceScripts(),
    ...serviceScripts(),
    ...generationScripts(),
    ...deadManScripts(),
  ]);
  return table;
}

/** Nothing stands before the packets of a machine, and everybody hears everybody. */
function firewallScripts(): readonly (readonly [string, Script])[] {
  return [
    [NETFILTER, () => said('')],
    [
      REACH,
      (_, parameters) =>
        said(
          parameters
            .slice(7)
            .map((peer) => `heard ${peer}\n`)
            .join(''),
        ),
    ],
  ];
}

function factScripts(): readonly (readonly [string, Script])[] {
  const [, , , init, clients] = systemFact.probes;
  return [
    [scriptOf(init), () => said('systemd\n')],
    [scriptOf(clients), () => said('curl\nopenssl\n')],
    [
      scriptOf(networkFact(VIP).probes[3]),
      (machine) => networkAnswers(networkSeenBy(machine), VIP)[3] ?? done,
    ],
    [scriptOf(advertsFact(interfaceName('eth0')).probes[0]), () => said('by perl\n')],
    [scriptOf(apiFact(VIP, 6443).probes[0]), () => said('answers\n')],
    [scriptOf(kubernetesFact().probes[0]), () => done],
    [
      scriptOf(keepalivedFact.probes[0]),
      ({ packages }) => said(packages.has(SERVICE) ? 'Keepalived v2.2.7 (01/17,2022)\n' : ''),
    ],
    [
      scriptOf(PLATFORMS[0].packages.offers(SERVICE, 'installed')),
      ({ packages }) => said(packages.has(SERVICE) ? '' : 'keepalived:\n  Candidate: 1:2.2.7-1+b2\n'),
    ],
  ];
}

function resourceScripts(): readonly (readonly [string, Script])[] {
  const [platform] = PLATFORMS;
  const path = '/etc/x';
  const directory = { kind: 'directory', path, mode: 0o755, owner: 'root', group: 'root' } as const;
  const user = { kind: 'user', name: 'x' } as const;
  const file = { content: new Uint8Array(), mode: 0o600, owner: 'root', group: 'root' };
  return [
    [
      scriptOf(fileHandler.probe(path, platform)),
      ({ tree }, [at = '']) => {
        const entry = tree.get(at);
        if (entry === undefined) return complained('stat: no such file', 1);
        const head = Buffer.from(`${statLine(entry)}\n`);
        const content = entry.kind === 'file' ? entry.content : new Uint8Array();
        return { exitCode: 0, stdout: Buffer.concat([head, content]), stderr: new Uint8Array() };
      },
    ],
    [scriptOf(writeFile(path, file)), write],
    [scriptOf(directoryHandler.converge(directory, undefined, platform)[0]), makeDirectory],
    [
      scriptOf(directoryHandler.converge(undefined, directory, platform)[0]),
      ({ tree }, [at = '']) => {
        tree.removeEmpty(at);
        return done;
      },
    ],
    [scriptOf(userHandler.restore(user, undefined, platform)[0]), unlessThere],
    [scriptOf(userHandler.restore(undefined, user, platform)[0]), ifThere],
    [scriptOf(leftoverRemoval({ changes: [] } as unknown as HostPlan)), removeLeftovers],
    [scriptOf(testConfiguration(path)), ({ tree }, [at = '']) => (tree.text(at) ? done : complained('', 1))],
  ];
}

const write: Script = ({ tree }, [path = '', mode = '', owners = '', sum], stdin) => {
  if (!tree.isDirectory(parentOf(path))) return complained('there is no such directory', 1);
  if (tree.isDirectory(path)) return complained('it is a directory', 1);
  if (sha256(stdin) !== sum) return complained('it did not arrive whole', 1);
  const [owner = '', group = ''] = owners.split(':');
  tree.put(path, { kind: 'file', content: stdin, mode: Number.parseInt(mode, 8), owner, group });
  return done;
};

const makeDirectory: Script = ({ tree }, [path = '', mode = '', owners = '']) => {
  tree.makeDirectories(path);
  const [owner = '', group = ''] = owners.split(':');
  tree.put(path, { kind: 'directory', mode: Number.parseInt(mode, 8), owner, group });
  return done;
};

const removeLeftovers: Script = ({ tree }, paths) => {
  for (const path of paths) {
    tree.remove(path);
    for (const name of tree.names(parentOf(path)))
      if (/^\.konvoy-ha\..{8}$/.test(name)) tree.remove(`${parentOf(path)}/${name}`);
  }
  return done;
};

const unlessThere: Script = (machine, [user = '', ...command]) =>
  machine.users.has(user) ? done : runProgram(machine, [...command, user]);

const ifThere: Script = (machine, [user = '', ...command]) =>
  machine.users.has(user) ? runProgram(machine, [...command, user]) : done;

function serviceScripts(): readonly (readonly [string, Script])[] {
  const [{ packages, services }] = PLATFORMS;
  const off = { enabled: false, running: false };
  return [
    [scriptOf(packages.install(SERVICE)), install],
    [scriptOf(packages.remove(SERVICE)), remove],
    [
      scriptOf(services.reload(SERVICE)),
      (machine) => (machine.start() ? done : complained('it does not start', 1)),
    ],
    [scriptOf(services.restore(SERVICE, off, 'by-signal')), restoreService],
    [ownerGate('', 0).script, waitForVip(0)],
    [joinGate(0).script, (machine) => (machine.running ? done : late(machine))],
    [serviceGate(0).script, (machine) => (machine.running ? done : late(machine))],
  ];
}

/** As Debian does: the service is enabled, and it starts when it has a configuration. */
const install: Script = (machine, [name = '']) => {
  machine.tree.makeDirectories('/etc/keepalived');
  if (machine.packages.has(name)) return done;
  machine.packages.set(name, '1:2.2.7-1+b2');
  machine.enabled = true;
  machine.start();
  return done;
};

const remove: Script = (machine, [name = '']) => {
  machine.stop();
  machine.enabled = false;
  machine.packages.delete(name);
  machine.tree.remove(PATHS.conf);
  machine.tree.removeEmpty('/etc/keepalived');
  return done;
};

const restoreService: Script = (machine, [name = '', enablement, running]) => {
  if (!machine.packages.has(name)) return done;
  machine.enabled = enablement === 'enable';
  // At boot what is enabled starts when all is undone.
  if (machine.isBooting) return done;
  if (running === 'running') return machine.start() ? done : complained('it does not start', 1);
  machine.stop();
  return done;
};

/** The parameters of the gate are tries and the VIP; those of a look are the VIP and tries. */
export function waitForVip(at: 0 | 1): Script {
  return (machine, parameters) => {
    if (parameters[1 - at] !== VIP) throw new Error(`who has ${parameters[1 - at] ?? ''}?`);
    return machine.around.holdsVip(machine) ? done : late(machine);
  };
}

/** A gate that stays shut takes all of its time. */
function late(machine: FakeMachine): CommandResult {
  machine.around.pass(9000);
  return complained('', 1);
}
