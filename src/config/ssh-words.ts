import { err, ok, type Result } from '../domain/result.ts';
import { splitWords } from './ansible/shell-words.ts';

/** One option of ssh, whichever way it was written: `-p 22`, `-p22` and `-o Port=22` are one. */
export interface SshOption {
  /** As in ssh_config(5), in lower case. */
  readonly name: string;
  readonly value: string;
  /** What to point at: the value, or the whole `Option=value`. */
  readonly fragment: string;
}

/** Something about one of the arguments that has to be said. */
export interface SshOptionProblem {
  readonly fragment: string;
  readonly message: string;
  readonly hints: readonly string[];
}

/** Reads OpenSSH client arguments as ssh's getopt(3) does; each is an option or a problem. */
export function sshOptionsIn(args: string): readonly Result<SshOption, SshOptionProblem>[] {
  const words = splitWords(args);
  if (!words.ok) return [err(problem(args, words.error))];
  const options: Result<SshOption, SshOptionProblem>[] = [];
  const rest = [...words.value];
  for (let word = rest.shift(); word !== undefined; word = rest.shift()) {
    if (/^-[^-]/.test(word)) options.push(...readCluster(word, rest));
    else options.push(err(problem(word, `${JSON.stringify(word)} is no option of ssh`)));
  }
  return options;
}

/** One word of flags, which may share a dash and of which the last may take a value, here or in the next word. */
function readCluster(word: string, rest: string[]): readonly Result<SshOption, SshOptionProblem>[] {
  const options: Result<SshOption, SshOptionProblem>[] = [];
  for (let at = 1; at < word.length; at += 1) {
    const flag = word[at] ?? '';
    const plain = PLAIN_FLAGS.get(flag);
    if (plain !== undefined) {
      options.push(ok({ ...plain, fragment: word }));
      continue;
    }
    const name = VALUE_FLAGS.get(flag);
    const takesValue = name !== undefined || REFUSED_WITH_VALUE.includes(flag);
    const value = takesValue ? word.slice(at + 1) || rest.shift() : undefined;
    if (name === undefined) options.push(err(refusedFlag(word, flag)));
    else if (value === undefined) options.push(err(problem(word, `-${flag} needs a value`)));
    else options.push(toOption(name, value));
    if (takesValue) break;
  }
  return options;
}

function toOption(name: string, value: string): Result<SshOption, SshOptionProblem> {
  if (name !== 'o') return ok({ name, value, fragment: value });
  const { key, rest } = /^\s*(?<key>[A-Za-z0-9]+)(?:\s*=\s*|\s+)(?<rest>[^]*)$/.exec(value)?.groups ?? {};
  if (key === undefined || rest === undefined)
    return err(problem(value, `expected -o Option=value, got ${JSON.stringify(value)}`));
  return ok({ name: key.toLowerCase(), value: rest.trim(), fragment: value });
}

function refusedFlag(word: string, flag: string): SshOptionProblem {
  const hint = REFUSED_HINTS.get(flag);
  const message = `-${flag} is an option of ssh that konvoy-ha cannot honour`;
  return problem(word, message, hint === undefined ? [] : [hint]);
}

function problem(fragment: string, message: string, hints: readonly string[] = []): SshOptionProblem {
  return { fragment, message, hints };
}

const VALUE_FLAGS: ReadonlyMap<string, string> = new Map([
  ['o', 'o'],
  ['b', 'bindaddress'],
  ['B', 'bindinterface'],
  ['c', 'ciphers'],
  ['e', 'escapechar'],
  ['F', 'configfile'],
  ['I', 'pkcs11provider'],
  ['i', 'identityfile'],
  ['J', 'proxyjump'],
  ['l', 'user'],
  ['m', 'macs'],
  ['p', 'port'],
  ['S', 'controlpath'],
]);

const PLAIN_FLAGS: ReadonlyMap<string, Omit<SshOption, 'fragment'>> = new Map([
  ['4', { name: 'addressfamily', value: 'inet' }],
  ['6', { name: 'addressfamily', value: 'inet6' }],
  ['A', { name: 'forwardagent', value: 'yes' }],
  ['a', { name: 'forwardagent', value: 'no' }],
  ['C', { name: 'compression', value: 'yes' }],
  ['K', { name: 'gssapiauthentication', value: 'yes' }],
  ['k', { name: 'gssapidelegatecredentials', value: 'no' }],
  ['M', { name: 'controlmaster', value: 'yes' }],
  ['q', { name: 'loglevel', value: 'QUIET' }],
  ['T', { name: 'requesttty', value: 'no' }],
  ['t', { name: 'requesttty', value: 'yes' }],
  ['v', { name: 'loglevel', value: 'DEBUG' }],
  ['x', { name: 'forwardx11', value: 'no' }],
]);

const REFUSED_WITH_VALUE: readonly string[] = ['D', 'E', 'L', 'O', 'Q', 'R', 'W', 'w'];

const OWN_COMMAND = 'konvoy-ha runs its own command and reads and writes its streams';

const FORWARDING = 'konvoy-ha opens no forwardings';

const REFUSED_HINTS: ReadonlyMap<string, string> = new Map([
  ...['f', 'G', 'N', 'n', 's', 'V', 'O', 'Q'].map((flag): [string, string] => [flag, OWN_COMMAND]),
  ...['D', 'g', 'L', 'R', 'w', 'X', 'Y'].map((flag): [string, string] => [flag, FORWARDING]),
  ['W', 'to go through a host use -J HOST, or -W inside of a ProxyCommand'],
]);
