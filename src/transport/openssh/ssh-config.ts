import { execFile } from 'node:child_process';
import { existsSync } from 'node:fs';
import { readFile } from 'node:fs/promises';
import { userInfo, type UserInfo } from 'node:os';
import { KonvoyError } from '../../domain/error.ts';
import { MOST_HOPS } from '../../domain/jump-hops.ts';
import { parseUserName } from '../../domain/names.ts';
import type { Target } from '../../domain/target.ts';
import { asError } from '../as-error.ts';
import { blameBastion } from '../shared-connections.ts';
import { mayConcern, parseSshConfigDump, type SshConfigDump } from './ssh-config-dump.ts';
import { mergeSshConfig } from './ssh-config-merge.ts';
import { SaidConfig, type SshConfigSurroundings } from './ssh-config-settings.ts';

/** What reading ssh_config needs. */
export interface SshConfigOptions {
  readonly home: string;
  readonly environment: Readonly<Record<string, string | undefined>>;
  /** Told of what is not done as ssh_config says, once for each. */
  readonly warn: (message: string, hint: string) => void;
}

/** ssh's own answer to what its configuration says about hosts, for one run: each distinct question is asked once. */
export class SshConfig {
  /** The file to read instead of ssh's usual ones, which are those of the account and not of HOME. */
  readonly file: string | undefined;
  readonly #options: SshConfigOptions;
  readonly #answers = new Map<string, Promise<SshConfigDump | undefined>>();
  readonly #warned = new Set<string>();

  constructor(options: SshConfigOptions) {
    this.#options = options;
    this.file = configFileOf(options.home);
  }

  /** The target, and the hosts on the way to it, with what ssh_config says where the inventory says nothing. */
  async resolve(target: Target, way: readonly Target[] = []): Promise<Target> {
    if (target.connection === 'local') return target;
    refuseLoop(target, way);
    const { jump, ...merged } = await this.#merged(target);
    if (jump === undefined) return merged;
    try {
      return { ...merged, jump: await this.resolve(jump, [...way, target]) };
    } catch (cause) {
      throw blameBastion(target, cause);
    }
  }

  async #merged(target: Target): Promise<Target> {
    const file = target.settings?.configFile ?? this.file;
    if (file === 'none') return target;
    const { unsaid = [] } = target;
    const question = [
      ...(file === undefined ? [] : ['-F', file]),
      ...(unsaid.includes('user') ? [] : ['-l', target.user]),
      ...(unsaid.includes('port') ? [] : ['-p', String(target.port)]),
    ];
    const asked = await this.#ask(target, [...question, '--', target.address]);
    const usual = await this.#ask(target, ['-F', 'none', '--', 'host.invalid']);
    if (asked === undefined || usual === undefined) {
      await this.#withoutSsh(target);
      return target;
    }
    return this.#merge(target, new SaidConfig(asked, usual));
  }

  #merge(target: Target, said: SaidConfig): Target {
    try {
      const merged = mergeSshConfig(target, said, this.#surroundings());
      for (const warning of merged.warnings)
        this.#warn(`your ssh_config says ${warning}`, 'write StrictHostKeyChecking accept-new there');
      return merged.target;
    } catch (cause) {
      throw configError(target, asError(cause).message);
    }
  }

  #ask(target: Target, args: readonly string[]): Promise<SshConfigDump | undefined> {
    const key = JSON.stringify(args);
    const known = this.#answers.get(key);
    if (known !== undefined) return known;
    const answer = this.#run(target, args);
    this.#answers.set(key, answer);
    return answer;
  }

  /** Undefined where there is no ssh. */
  async #run(target: Target, args: readonly string[]): Promise<SshConfigDump | undefined> {
    const { environment } = this.#options;
    return new Promise((resolve, reject) => {
      const options = { env: { ...environment, LC_ALL: 'C' }, timeout: limitMs };
      execFile('ssh', ['-T', '-G', ...args], options, (error, stdout, stderr) => {
        if (error === null) resolve(parseSshConfigDump(stdout));
        else if ('code' in error && error.code === 'ENOENT') resolve(undefined);
        else reject(configError(target, stderr.trim().split('\n').at(-1) ?? error.message));
      });
    });
  }

  #surroundings(): SshConfigSurroundings {
    const { home, environment } = this.#options;
    const { uid, username } = account() ?? {};
    const ownUser = parseUserName(username);
    return {
      home,
      ownUser: ownUser.ok ? ownUser.value : undefined,
      environment,
      hasTicket: environment['KRB5CCNAME'] !== undefined || existsSync(`/tmp/krb5cc_${uid ?? ''}`),
      isThere: existsSync,
    };
  }

  async #withoutSsh({ host, address, settings }: Target): Promise<void> {
    if (settings?.configFile !== undefined) {
      throw new KonvoyError(`${host}: this machine has no ssh, which alone can read ${settings.configFile}`, {
        code: 'connect-failed',
        host,
        hints: ["install OpenSSH's client here, or write into the inventory what that file says"],
      });
    }
    const path = `${this.#options.home}/.ssh/config`;
    const text = await readFile(path, 'utf8').catch(() => '');
    if (!mayConcern(text, address)) return;
    this.#warn(
      `this machine has no ssh, so what ${path} says is not known`,
      "install OpenSSH's client here, or write into the inventory what that file says",
    );
  }

  #warn(message: string, hint: string): void {
    if (!this.#warned.has(message)) this.#options.warn(message, hint);
    this.#warned.add(message);
  }
}

/** Who runs this, by the system's list of accounts, in which a container may not have its user. */
function account(): UserInfo<string> | undefined {
  try {
    return userInfo();
  } catch {
    return undefined;
  }
}

function configFileOf(home: string): string | undefined {
  if (account()?.homedir === home) return undefined;
  const file = `${home}/.ssh/config`;
  return existsSync(file) ? file : 'none';
}

function configError({ host }: Target, reason: string): KonvoyError {
  return new KonvoyError(`${host}: the configuration of ssh cannot be used: ${reason}`, {
    code: 'connect-failed',
    host,
    hints: ['look at it: ssh -G HOST'],
  });
}

function refuseLoop(target: Target, way: readonly Target[]): void {
  const isHere = ({ address, port, user }: Target): boolean =>
    address === target.address && port === target.port && user === target.user;
  if (!way.some(isHere) && way.length <= MOST_HOPS) return;
  const names = [...way, target].map(({ host }) => host).join(', ');
  throw new KonvoyError(`the way goes in a circle, or through too many hosts: ${names}`, {
    code: 'connect-failed',
    host: target.host,
    hints: ['look at ProxyJump in your ssh_config: ssh -G HOST'],
  });
}

const limitMs = 20_000;
