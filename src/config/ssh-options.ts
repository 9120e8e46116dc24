import { isIP } from 'node:net';
import { parseUserName } from '../domain/names.ts';
import { parseJumpHops } from '../domain/jump-hops.ts';
import { expandProxyCommand } from '../domain/proxy-command.ts';
import { err, ok, type Result } from '../domain/result.ts';
import type { AuthenticationMethod } from '../domain/ssh-settings.ts';
import type { Target } from '../domain/target.ts';
import { parsePort } from '../domain/connect-address.ts';
import {
  parseAddressFamily,
  parseAlgorithms,
  parseAuthentications,
  parseCount,
  parseHostKeyAlias,
  parseTimeMs,
  parseYesNo,
} from './ssh-option-values.ts';
import { judgeOtherOption } from './ssh-other-options.ts';
import {
  readConfigFile,
  readGlobalKnownHosts,
  readIdentityAgent,
  readIdentityFile,
  readOpensshFile,
  readUserKnownHosts,
} from './ssh-path-options.ts';
import { addOpensshOption, type OptionReader, type PlacedOption, type SshOptions } from './ssh-said.ts';

/** Reads options in their order. As in ssh the first value of an option counts; files of identities add up. */
export function readSshOptions(options: readonly PlacedOption[], home: string): Readonly<SshOptions> {
  const said: SshOptions = { identityFiles: [], refused: [], settings: {}, algorithms: {} };
  const seen = new Set<string>();
  for (const option of options) {
    const name = SAME_AS.get(option.name) ?? option.name;
    const isFirst = !seen.has(COMPETING.get(name) ?? name);
    if (!ADDING_UP.includes(name)) seen.add(COMPETING.get(name) ?? name);
    const read = READERS[name];
    if (read === undefined) readOther(said, { ...option, name });
    else if (isFirst) read(said, option, home);
  }
  return said;
}

/** A reader that stores what `parse` makes of the value, unless that is undefined. */
function reader<T>(
  parse: (text: string) => Result<T, string>,
  store: (said: SshOptions, value: NonNullable<T>) => void,
): OptionReader {
  return (said, { value, fragment, cursor }) => {
    const parsed = parse(value);
    if (!parsed.ok) cursor.failAt(fragment, parsed.error);
    else if (parsed.value !== undefined && parsed.value !== null) store(said, parsed.value);
  };
}

function method(name: AuthenticationMethod): OptionReader {
  return reader(parseYesNo, (said, isAllowed) => {
    if (!isAllowed) said.refused = [...said.refused, name];
  });
}

function algorithms(kind: keyof SshOptions['algorithms']): OptionReader {
  return reader(parseAlgorithms, (said, list) => {
    said.algorithms[kind] = list;
  });
}

function readStrictness(said: SshOptions, { value, fragment, cursor }: PlacedOption): void {
  const strictness = STRICTNESS.get(value.toLowerCase());
  if (strictness === undefined)
    cursor.failAt(fragment, 'expected StrictHostKeyChecking to be yes, accept-new, ask or no');
  else said.strictHostKeyChecking = strictness;
  if (/^(no|off|false)$/i.test(value))
    cursor.warnAt(fragment, ACCEPT_NEW_INSTEAD, 'write StrictHostKeyChecking=accept-new');
}

function readJump(said: SshOptions, { value, fragment, cursor }: PlacedOption): void {
  const hops = parseJumpHops(value);
  if (hops.ok) said.route = { kind: 'jump', hops: hops.value };
  else cursor.failAt(fragment, hops.error, 'for example: -J gate.example.net,ops@inner:2222');
}

function readProxyCommand(said: SshOptions, { value, fragment, cursor }: PlacedOption): void {
  if (/^none$/i.test(value)) {
    said.route = { kind: 'jump', hops: [] };
    return;
  }
  const sample = expandProxyCommand(value, { address: 'a', name: 'n', port: 1, user: 'u' });
  if (!sample.ok) cursor.failAt(fragment, `ProxyCommand: ${sample.error}`);
  else if (value === '' || /\p{Cc}/u.test(value))
    cursor.failAt(fragment, 'expected ProxyCommand to be one line');
  else said.route = { kind: 'command', command: value };
}

function readPreferred(said: SshOptions, option: PlacedOption): void {
  const methods = parseAuthentications(option.value);
  if (!methods.ok) option.cursor.failAt(option.fragment, methods.error);
  else if (methods.value.length > 0) said.preferred = methods.value;
  else addOpensshOption(said, { name: 'PreferredAuthentications', value: option.value });
}

function readOther(said: SshOptions, option: PlacedOption): void {
  const { value, fragment, cursor } = option;
  const judged = judgeOtherOption(option, Object.keys(READERS));
  if (judged.use === 'refused') cursor.failAt(fragment, judged.message, ...judged.hints);
  if (judged.use === 'openssh') addOpensshOption(said, { name: judged.name, value });
}

function parseBindAddress(text: string): Result<string, string> {
  return isIP(text) === 0
    ? err(`expected an address of this machine, got ${JSON.stringify(text)}`)
    : ok(text);
}

/** What host keys that are not checked come to, wherever that is asked for. */
export const ACCEPT_NEW_INSTEAD =
  'unknown host keys are stored and changed ones refused, as with accept-new, never ignored';

const STRICTNESS: ReadonlyMap<string, Target['strictHostKeyChecking']> = new Map([
  ['yes', 'yes'],
  ['true', 'yes'],
  ['ask', 'ask'],
  ['accept-new', 'accept-new'],
  ['no', 'accept-new'],
  ['off', 'accept-new'],
  ['false', 'accept-new'],
]);

const ADDING_UP: readonly string[] = ['identityfile', 'certificatefile'];

/** ssh_config(5) keeps their old names. */
const SAME_AS: ReadonlyMap<string, string> = new Map([
  ['challengeresponseauthentication', 'kbdinteractiveauthentication'],
  ['pubkeyacceptedkeytypes', 'pubkeyacceptedalgorithms'],
  ['hostbasedkeytypes', 'hostbasedacceptedalgorithms'],
]);

/** Of these whichever comes first counts. */
const COMPETING: ReadonlyMap<string, string> = new Map([['proxycommand', 'proxyjump']]);

const READERS: Readonly<Record<string, OptionReader>> = {
  addressfamily: reader(parseAddressFamily, (said, family) => {
    said.settings.addressFamily = family;
  }),
  batchmode: reader(parseYesNo, (said, isBatch) => {
    said.batchMode = isBatch;
  }),
  bindaddress: reader(parseBindAddress, (said, address) => {
    said.settings.bindAddress = address;
  }),
  certificatefile: readOpensshFile('CertificateFile'),
  ciphers: algorithms('cipher'),
  configfile: readConfigFile,
  connecttimeout: reader(parseTimeMs, (said, ms) => {
    said.settings.connectTimeoutMs = ms;
  }),
  forwardagent: reader(parseYesNo, (said, isForwarded) => {
    said.forwardAgent = isForwarded;
  }),
  globalknownhostsfile: readGlobalKnownHosts,
  hostkeyalgorithms: algorithms('hostKey'),
  hostkeyalias: reader(parseHostKeyAlias, (said, alias) => {
    said.hostKeyAlias = alias;
  }),
  identitiesonly: reader(parseYesNo, (said, isOnly) => {
    said.settings.identitiesOnly = isOnly;
  }),
  identityagent: readIdentityAgent,
  identityfile: readIdentityFile,
  kbdinteractiveauthentication: method('keyboard-interactive'),
  kexalgorithms: algorithms('kex'),
  macs: algorithms('mac'),
  passwordauthentication: method('password'),
  port: reader(parsePort, (said, port) => {
    said.port = port;
  }),
  preferredauthentications: readPreferred,
  proxycommand: readProxyCommand,
  proxyjump: readJump,
  pubkeyauthentication: method('publickey'),
  revokedhostkeys: readOpensshFile('RevokedHostKeys'),
  serveralivecountmax: reader(parseCount, (said, count) => {
    said.settings.keepaliveCountMax = count;
  }),
  serveraliveinterval: reader(parseTimeMs, (said, ms) => {
    // Without it a host that was cut off would be waited for without end.
    if (ms > 0) said.settings.keepaliveIntervalMs = ms;
  }),
  stricthostkeychecking: readStrictness,
  user: reader(parseUserName, (said, user) => {
    said.user = user;
  }),
  userknownhostsfile: readUserKnownHosts,
};
