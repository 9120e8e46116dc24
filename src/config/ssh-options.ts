import { err, ok, type Result } from '../domain/result.ts';
import type { Target } from '../domain/target.ts';
import { splitWords } from './ansible/shell-words.ts';

/** What the OpenSSH arguments of an inventory ask for, as far as konvoy-ha can do it; texts are not checked yet. */
export interface SshOptions {
  readonly knownHostsFiles?: readonly string[];
  readonly strictHostKeyChecking?: Target['strictHostKeyChecking'];
  readonly identityFiles: readonly string[];
  readonly port?: string;
  readonly problems: readonly SshOptionProblem[];
}

/** Something about one of the arguments that has to be said. */
export interface SshOptionProblem {
  readonly severity: 'error' | 'warning';
  /** The argument as it is written, to point at. */
  readonly fragment: string;
  readonly message: string;
  readonly hints: readonly string[];
}

interface Option {
  readonly name: string;
  readonly value: string;
  readonly fragment: string;
}

/** Reads OpenSSH client arguments. As in ssh, the first value of an option counts; identity files add up. */
export function parseSshOptions(args: string): SshOptions {
  const words = splitWords(args);
  if (!words.ok) return { identityFiles: [], problems: [problem(args, words.error)] };
  const reader = new OptionReader();
  for (const option of toOptions(words.value)) {
    if (option.ok) reader.read(option.value);
    else reader.problems.push(option.error);
  }
  return reader.options();
}

class OptionReader {
  readonly problems: SshOptionProblem[] = [];
  readonly #identityFiles: string[] = [];
  #knownHostsFiles: readonly string[] | undefined;
  #strict: Target['strictHostKeyChecking'] | undefined;
  #port: string | undefined;

  read(option: Option): void {
    switch (option.name) {
      case 'userknownhostsfile':
        this.#knownHostsFiles ??= this.#readKnownHostsFiles(option);
        return;
      case 'stricthostkeychecking':
        this.#strict ??= this.#readStrictness(option);
        return;
      case 'identityfile':
        this.#identityFiles.push(option.value);
        return;
      case 'port':
        this.#port ??= option.value;
        return;
      default:
        this.#readIgnored(option);
    }
  }

  options(): SshOptions {
    return {
      ...(this.#knownHostsFiles === undefined ? {} : { knownHostsFiles: this.#knownHostsFiles }),
      ...(this.#strict === undefined ? {} : { strictHostKeyChecking: this.#strict }),
      identityFiles: this.#identityFiles,
      ...(this.#port === undefined ? {} : { port: this.#port }),
      problems: this.problems,
    };
  }

  #readKnownHostsFiles({ value, fragment }: Option): readonly string[] | undefined {
    const files = splitWords(value);
    if (!files.ok) {
      this.problems.push(problem(fragment, `UserKnownHostsFile ${files.error}`));
      return undefined;
    }
    if (!files.value.some((file) => file === '/dev/null' || file === 'none')) return files.value;
    const message =
      'host keys are kept in your own known_hosts instead of being forgotten after every connection';
    this.problems.push({ severity: 'warning', fragment, message, hints: [KNOWN_HOSTS_HINT] });
    return files.value.filter((file) => file !== '/dev/null' && file !== 'none');
  }

  #readStrictness({ value, fragment }: Option): Target['strictHostKeyChecking'] | undefined {
    switch (value.toLowerCase()) {
      case 'yes':
      case 'true':
        return 'yes';
      case 'ask':
        return 'ask';
      case 'accept-new':
        return 'accept-new';
      case 'no':
      case 'off':
      case 'false': {
        const message =
          'unknown host keys are stored and changed ones refused, as with accept-new, never ignored';
        this.problems.push({
          severity: 'warning',
          fragment,
          message,
          hints: ['write StrictHostKeyChecking=accept-new'],
        });
        return 'accept-new';
      }
      default:
        this.problems.push(
          problem(fragment, 'expected StrictHostKeyChecking to be yes, accept-new, ask or no'),
        );
        return undefined;
    }
  }

  /** Options that change nothing about where the connection goes or what it may do; the rest is never ignored silently. */
  #readIgnored({ name, value, fragment }: Option): void {
    const pattern = HARMLESS.get(name);
    if (pattern === undefined) {
      const hint = name.startsWith('proxy') ? [BASTION_HINT] : [];
      this.problems.push(
        problem(fragment, `${JSON.stringify(fragment)} is an ssh option we cannot honour yet`, hint),
      );
    } else if (!pattern.test(value)) {
      this.problems.push(problem(fragment, `${JSON.stringify(value)} is no value for this option of ssh`));
    }
  }
}

function toOptions(words: readonly string[]): readonly Result<Option, SshOptionProblem>[] {
  const options: Result<Option, SshOptionProblem>[] = [];
  const rest = [...words];
  for (let word = rest.shift(); word !== undefined; word = rest.shift()) {
    const name = FLAGS.get(word.slice(0, 2));
    if (name === undefined) {
      const hint = word.startsWith('-J') ? [BASTION_HINT] : [];
      options.push(err(problem(word, `${JSON.stringify(word)} is an ssh option we cannot honour yet`, hint)));
      // A value of an unknown flag would only be complained about again.
      if (/^-[A-Za-z]$/.test(word) && rest[0]?.startsWith('-') === false) rest.shift();
      continue;
    }
    const value = word.length > 2 ? word.slice(2) : rest.shift();
    options.push(value === undefined ? err(problem(word, `${word} needs a value`)) : toOption(name, value));
  }
  return options;
}

function toOption(name: string, value: string): Result<Option, SshOptionProblem> {
  if (name !== 'o') return ok({ name, value, fragment: value });
  const { key, rest } = /^\s*(?<key>[A-Za-z0-9]+)(?:\s*=\s*|\s+)(?<rest>[^]*)$/.exec(value)?.groups ?? {};
  if (key === undefined || rest === undefined)
    return err(problem(value, `expected -o Option=value, got ${JSON.stringify(value)}`));
  return ok({ name: key.toLowerCase(), value: rest.trim(), fragment: value });
}

function problem(fragment: string, message: string, hints: readonly string[] = []): SshOptionProblem {
  return { severity: 'error', fragment, message, hints };
}

const FLAGS: ReadonlyMap<string, string> = new Map([
  ['-o', 'o'],
  ['-i', 'identityfile'],
  ['-p', 'port'],
]);

const HARMLESS: ReadonlyMap<string, RegExp> = new Map([
  ['identitiesonly', /^(yes|no)$/i],
  ['connecttimeout', /^([0-9]{1,6}|none)$/i],
  ['connectionattempts', /^[0-9]{1,6}$/],
  ['serveraliveinterval', /^[0-9]{1,6}$/],
  ['serveralivecountmax', /^[0-9]{1,6}$/],
  // Ansible's own defaults, which its documentation tells people to repeat.
  ['controlmaster', /^\w+$/],
  ['controlpersist', /^\w+$/],
  ['controlpath', /./],
]);

const KNOWN_HOSTS_HINT = 'remove UserKnownHostsFile=/dev/null, or name a file for this cluster';
const BASTION_HINT = 'to go through a bastion, put it under "bastion:" in the inventory';
