/** Keywords of ssh_config(5) that change nothing for us: what they are about we do not do, or do in our own way. */
export const WITHOUT_EFFECT: ReadonlySet<string> = new Set([
  ...['addkeystoagent', 'canonicaldomains', 'canonicalizefallbacklocal', 'canonicalizehostname'],
  ...['canonicalizemaxdots', 'canonicalizepermittedcnames', 'casignaturealgorithms', 'checkhostip'],
  ...['clearallforwardings', 'compression', 'connectionattempts', 'controlmaster', 'controlpath'],
  ...['controlpersist', 'dynamicforward', 'enableescapecommandline', 'enablesshkeysign', 'escapechar'],
  ...['exitonforwardfailure', 'fingerprinthash', 'forkafterauthentication', 'forwardx11'],
  ...['forwardx11timeout', 'forwardx11trusted', 'gatewayports', 'gssapiclientidentity'],
  ...['gssapidelegatecredentials', 'gssapikexalgorithms', 'gssapikeyexchange', 'gssapirenewalforcesrekey'],
  ...['gssapiserveridentity', 'gssapitrustdns', 'hashknownhosts', 'host', 'hostbasedacceptedalgorithms'],
  ...['ignoreunknown', 'ipqos', 'kbdinteractivedevices', 'localcommand', 'localforward', 'loglevel'],
  ...['logverbose', 'nohostauthenticationforlocalhost', 'numberofpasswordprompts', 'obscurekeystroketiming'],
  ...['permitlocalcommand', 'permitremoteopen', 'rekeylimit', 'remotecommand', 'remoteforward'],
  ...['requesttty', 'requiredrsasize', 'securitykeyprovider', 'sendenv', 'sessiontype', 'setenv'],
  ...['stdinnull', 'streamlocalbindmask', 'streamlocalbindunlink', 'syslogfacility', 'tag', 'tcpkeepalive'],
  ...['tunnel', 'tunneldevice', 'updatehostkeys', 'visualhostkey', 'warnweakcrypto', 'xauthlocation'],
]);

/** Keywords that become fields of a target; all others only OpenSSH's client can honour. */
export const MAPPED: ReadonlySet<string> = new Set([
  ...['addressfamily', 'batchmode', 'bindaddress', 'ciphers', 'connecttimeout', 'forwardagent'],
  ...['globalknownhostsfile', 'gssapiauthentication', 'hostkeyalgorithms', 'hostkeyalias', 'hostname'],
  ...['identitiesonly', 'identityagent', 'identityfile', 'kbdinteractiveauthentication', 'kexalgorithms'],
  ...['macs', 'passwordauthentication', 'port', 'preferredauthentications', 'proxycommand', 'proxyjump'],
  ...['pubkeyauthentication', 'serveralivecountmax', 'serveraliveinterval', 'stricthostkeychecking'],
  ...['user', 'userknownhostsfile'],
]);
