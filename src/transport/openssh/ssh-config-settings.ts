import { isIP } from 'node:net';
import {
  allowedAuthentications,
  AUTHENTICATION_METHODS,
  type OpensshOption,
  type SshSettings,
} from '../../domain/ssh-settings.ts';
import type { Target } from '../../domain/target.ts';
import { saidBy, type SshConfigDump } from './ssh-config-dump.ts';
import { MAPPED, WITHOUT_EFFECT } from './ssh-config-keywords.ts';

/** What the merge needs to know of the operator's machine. */
export interface SshConfigSurroundings {
  readonly home: string;
  /** The operator's login name there, for jump hosts. */
  readonly ownUser: Target['user'] | undefined;
  /** Whether Kerberos has something to show: only then does a GSSAPIAuthentication that distributions switch on mean anything. */
  readonly hasTicket: boolean;
  readonly environment: Readonly<Record<string, string | undefined>>;
  isThere(path: string): boolean;
}

/** What ssh_config says, by keyword. */
export class SaidConfig {
  /** Without what is the same without any ssh_config. */
  readonly said: SshConfigDump;
  readonly #asked: SshConfigDump;

  constructor(asked: SshConfigDump, usual: SshConfigDump) {
    this.said = saidBy(asked, usual);
    this.#asked = asked;
  }

  has(key: string): boolean {
    return this.said.has(key);
  }

  first(key: string): string | undefined {
    return this.said.get(key)?.[0];
  }

  all(key: string): readonly string[] {
    return this.said.get(key) ?? [];
  }

  /** The value in force, be it the usual one. */
  effective(key: string): string {
    return this.#asked.get(key)?.[0] ?? '';
  }

  isOn(key: string): boolean {
    return /^(yes|true)$/.test(this.first(key) ?? '');
  }
}

/** A target's settings with what ssh_config says below what they say. */
export function settingsOf(target: Target, config: SaidConfig, around: SshConfigSurroundings): SshSettings {
  const own = target.settings ?? {};
  const authentications = authenticationsOf(config);
  const opensshOptions = [...(own.opensshOptions ?? []), ...opensshOptionsOf(config, around)];
  const isNamed = target.identityFiles.length > 0;
  const speaksOfKeys = config.has('identityfile') || config.has('identitiesonly');
  return {
    ...networkSettings(config),
    ...(authentications !== undefined && { authentications }),
    // Keys that the inventory names are the only ones, whatever ssh_config says of its own.
    ...(!isNamed && speaksOfKeys && { identitiesOnly: config.isOn('identitiesonly') }),
    ...agentSetting(config, around),
    ...own,
    ...algorithmSettings(own, config),
    ...(opensshOptions.length > 0 && { opensshOptions }),
  };
}

function networkSettings(config: SaidConfig): SshSettings {
  const seconds = (key: string): number => 1000 * Number(config.first(key) ?? 0);
  const family = config.first('addressfamily');
  const count = Number(config.first('serveralivecountmax') ?? 0);
  const bind = config.first('bindaddress') ?? '';
  return {
    ...(seconds('connecttimeout') > 0 && { connectTimeoutMs: seconds('connecttimeout') }),
    ...(seconds('serveraliveinterval') > 0 && { keepaliveIntervalMs: seconds('serveraliveinterval') }),
    ...(count > 0 && { keepaliveCountMax: count }),
    ...(family === 'inet' && { addressFamily: 4 as const }),
    ...(family === 'inet6' && { addressFamily: 6 as const }),
    ...(isIP(bind) !== 0 && { bindAddress: bind }),
  };
}

function agentSetting(config: SaidConfig, { environment }: SshConfigSurroundings): SshSettings {
  const agent = config.first('identityagent');
  if (agent === undefined || agent === 'SSH_AUTH_SOCK') return {};
  const variable = /^\$\{?(\w+)\}?$/.exec(agent)?.[1];
  return { identityAgent: variable === undefined ? agent : (environment[variable] ?? 'none') };
}

function algorithmSettings(own: SshSettings, config: SaidConfig): SshSettings {
  const algorithms = {
    ...(config.has('hostkeyalgorithms') && { hostKey: config.first('hostkeyalgorithms') ?? '' }),
    ...(config.has('kexalgorithms') && { kex: config.first('kexalgorithms') ?? '' }),
    ...(config.has('ciphers') && { cipher: config.first('ciphers') ?? '' }),
    ...(config.has('macs') && { mac: config.first('macs') ?? '' }),
    ...own.algorithms,
  };
  return Object.keys(algorithms).length > 0 ? { algorithms } : {};
}

function authenticationsOf(config: SaidConfig): SshSettings['authentications'] {
  const names = config.first('preferredauthentications')?.split(',');
  const switches = [
    ['publickey', 'pubkeyauthentication'],
    ['password', 'passwordauthentication'],
    ['keyboard-interactive', 'kbdinteractiveauthentication'],
  ] as const;
  return allowedAuthentications({
    preferred: names && AUTHENTICATION_METHODS.filter((method) => names.includes(method)),
    refused: switches.flatMap(([method, key]) =>
      /^(no|false)$/.test(config.first(key) ?? '') ? [method] : [],
    ),
    batchMode: config.isOn('batchmode'),
  });
}

/** What only OpenSSH's client can do; it reads its configuration itself. */
function opensshOptionsOf(
  config: SaidConfig,
  { hasTicket }: SshConfigSurroundings,
): readonly OpensshOption[] {
  const others = [...config.said.keys()].filter((key) => !MAPPED.has(key) && !WITHOUT_EFFECT.has(key));
  const isOff = (key: string): boolean => /^(no|false|none|ask)$/.test(config.first(key) ?? '');
  const agent = config.first('forwardagent') ?? 'no';
  const gssapi = hasTicket && config.isOn('gssapiauthentication') ? ['gssapiauthentication'] : [];
  const forward = /^(yes|no)$/.test(agent) ? [] : ['forwardagent'];
  const bind = isIP(config.first('bindaddress') ?? '127.0.0.1') === 0 ? ['bindaddress'] : [];
  return [...others.filter((key) => !isOff(key)), ...gssapi, ...forward, ...bind].map((name) => ({ name }));
}
