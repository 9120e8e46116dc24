import { PATHS } from '../../../src/backends/keepalived/layout.ts';
import type { CommandResult } from '../../../src/domain/command.ts';
import { complained, said } from '../command-results.ts';
import { networkOf, VIP } from '../cluster.ts';
import { networkAnswers } from '../network-answers.ts';
import type { FakeMachine } from './machine.ts';
import { runScript } from './scripts.ts';
import type { Entry } from './tree.ts';

/** What a program of a Debian 12 does that konvoy-ha runs on its hosts; another one is an error of the test. */
export function runProgram(machine: FakeMachine, argv: readonly string[], stdin?: Uint8Array): CommandResult {
  const [program = '', ...words] = argv;
  if (program === 'sh' && words[0] === '-c')
    return runScript(machine, words[1] ?? '', { parameters: words.slice(3), stdin });
  const run = PROGRAMS[program];
  if (run === undefined) throw new Error(`${machine.name} does not know: ${argv.join(' ')}`);
  return run(machine, words);
}

type Program = (machine: FakeMachine, words: readonly string[]) => CommandResult;

const done = said('');
const failed = (words: string): CommandResult => complained(words, 1);

const PROGRAMS: Readonly<Record<string, Program | undefined>> = {
  cat: (machine, [path = '']) => {
    const text = path === '/etc/os-release' ? RELEASE : path === PATHS.state ? stateOf(machine) : undefined;
    return text === undefined ? failed(`cat: ${path}: No such file or directory`) : said(text);
  },
  id: () => said('0\n'),
  ip: (machine, words) => {
    const asked = words.includes('address') ? 0 : words.includes('link') ? 1 : 2;
    return networkAnswers(networkSeenBy(machine), VIP)[asked] ?? done;
  },
  stat: ({ tree }, words) => {
    const entry = tree.get(words.at(-1) ?? '');
    return entry === undefined ? failed('stat: no such file') : said(`${statLine(entry)}\n`);
  },
  getent: ({ users }, [, name = '']) =>
    users.has(name) ? said(`${name}:x:997:997::/nonexistent:/usr/sbin/nologin\n`) : complained('', 2),
  useradd: ({ users }, words) => {
    users.add(words.at(-1) ?? '');
    return done;
  },
  userdel: ({ users }, [name = '']) => (users.delete(name) ? done : failed('no such user')),
  rm: ({ tree }, words) => {
    for (const path of words.filter((word) => !word.startsWith('-'))) tree.remove(path);
    return done;
  },
  mv: ({ tree }, words) => {
    const [from = '', to = ''] = words.filter((word) => !word.startsWith('-'));
    return tree.move(from, to) ? done : failed(`mv: cannot move ${from}`);
  },
  'dpkg-query': ({ packages }, words) => {
    const version = packages.get(words.at(-1) ?? '');
    return version === undefined ? failed('no packages found') : said(`ii ${version}`);
  },
  // Whether a shell can read a script.
  '/bin/sh': (_, words) => (words.join() === '-n' ? done : failed('no fake of this')),
  journalctl: () => said('keepalived: nothing to say\n'),
  systemctl,
  'systemd-run': ({ watchers }, words) => {
    const run = words.find((word) => word.startsWith('--unit='))?.slice(UNIT.length, -'.service'.length);
    watchers.add(run ?? '');
    return done;
  },
};

const UNIT = '--unit=konvoy-ha-dead-man-';

function systemctl(machine: FakeMachine, words: readonly string[]): CommandResult {
  const [verb = ''] = words.filter((word) => !word.startsWith('--'));
  const isThere = machine.packages.has('keepalived');
  switch (verb) {
    case 'show': {
      if (!isThere) return said('LoadState=not-found\nActiveState=inactive\nUnitFileState=\n');
      const states = [machine.running ? 'active' : 'inactive', machine.enabled ? 'enabled' : 'disabled'];
      return said(`LoadState=loaded\nActiveState=${states[0] ?? ''}\nUnitFileState=${states[1] ?? ''}\n`);
    }
    case 'daemon-reload':
      return done;
    case 'start':
      return machine.start() ? done : failed('Unit keepalived.service cannot be started');
    case 'stop':
      machine.stop();
      return done;
    case 'enable':
    case 'disable':
      if (!isThere) return failed('Unit keepalived.service does not exist');
      machine.enabled = verb === 'enable';
      return done;
    default:
      throw new Error(`${machine.name} does not know: systemctl ${words.join(' ')}`);
  }
}

/** What the notify script has kept. */
function stateOf(machine: FakeMachine): string | undefined {
  if (!machine.running) return undefined;
  return `${machine.around.holdsVip(machine) ? 'MASTER' : 'BACKUP'} 1763820000 4711\n`;
}

/** `stat -c '%a %U %G %F'`. */
export function statLine(entry: Entry): string {
  const type = entry.kind === 'directory' ? 'directory' : 'regular file';
  return `${entry.mode.toString(8)} ${entry.owner} ${entry.group} ${type}`;
}

/** The network of a machine, as its own `ip` shows it. */
export function networkSeenBy(machine: FakeMachine): ReturnType<typeof networkOf> {
  const isHolder = machine.around.holdsVip(machine);
  const mac = isHolder ? undefined : machine.around.vipMac();
  return networkOf(machine.name, {
    ...(isHolder ? { holds: 'eth0' } : {}),
    ...(mac === undefined ? {} : { neighbour: `${VIP} dev eth0 lladdr ${mac} REACHABLE ` }),
  });
}

const RELEASE = 'ID=debian\nVERSION_ID="12"\nPRETTY_NAME="Debian GNU/Linux 12 (bookworm)"\n';
