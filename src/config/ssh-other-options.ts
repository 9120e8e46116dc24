import type { SshOption } from './ssh-words.ts';
import { didYouMean } from './text/suggest.ts';

/** What becomes of an option of ssh that is no field of a target. */
export type OtherOption =
  | { readonly use: 'none' }
  /** Only OpenSSH's client can do it, and gets it as it stands. */
  | { readonly use: 'openssh'; readonly name: string }
  | { readonly use: 'refused'; readonly message: string; readonly hints: readonly string[] };

/** Judges an option of which the name is in lower case; `known` are the names that others read. */
export function judgeOtherOption(
  { name, value, fragment }: SshOption,
  known: readonly string[],
): OtherOption {
  const harmless = HARMLESS.get(name);
  if (harmless?.test(value) === true) return { use: 'none' };
  const openssh = ONLY_OPENSSH.get(name);
  if (openssh !== undefined && PRINTABLE.test(value)) return { use: 'openssh', name: openssh };
  const cause = REFUSED.get(name);
  if (cause !== undefined) return refused(`konvoy-ha cannot honour ${JSON.stringify(fragment)}`, cause);
  if (harmless !== undefined || openssh !== undefined)
    return refused(`konvoy-ha cannot honour ${JSON.stringify(fragment)}: it is no value for that option`);
  const candidates = [...known, ...HARMLESS.keys(), ...ONLY_OPENSSH.keys()];
  return refused(
    `${JSON.stringify(fragment)} is an ssh option that konvoy-ha does not know`,
    ...didYouMean(name, candidates),
  );
}

function refused(message: string, ...hints: readonly string[]): OtherOption {
  return { use: 'refused', message, hints };
}

const ANY = /^/;
const NUMBER = /^[0-9]{1,6}$/;
const YES_NO = /^(yes|no|true|false)$/i;
const NO = /^(no|false|none)$/i;
const PRINTABLE = /^[\x20-\x7e]+$/;

/** Options that change nothing about where the connection goes, who is trusted, or what it may do. */
const HARMLESS: ReadonlyMap<string, RegExp> = new Map([
  ['addkeystoagent', ANY],
  ['checkhostip', YES_NO],
  ['clearallforwardings', YES_NO],
  ['compression', YES_NO],
  ['connectionattempts', NUMBER],
  // Ansible's own defaults, which its documentation tells people to repeat.
  ['controlmaster', /^\w+$/],
  ['controlpath', /./],
  ['controlpersist', /^\w+$/],
  ['enableescapecommandline', YES_NO],
  ['escapechar', ANY],
  ['exitonforwardfailure', YES_NO],
  ['fingerprinthash', ANY],
  ['forkafterauthentication', NO],
  ['forwardx11', NO],
  ['forwardx11trusted', YES_NO],
  ['gatewayports', NO],
  ['gssapiauthentication', NO],
  ['gssapidelegatecredentials', NO],
  ['gssapikeyexchange', NO],
  ['gssapirenewalforcesrekey', NO],
  ['gssapitrustdns', NO],
  ['hashknownhosts', YES_NO],
  ['hostbasedauthentication', NO],
  ['ipqos', ANY],
  ['loglevel', /^\w+$/],
  // It would switch the check off: we check.
  ['nohostauthenticationforlocalhost', YES_NO],
  ['numberofpasswordprompts', NUMBER],
  ['permitlocalcommand', NO],
  ['rekeylimit', ANY],
  ['requesttty', /^(no|auto|false)$/i],
  ['sendenv', ANY],
  ['sessiontype', /^default$/i],
  ['setenv', ANY],
  ['stdinnull', NO],
  ['tcpkeepalive', YES_NO],
  ['tunnel', NO],
  ['updatehostkeys', /^(yes|no|true|false|ask)$/i],
  ['verifyhostkeydns', /^(no|false|ask)$/i],
  ['visualhostkey', YES_NO],
]);

const ONLY_OPENSSH: ReadonlyMap<string, string> = new Map(
  [
    ...['BindInterface', 'CASignatureAlgorithms', 'GSSAPIAuthentication', 'GSSAPIClientIdentity'],
    ...['GSSAPIDelegateCredentials', 'GSSAPIKexAlgorithms', 'GSSAPIKeyExchange', 'GSSAPIRenewalForcesRekey'],
    ...['GSSAPIServerIdentity', 'GSSAPITrustDns', 'HostbasedAcceptedAlgorithms', 'HostbasedAuthentication'],
    ...[
      'PKCS11Provider',
      'PubkeyAcceptedAlgorithms',
      'RequiredRSASize',
      'SecurityKeyProvider',
      'VerifyHostKeyDNS',
    ],
  ].map((name) => [name.toLowerCase(), name]),
);

const FORWARDINGS = 'konvoy-ha opens no forwardings';
const OWN_COMMAND = 'konvoy-ha runs its own command, without a terminal';

const REFUSED: ReadonlyMap<string, string> = new Map([
  ...['dynamicforward', 'localforward', 'remoteforward', 'tunnel', 'tunneldevice'].map(
    (name) => [name, FORWARDINGS] as const,
  ),
  ...['forwardx11', 'gatewayports'].map((name) => [name, FORWARDINGS] as const),
  ...['remotecommand', 'requesttty', 'sessiontype', 'stdinnull'].map((name) => [name, OWN_COMMAND] as const),
  ...['forkafterauthentication', 'localcommand', 'permitlocalcommand'].map(
    (name) => [name, OWN_COMMAND] as const,
  ),
  ['hostname', 'set ansible_host'],
  ['include', 'name the file: -F PATH'],
  ['knownhostscommand', 'put it into your ssh_config'],
  ['proxyusefdpass', 'let the ProxyCommand pass the bytes on itself'],
]);
